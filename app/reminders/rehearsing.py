"""An office's rule tried on what lies ahead: to whom it would write within thirty days, when and about what.

Nothing is written. A bounded number of queries: the people of an office are counted once, whatever they are told of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Actor
from app.accounts.places import Organization, below
from app.db import db
from app.events.models import Event
from app.events.words import EventKind, EventState
from app.plans.milestones import Milestone
from app.plans.models import Plan, Task
from app.reminders.audience import host_of_enrolments
from app.reminders.moments import Dates, awake, dates
from app.reminders.registry import Thing, registry
from app.reminders.rules import ENROLLED, OF_PLANS, ReminderRule
from app.signup.models import Enrolment

AHEAD, SHOWN, LOOKED_AT = timedelta(days=30), 50, 500
SIGNUP_BEFORE = timedelta(days=60)  # so long before it an event's sign-up may close
AHEAD_OF_PUBLISHING = (EventState.DRAFT.value, EventState.SUBMITTED.value, EventState.PUBLISHED.value)

OF_A_COPY = ("anchor", "lead_amount", "lead_unit", "audience", "is_after")


@dataclass(frozen=True, slots=True)
class Firing:
    """`is_bound`: this thing goes by the rule, or will when it is published; an event that was published before the
    rule was laid down keeps what it had."""

    thing: Thing
    title: str
    dates: Dates
    count: int
    is_bound: bool


def firings(rule: ReminderRule, actor: Actor, as_of: datetime, language: str) -> Sequence[Firing]:
    """By their time, of what the actor sees; at most `LOOKED_AT` things are looked at."""
    about = registry().kinds[registry().anchors[rule.anchor].kind]
    found, rivals = [], _rivals(rule)
    for thing in _things(rule, about.name, actor, as_of):
        office = about.office(thing)
        when = _when(rule, thing)
        if when and as_of <= when.due_at < as_of + AHEAD and office and _holds(rule, office, rivals, thing):
            found.append((when, thing))
    found = sorted(found, key=lambda one: (one[0].due_at, one[1].id))[:SHOWN]
    counts, bound = _counts(rule, found), _bound(rule, [thing for _when, thing in found])
    return [Firing(thing, about.title(thing, language), when, counts[thing.id], thing.id in bound)
            for when, thing in found]


def _when(rule: ReminderRule, thing: Thing) -> Dates | None:
    """As it will be: of an event not yet published, too."""
    anchor = registry().anchors[rule.anchor]
    is_planned = isinstance(thing, Event) and thing.state in (EventState.DRAFT, EventState.SUBMITTED)
    if not registry().audiences[rule.audience].fits(thing) or (not is_planned and anchor.unwanted(thing)):
        return None
    moment = anchor.moment(thing)
    found = dates(rule, moment) if moment else None
    return awake(rule, found, moment.zone) if found and moment else None


def _things(rule: ReminderRule, kind: str, actor: Actor, as_of: datetime) -> Sequence[Thing]:
    if rule.organization is None:
        return []
    within = below(frozenset({rule.organization.path}))
    if kind == "milestone":
        wanted: Any = select(Milestone).join(Milestone.organization).join(Milestone.task).join(Task.plan).where(
            within, below(actor.paths), Milestone.deleted_at.is_(None), Milestone.reached_on.is_(None),
            Plan.adopted_at.is_not(None), *_near(rule, Milestone.due_on, as_of, by_day=True)).order_by(
            Milestone.due_on, Milestone.id).options(
            joinedload(Milestone.organization), joinedload(Milestone.task).joinedload(Task.plan))
    elif kind == "task":
        wanted = select(Task).join(Task.plan).where(
            Task.withdrawn_at.is_(None), Plan.adopted_at.is_not(None),
            *_near(rule, Task.due_on, as_of, by_day=True)).order_by(Task.due_on, Task.id).options(
            joinedload(Task.plan).joinedload(Plan.organization), joinedload(Task.lead_organization))
    else:
        wanted = Event.scoped(actor).where(
            within, Event.state.in_(AHEAD_OF_PUBLISHING), *_near(rule, Event.starts_at, as_of)).options(
            joinedload(Event.organization), joinedload(Event.parent), selectinload(Event.parts),
            selectinload(Event.hosts), selectinload(Event.tasks), joinedload(Event.figures))
        if rule.event_kind:
            wanted = wanted.where(Event.kind == rule.event_kind)
    return db.session.scalars(wanted.limit(LOOKED_AT)).unique().all()


def _near(rule: ReminderRule, day: Any, as_of: datetime, *, by_day: bool = False) -> tuple[ColumnElement[bool], ...]:
    """Wide enough for days off; what is in it is dated one by one."""
    lead = timedelta(days=2 * rule.lead_amount + 20)
    first = as_of - (lead if rule.is_after else timedelta(days=2))
    last = as_of + AHEAD + (timedelta(days=2) if rule.is_after else lead) + (
        timedelta() if by_day else SIGNUP_BEFORE)
    if by_day:
        return day >= first.date(), day <= last.date()
    return day >= first, day <= last


def _holds(rule: ReminderRule, office: Organization, rivals: Sequence[ReminderRule], thing: Thing) -> bool:
    """Whether the nearest office that has rules for it is this rule's own: those for just its kind come first."""
    along = [one for one in rivals if one.organization and office.path.startswith(one.organization.path)]
    if isinstance(thing, Event):
        along = [one for one in along if one.event_kind == thing.kind] or [
            one for one in along if one.event_kind == ""]
    return bool(along) and rule in along and all(
        len(one.organization.path) <= len(rule.organization.path)  # type: ignore[union-attr]
        for one in along)


