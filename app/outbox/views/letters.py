"""The letters, for those who send them: what leaves within thirty days, what came of the rest, and if any may."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, String, cast, literal, select, true

from app.accounts.access import allowed
from app.accounts.models import Actor, Role
from app.clock import now
from app.contact import masked
from app.db import db
from app.errors import BadInput
from app.events.asking import office_zone
from app.events.models import Event
from app.legible import day_in, number_in
from app.outbox import relay, storms
from app.outbox.models import Delivery, DeliveryState
from app.outbox.pace import DomainPace
from app.outbox.searching import A_PAGE, Search, unsent
from app.outbox.views import ahead, kinds
from app.outbox.views.coming import coming
from app.outbox.views.desk import HANDLERS, TONES, abouts_of, bp, events_of, mine, sees_all
from app.outbox.views.holds import houses
from app.outbox.views.releasing import hold_words

SHOWN, ALL_SHOWN = 8, 300  # reminders that come next
ASKED = ("q", "state", "kind", "since", "until")


@bp.get("/console/letters")
@allowed()
def letters() -> str:
    """Of the events that the actor may see; the root office's administrator sees those of nobody's event as well."""
    page = number_in(request.args, "page", 1)
    if not 1 <= page <= 10_000:
        raise BadInput(_("没有这一页。"))
    search, mistake = _wanted()
    found = db.session.scalars(
        search.among(mine(), _named(), _titled(search.words)).limit(A_PAGE + 1).offset((page - 1) * A_PAGE)).all()
    return render_template(
        "outbox/letters.html", found=found[:A_PAGE], page=page, has_more=len(found) > A_PAGE, mistake=mistake,
        page_address=_page_address, is_search=any(request.args.get(name) for name in ASKED),
        states=list(DeliveryState), letter_kinds=list(kinds.Kind), kinds=kinds, tones=TONES, masked=masked,
        may_open=bool(_handler().paths),
        **hold_words(), **(_ahead(now()) if page == 1 else {}))


def _ahead(as_of: datetime) -> dict[str, Any]:
    everything = ahead.everything_due(as_of)
    ended = ahead.ends_of(everything, as_of)
    events = events_of(g.actor)
    own = everything if sees_all() else ahead.due_within(Event.id.in_(events), mine(), as_of)
    shown = ALL_SHOWN if request.args.get("coming") == "all" else SHOWN
    days = ahead.by_day(own, as_of, ended)
    queue = {state: count for state, count in db.session.execute(unsent(mine()))}
    return {
        "days": days, "limits": ahead.limits_in_words(), "as_of": as_of,
        "felt": ahead.sentences(ahead.by_day(everything, as_of, ended), as_of),
        "coming": coming(events, as_of + timedelta(days=ahead.DAYS), shown, with_plans=sees_all()),
        "shown": shown, "has_all": shown == ALL_SHOWN, "storms": storms.storms(mine(), as_of),
        "queue": queue.get(DeliveryState.PENDING, 0), "under_way": queue.get(DeliveryState.CLAIMED, 0),
        "is_down": relay.trouble(as_of) is not None, "houses": houses(),
        "slow": db.session.scalars(DomainPace.slowed(as_of)).all()}


def _wanted() -> tuple[Search, str]:
    """What is asked for, or everything and what cannot be understood."""
    said = {name: request.args.get(name, "").strip() for name in ASKED}
    if said["state"] and said["state"] not in set(DeliveryState):
        return Search(), _("没有这种状态。")
    if said["kind"] and said["kind"] not in set(kinds.Kind):
        return Search(), _("没有这类信件。")
    try:
        since, until = day_in(request.args, "since"), day_in(request.args, "until")
    except BadInput as error:
        return Search(), error.sentence
    of_kind = kinds.Kind(said["kind"]).among(Delivery.letter) if said["kind"] else None
    return Search(said["q"][:80], said["state"], of_kind, since and _midnight(since),
                  until and _midnight(until + timedelta(days=1))), ""


def _named() -> ColumnElement[bool]:
    """The letters whose readers the actor may know by name."""
    if sees_all():
        return true()
    return Delivery.about.in_(abouts_of(_handler()))


def _handler() -> Actor:
    """The actor, as far as he acts on letters."""
    return Actor.of(g.actor.person, frozenset(Role(role) for role in HANDLERS))


def _titled(words: str) -> Any:
    return select(literal("event:") + cast(Event.id, String)).where(Event.title.icontains(words, autoescape=True))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), office_zone())


def _page_address(page: int) -> str:
    asked = {name: request.args[name] for name in ASKED if name in request.args}
    return url_for("outbox.letters", page=page, **asked)
