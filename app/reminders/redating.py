"""What hangs on working days, when those change: which firings move, and moving them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select

from app.db import db
from app.reminders.models import Occurrence, OccurrenceState
from app.reminders.moments import Dates, awake, dates
from app.reminders.registry import Kind, Thing, registry
from app.reminders.rules import DayRule, LeadUnit, ReminderRule
from app.workdays.calendar import WorkingCalendar
from app.workdays.kept import present


@dataclass(frozen=True, slots=True)
class Moved:
    """A firing that is not yet written, and when it would come instead."""

    occurrence: Occurrence
    kind: Kind
    thing: Thing
    dates: Dates

    def title(self, language: str) -> str:
        return self.kind.title(self.thing, language)


def moved_under(calendar: WorkingCalendar) -> Iterator[Moved]:
    """Every open firing that another calendar dates otherwise."""
    for occurrence in db.session.scalars(_hanging()):
        kind, thing = registry().thing(occurrence.anchor_key)
        moment = registry().anchors[occurrence.rule.anchor].moment(thing) if thing is not None else None
        found = dates(occurrence.rule, moment, calendar) if moment else None
        if found and moment:
            found = awake(occurrence.rule, found, moment.zone)
            if found.due_at != occurrence.due_at:
                yield Moved(occurrence, kind, thing, found)


def move_all(as_of: datetime) -> int:
    """Brings them in line with the calendar as it stands; what would be past by now stays as it was. How many."""
    count = 0
    for one in list(moved_under(present())):
        if one.dates.due_at > as_of:
            one.occurrence.date(one.dates.due_at, one.dates.useful_until, one.occurrence.schedule_version)
            count += 1
    return count


def _hanging() -> Select[Occurrence]:
    return (select(Occurrence).join(Occurrence.rule).where(
        Occurrence.state == OccurrenceState.OPEN.value,
        or_(ReminderRule.lead_unit == LeadUnit.WORKDAYS.value, ReminderRule.day_rule != DayRule.ANY.value))
        .order_by(Occurrence.due_at, Occurrence.id))
