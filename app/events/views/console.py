"""The organizers' console: what needs me today, and the list of events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, String, cast, func, literal, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.datastructures import MultiDict

from app.accounts.access import allowed
from app.accounts.models import Actor, Role
from app.accounts.places import Organization
from app.clock import local_day, now
from app.db import db
from app.errors import BadInput
from app.events import queries
from app.events.approval import undecided
from app.events.asking import office_zone
from app.events.board import Seats
from app.events.choosing import running_plan
from app.events.models import Event
from app.events.reviewing import Waiting, waiting_for
from app.events.unreviewed import gaps_among, is_anybody_asked
from app.events.views import (  # noqa: F401  routes of the same blueprint
    acting,
    editing,
    held_import,
    holding,
    importing,
    knowing,
    parts,
    publishing,
    repeating,
    reviewing,
    sharing,
    showing,
)
from app.events.views.agenda import agenda, deadlines, with_tasks
from app.events.views.desk import bp, may_edit, own_organization
from app.events.words import EventKind, EventState
from app.feeds.slices import Slice, UnknownValue
from app.legible import number_in
from app.outbox.models import Delivery, DeliveryState
from app.plans.milestones import Milestone
from app.reports.views.on_my_desk import on_my_desk
from app.signup.queries import seats_taken

__all__ = ["bp"]

A_PAGE, A_LOOK = 30, 8
A_WEEK, A_MONTH = 7, 31
WELL_FILLED = 30  # percent of the seats, a week before
WENT_WRONG = (DeliveryState.FAILED.value, DeliveryState.BOUNCED.value, DeliveryState.AMBIGUOUS.value)
FILTERS = ("kind", "q", "task", "region")
SHELVES = {"ahead": queries.ahead, "past": queries.past}


@bp.get("/")
@allowed()
def today() -> str:
    """What needs me, and the next seven days."""
    as_of, own = now(), own_organization(g.actor)
    coming = db.session.scalars(queries.in_next_days(g.actor, as_of).options(
        selectinload(Event.in_regions), joinedload(Event.parent)).limit(60)).all()
    seats, today = _seats(coming), local_day(as_of)
    return render_template(
        "console/today.html", as_of=as_of, today=today, agenda=agenda(coming, deadlines(g.actor, today, A_WEEK)),
        reaches=_reaches, milestones=_look(with_tasks(Milestone.pressing(g.actor, as_of))), seats=seats,
        poorly_filled=[one for one in coming if one.takes_enrolments_at(as_of) and seats[one.id].capacity
                       and seats[one.id].percent < WELL_FILLED],
        without_figures=_look(queries.without_figures(g.actor, as_of)),
        drafts=_look(queries.own_drafts(g.actor, own)), may_edit=may_edit(own),
        letters=_look(_letters_gone_wrong()), reviews=_to_review(), **_of_publishing(),
        **_idle_tasks(as_of), **on_my_desk(as_of))


@bp.get("/events")
@allowed()
def events() -> str:
    """The events of my offices; by what is ahead, past, or all."""
    as_of, shelf = now(), request.args.get("when", "ahead")
    page = number_in(request.args, "page", 1)
    if not 1 <= page <= 10_000:
        raise BadInput(_("没有这一页。"))
    wanted, mistake = _wanted()
    found = wanted.narrow(SHELVES.get(shelf, _everything)(g.actor, as_of))
    state = request.args.get("state", "")
    if state in set(EventState):
        found = found.where(Event.state == state)
    total = db.session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    rows = db.session.scalars(found.options(
        joinedload(Event.organization), selectinload(Event.in_regions), selectinload(Event.tasks))
        .limit(A_PAGE).offset((page - 1) * A_PAGE)).all()
    return render_template(
        "console/events.html", rows=rows, seats=_seats(rows), total=total, page=page, pages=-(-total // A_PAGE),
        shelf=shelf, state=state, slice=wanted, mistake=mistake, kinds=list(EventKind), states=list(EventState),
        address=_address, page_address=lambda number: _address(page=number),
        this_year=as_of.astimezone(office_zone()).year, may_edit=may_edit(own_organization(g.actor)),
        reaches=_reaches, deadlines=_deadlines_ahead(as_of) if shelf == "ahead" and page == 1 and not state else [],
        campaigns=db.session.scalars(queries.campaigns_open_to(g.actor, as_of).limit(5)).all())


def _reaches(thing: Any) -> bool:
    return g.actor.reaches(thing.organization)


def _deadlines_ahead(as_of: datetime) -> Sequence[Milestone]:
    """The milestones of a month, over the first page of what comes; a filter is about events and leaves them out."""
    return [] if any(request.args.get(name) for name in FILTERS) else deadlines(g.actor, local_day(as_of), A_MONTH)


def _idle_tasks(as_of: datetime) -> dict[str, Any]:
    plan = running_plan(g.actor, as_of.astimezone(office_zone()).year)
    return {"plan": plan, "idle_tasks": _look(queries.tasks_without_events(plan)) if plan else []}


def _to_review() -> list[Waiting]:
    reviewer = Actor.of(g.actor.person, frozenset({Role.REVIEWER}))
    return waiting_for(reviewer) if reviewer.paths else []


def _of_publishing() -> dict[str, Any]:
    """What an administrator must know of who reviews: offices without a reviewer, and that nothing is decided."""
    manager = Actor.of(g.actor.person, frozenset({Role.ADMINISTRATOR}))
    if not manager.paths:
        return {}
    known = select(Organization).options(joinedload(Organization.region))
    below = known.where(Organization.id.in_(
        Organization.open_under(manager.paths).with_only_columns(Organization.id).order_by(None)))
    gaps = gaps_among(db.session.scalars(below)) if is_anybody_asked() else []
    return {"undecided": undecided(manager),  # where an office above stands in, that office's own people care
            "gaps": [gap for gap in gaps if gap.stand_in is None or gap.office.path in manager.paths]}


def _letters_gone_wrong() -> Select[Delivery]:
    """About events of mine, and not left since."""
    about = Event.scoped(g.actor).order_by(None).with_only_columns(literal("event:") + cast(Event.id, String))
    return (select(Delivery).where(Delivery.state.in_(WENT_WRONG), Delivery.about.in_(about))
            .options(joinedload(Delivery.content)).order_by(Delivery.posted_at.desc(), Delivery.id.desc()))


def _look(wanted: Select[Any]) -> list[Any]:
    """One more than is shown, so that the page can say that there are more."""
    return list(db.session.scalars(wanted.limit(A_LOOK + 1)).all())


def _seats(events: Any) -> dict[int, Seats]:
    taken = seats_taken([one.id for one in events if one.takes_enrolments])
    return {one.id: Seats(taken.get(one.id, 0), one.capacity) for one in events}


def _everything(actor: Any, as_of: datetime) -> Select[Event]:
    return queries.on_their_own(actor).order_by(None).order_by(Event.starts_at.desc(), Event.id)


def _wanted() -> tuple[Slice, str]:
    """The slice asked for, or everything and why not."""
    words = MultiDict((name, value) for name, value in request.args.items(multi=True) if name in FILTERS)
    wanted = Slice.of(words)
    try:
        wanted.condition()
    except UnknownValue as error:
        return Slice(), error.sentence
    return wanted, ""


def _address(**changes: Any) -> str:
    kept = {name: request.args.getlist(name) for name in ("when", "state", *FILTERS) if request.args.get(name)}
    return url_for("console.events", **kept | changes)
