"""Reminders follow what they are about: dated, re-dated, stopped in the transaction of its change.

Nothing is remembered of which verb it was. What should be is compared with what is, so that being told twice, or
being told of the parent and of the part, comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from app.db import Change, db
from app.events.models import Event
from app.events.words import EventState
from app.outbox.models import Delivery
from app.plans.milestones import Milestone
from app.plans.models import Task
from app.reminders import redating
from app.reminders.audience import carries_reminders, is_to_be_held
from app.reminders.models import Occurrence, OccurrenceState
from app.reminders.moments import Dates, awake, dates
from app.reminders.registry import Kind, key_of, registry
from app.reminders.rules import ENROLLED, ReminderRule, standing
from app.workdays.models import Days

MOVED_INTO_THE_PAST = "改期后，该提醒的时间已经过去"
RESCHEDULED = "活动时间或地点有变化"
SWITCHED_OFF = "这条提醒已停用"
NOT_ITS_PEOPLE = "报名的人不由这个活动提醒：它不收报名，或者由各期各自提醒"
NO_TIME = "这条提醒对这个活动没有时间"
STOPPED = {EventState.CANCELLED: "活动已取消", EventState.POSTPONED: "活动已延期", EventState.HELD: "活动已举办",
           EventState.CLOSED: "活动已办结"}


def follow(changes: Sequence[Change]) -> None:
    """Brings the reminders of everything that changed in line: of events with parent and parts, of milestones and
    tasks, and of all that hangs on working days when those change."""
    seen: set[str] = set()
    for change in changes:
        for kind, thing in _concerned(change.subject):
            if (key := f"{kind}:{thing.id}") not in seen:
                seen.add(key)
                arrange(thing, change.as_of, kind)
        if isinstance(change.subject, Days):
            redating.move_all(change.as_of)


def arrange(thing: Any, as_of: datetime, kind: str = "event") -> None:
    """Makes the waiting reminders of `thing` what they should be now. Safe to call twice."""
    about = registry().kinds[kind]
    rules = _rules_of_event(thing, as_of) if kind == "event" else _rules_of_plan(about, thing)
    if not rules:
        return
    last = {one.rule_id: one for one in db.session.scalars(Occurrence.of_thing(key_of(about, thing)))}
    for rule in rules:
        _arrange(rule, about, thing, last.get(rule.id), as_of)


def arm(rule: ReminderRule, about: Kind, thing: Any, as_of: datetime) -> None:
    """A rule that was laid down or switched, for one thing; whoever is due now is told now."""
    last = db.session.scalars(Occurrence.of_thing(key_of(about, thing)).where(Occurrence.rule_id == rule.id)).all()
    _arrange(rule, about, thing, last[-1] if last else None, as_of, acts_now=True)


def wanted_of(rule: ReminderRule, thing: Any) -> tuple[Dates | None, str]:
    """When it should fire for `thing`; else nothing, and why."""
    anchor, audience = registry().anchors[rule.anchor], registry().audiences[rule.audience]
    if not rule.is_enabled:
        return None, SWITCHED_OFF
    if reason := registry().untimely(rule) or anchor.unwanted(thing):
        return None, reason
    if not audience.fits(thing):
        return None, NOT_ITS_PEOPLE
    moment = anchor.moment(thing)
    if moment is None:
        return None, anchor.lacking
    found = dates(rule, moment)
    return (awake(rule, found, moment.zone), "") if found else (None, NO_TIME)


def _concerned(subject: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(subject, Event):
        yield "event", subject
        if subject.parent is not None:
            yield "event", subject.parent
        for part in subject.parts:
            yield "event", part
    elif isinstance(subject, Milestone):
        yield "milestone", subject
    elif isinstance(subject, Task):
        yield "task", subject


def _rules_of_event(event: Event, as_of: datetime) -> Sequence[ReminderRule]:
    if event.published_at is None and not is_to_be_held(event):
        return []  # never announced: nothing of it waits
    rules = db.session.scalars(ReminderRule.of_event(event.id)).all()
    known = {one.audience for one in rules}
    # One that opens for sign-up only now gets the rules for who enrols only now.
    if not is_to_be_held(event) or (rules and (ENROLLED in known or not carries_reminders(event))):
        return rules
    made = [one for one in ReminderRule.defaults(event, as_of) if registry().audiences[one.audience].fits(event)
            and (not rules or one.audience == ENROLLED)]
    db.session.add_all(made)
    db.session.flush()
    return [*rules, *made]


def _rules_of_plan(about: Kind, thing: Any) -> list[ReminderRule]:
    office = about.office(thing)
    if office is None:
        return []
    return [rule for anchor in registry().anchors_of(about.name) for rule in standing(office, anchor.name)]


def _arrange(rule: ReminderRule, about: Kind, thing: Any, last: Occurrence | None, as_of: datetime, *,
             acts_now: bool = False) -> None:
    wanted, reason = wanted_of(rule, thing)
    if wanted is None:
        _stop(last, reason)
    elif last is None or last.is_over:
        _arm(rule, about, thing, last, wanted, as_of, acts_now)
    else:
        _redate(rule, about, thing, last, wanted, as_of)


def _arm(rule: ReminderRule, about: Kind, thing: Any, last: Occurrence | None, wanted: Dates, as_of: datetime,
         acts_now: bool) -> None:
    """A first firing, or one more after a move or a restoring; none for what is past. One that was broken off
    and would still help comes back, though its hour has struck."""
    is_back = last is not None and last.state == OccurrenceState.CANCELLED and last.due_at == wanted.due_at
    if wanted.due_at > as_of or ((is_back or acts_now) and as_of < wanted.useful_until):
        db.session.add(Occurrence.of(rule, key_of(about, thing), about.stamp(thing), wanted, after=last))


def _redate(rule: ReminderRule, about: Kind, thing: Any, last: Occurrence, wanted: Dates, as_of: datetime) -> None:
    stamp = about.stamp(thing)
    if last.schedule_version == stamp and last.due_at == wanted.due_at:
        return
    has_moved = last.due_at != wanted.due_at
    is_past = has_moved and wanted.due_at <= as_of
    if last.state == OccurrenceState.OPEN:
        last.date(wanted.due_at, wanted.useful_until, stamp)
        if is_past:
            last.miss(MOVED_INTO_THE_PAST)
        return
    # Letters exist: those that have not left say the old time or place.
    is_broken_off = _break_off(last, RESCHEDULED)
    if is_broken_off or has_moved:
        following = Occurrence.of(rule, key_of(about, thing), stamp, wanted, after=last)
        if is_past:
            following.miss(MOVED_INTO_THE_PAST)
        db.session.add(following)
    else:
        last.schedule_version = stamp


def _stop(last: Occurrence | None, reason: str) -> None:
    if last is not None and not last.is_over:
        _break_off(last, reason)


def _break_off(occurrence: Occurrence, reason: str) -> bool:
    """Takes back its letters that have not left; one under way is stopped by its gate. False: all had left."""
    is_under_way = Delivery.stop_all(occurrence.cause, reason)
    if is_under_way or occurrence.is_waiting:
        occurrence.cancel(reason)
    return occurrence.is_over


