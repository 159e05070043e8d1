"""The letters, for those who send them: what leaves within thirty days, and what came of the rest."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, g, render_template
from sqlalchemy import String, cast, literal
from sqlalchemy.orm import joinedload

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.events.models import Event
from app.outbox.models import Delivery
from app.reminders.models import Occurrence
from app.signup.contact import masked

bp = Blueprint("outbox", __name__)

AHEAD = timedelta(days=30)
SHOWN = 60
TONES = {"pending": "wait", "claimed": "wait", "accepted": "good", "failed": "bad", "ambiguous": "wait",
         "cancelled": "quiet", "missed": "bad", "suppressed": "bad", "merged": "quiet", "bounced": "bad"}


@bp.get("/console/letters")
@allowed()
def letters() -> str:
    """Of the events that the actor may see."""
    events = Event.scoped(g.actor).order_by(None)
    abouts = events.with_only_columns(literal("event:") + cast(Event.id, String))
    coming = db.session.scalars(
        Occurrence.upcoming(events.with_only_columns(Event.id), now() + AHEAD).limit(SHOWN)
        .options(joinedload(Occurrence.event).joinedload(Event.parent), joinedload(Occurrence.rule))).unique().all()
    gone = db.session.scalars(
        Delivery.about_any(abouts).limit(SHOWN).options(joinedload(Delivery.content))).all()
    return render_template("outbox/letters.html", coming=coming, gone=gone, shown=SHOWN,
                           tones=TONES, masked=masked)
