"""Reminders follow an event: dated, re-dated, stopped in the transaction of its change.

Nothing is remembered of which verb it was. What should be is compared with what is, so that being told twice, or
being told of the parent and of the part, comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from app.db import Change, db
from app.events.models import Event
from app.events.words import EventState
from app.outbox.models import Delivery
from app.reminders.audience import carries_reminders, is_to_be_held
from app.reminders.dating import Dates, dates
from app.reminders.models import Occurrence, OccurrenceState, ReminderRule

MOVED_INTO_THE_PAST = "改期后，该提醒的时间已经过去"
RESCHEDULED = "活动时间或地点有变化"
STOPPED = {EventState.CANCELLED: "活动已取消", EventState.POSTPONED: "活动已延期", EventState.HELD: "活动已举办",
           EventState.CLOSED: "活动已办结"}


def follow(changes: Sequence[Change]) -> None:
    """Brings the reminders of every event that changed in line, and of its parent and parts."""
    seen: set[int] = set()
    for change in changes:
        if isinstance(change.subject, Event):
            for event in _with_relatives(change.subject):
                if event.id not in seen:
                    seen.add(event.id)
                    arrange(event, change.as_of)


def arrange(event: Event, as_of: datetime) -> None:
    """Makes the waiting reminders of `event` what they should be now. Safe to call twice."""
    is_wanted = is_to_be_held(event) and carries_reminders(event)
    rules = db.session.scalars(ReminderRule.of_event(event.id)).all()
    if is_wanted and not rules:
        rules = ReminderRule.defaults(event, as_of)
        db.session.add_all(rules)
        db.session.flush()
    for rule in rules:
        wanted = dates(rule, event.span) if is_wanted and rule.is_enabled else None
        last = db.session.scalars(Occurrence.of_rule(rule.id).limit(1)).one_or_none()
        if wanted is None:
            _stop(last, STOPPED.get(EventState(event.state), "活动已撤回"))
        elif last is None or last.is_over:
            _arm(rule, event, last, wanted, as_of)
        else:
            _redate(rule, event, last, wanted, as_of)


def _arm(rule: ReminderRule, event: Event, last: Occurrence | None, wanted: Dates, as_of: datetime) -> None:
    """A first firing, or one more after a move or a restoring; none for what is past. One that was broken off
    and would still help comes back, though its hour has struck."""
    is_back = (last is not None and last.state == OccurrenceState.CANCELLED and last.due_at == wanted.due_at
               and as_of < wanted.useful_until)
    if wanted.due_at > as_of or is_back:
        db.session.add(Occurrence.of(rule, event, wanted.due_at, wanted.useful_until, after=last))


def _redate(rule: ReminderRule, event: Event, last: Occurrence, wanted: Dates, as_of: datetime) -> None:
    if last.schedule_version == event.schedule_version and last.due_at == wanted.due_at:
        return
    has_moved = last.due_at != wanted.due_at
    is_past = has_moved and wanted.due_at <= as_of
    if last.state == OccurrenceState.OPEN:
        last.date(wanted.due_at, wanted.useful_until, event.schedule_version)
        if is_past:
            last.miss(MOVED_INTO_THE_PAST)
        return
    # Letters exist: those that have not left say the old time or place.
    is_broken_off = _break_off(last, RESCHEDULED)
    if is_broken_off or has_moved:
        following = Occurrence.of(rule, event, wanted.due_at, wanted.useful_until, after=last)
        if is_past:
            following.miss(MOVED_INTO_THE_PAST)
        db.session.add(following)
    else:
        last.schedule_version = event.schedule_version


def _stop(last: Occurrence | None, reason: str) -> None:
    if last is not None and not last.is_over:
        _break_off(last, reason)


def _break_off(occurrence: Occurrence, reason: str) -> bool:
    """Takes back its letters that have not left; one under way is stopped by its gate. False: all had left."""
    waiting = db.session.scalars(Delivery.unsent_of(occurrence.cause)).all()
    for letter in waiting:
        letter.stop(reason)
    if waiting or occurrence.is_waiting:
        occurrence.cancel(reason)
    return occurrence.is_over


def _with_relatives(event: Event) -> Iterator[Event]:
    yield event
    if event.parent is not None:
        yield event.parent
    yield from event.parts
