"""What the pages of letters share: the blueprint, whose letters somebody sees, and who acts on them."""

from __future__ import annotations

from flask import Blueprint, g
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, String, cast, literal, true
from sqlalchemy.orm import joinedload

from app.accounts.models import Actor, Role
from app.accounts.places import Organization
from app.db import db
from app.errors import NotThere
from app.events.models import Event
from app.outbox.models import Delivery

bp = Blueprint("outbox", __name__)

HANDLERS = (Role.ORGANIZER.value, Role.REVIEWER.value, Role.ADMINISTRATOR.value)
TONES = {"pending": "wait", "claimed": "wait", "accepted": "good", "failed": "bad", "ambiguous": "wait",
         "cancelled": "quiet", "missed": "bad", "suppressed": "bad", "merged": "quiet", "bounced": "bad"}


def sees_all() -> bool:
    """The letters of all offices leave together: the root office's administrator sees them all."""
    root = db.session.scalars(Organization.roots().limit(1)).one()
    return Actor.of(g.actor.person, frozenset({Role.ADMINISTRATOR})).reaches(root)


def require_root() -> None:
    """:raises NotThere: for administrators below."""
    if not sees_all():
        raise NotThere(_("没有找到这个页面，或者它不对您开放。"))


def events_of(actor: Actor) -> Select[int]:
    return Event.scoped(actor).order_by(None).with_only_columns(Event.id)


def abouts_of(actor: Actor) -> Select[str]:
    """As the ledger names the actor's events."""
    return Event.scoped(actor).order_by(None).with_only_columns(literal("event:") + cast(Event.id, String))


def mine() -> ColumnElement[bool]:
    """Which letters the actor may see."""
    return true() if sees_all() else Delivery.about.in_(abouts_of(g.actor))


def get_letter(id: int, *, to_change: bool = False) -> Delivery:
    """:raises NotThere: also for a letter of somebody else's event."""
    wanted = Delivery.visible(mine()).where(Delivery.id == id).options(joinedload(Delivery.content))
    if to_change:
        wanted = wanted.with_for_update(of=Delivery)
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotThere(_("没有这封信，或者它不归您管。"))
    return found


def event_of(letter: Delivery) -> Event | None:
    kind, _colon, id = letter.about.partition(":")
    return db.session.get(Event, int(id)) if kind == "event" and id.isdigit() else None