def _rivals(rule: ReminderRule) -> Sequence[ReminderRule]:
    """Every office's rules that could hold in its place, and itself."""
    same = [ReminderRule.anchor == rule.anchor] if rule.anchor in OF_PLANS else [
        ReminderRule.anchor.not_in(OF_PLANS), ReminderRule.event_kind.in_(
            ("", rule.event_kind) if rule.event_kind else [*EventKind, ""])]
    return db.session.scalars(select(ReminderRule).where(ReminderRule.organization_id.is_not(None), *same).options(
        joinedload(ReminderRule.organization))).unique().all()


def _bound(rule: ReminderRule, things: Sequence[Thing]) -> set[int]:
    """Milestones and tasks all; of the events that are out, those that have a copy of it."""
    out = [one.id for one in things if isinstance(one, Event) and one.state == EventState.PUBLISHED]
    copies = db.session.scalars(select(ReminderRule.event_id).where(ReminderRule.event_id.in_(out), *(
        getattr(ReminderRule, name) == getattr(rule, name) for name in OF_A_COPY)))
    return {one.id for one in things} - set(out) | {id for id in copies if id is not None}


def _counts(rule: ReminderRule, found: Sequence[tuple[Dates, Thing]]) -> dict[int, int]:
    """How many mailboxes, as things stand; an office's people are counted once."""
    if rule.audience == ENROLLED:
        boxes = _mailboxes({host_of_enrolments(thing).id for _when, thing in found})
        return {thing.id: boxes.get(host_of_enrolments(thing).id, 0) for _when, thing in found}
    audience, known, counts = registry().audiences[rule.audience], {}, {}
    for when, thing in found:
        if (who := _whose(thing)) not in known:
            known[who] = audience.count(thing, when.due_at)
        counts[thing.id] = known[who]
    return counts


def _whose(thing: Thing) -> tuple[Any, ...]:
    """Things alike in this are told to the same people."""
    if isinstance(thing, Event):
        return (thing.organization_id, *sorted(one.organization_id for one in thing.hosts), None,
                *sorted(one.lead_organization_id or 0 for one in thing.tasks))
    task = thing.task if isinstance(thing, Milestone) else thing
    return getattr(thing, "organization_id", None), task.lead_organization_id


def _mailboxes(events: set[int]) -> dict[int, int]:
    rows = db.session.execute(select(Enrolment.event_id, func.count(Enrolment.email.distinct())).where(
        Enrolment.event_id.in_(events), Enrolment.state == "enrolled", Enrolment.email != "")
        .group_by(Enrolment.event_id))
    return {event: count for event, count in rows}
