"""When a reminder is due: days keep the wall time of the anchor's zone, hours are elapsed time, nights are quiet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.workdays.calendar import WorkingCalendar
from app.workdays.kept import present
from app.workdays.nights import QUIET_FROM, morning_after

if TYPE_CHECKING:
    from app.reminders.rules import ReminderRule

MORNING = time(9)  # a whole day has no hour: its reminder comes in the morning
EVENING = time(21, 30)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a rule counts from. `until`: when a reminder before it helps no more; else the moment itself."""

    at: datetime
    zone: str
    is_all_day: bool = False
    region: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """`due_at` until `useful_until`: between them the reminder helps."""

    due_at: datetime
    useful_until: datetime


def dates(rule: ReminderRule, moment: Moment, calendar: WorkingCalendar | None = None) -> Dates | None:
    """None where the rule says nothing: hours before a whole day, or a day that the working days push past it."""
    calendar = calendar or present()
    if not rule.is_by_the_hour:
        usual, due_at = _by_days(rule, moment, calendar)
    elif moment.is_all_day:
        return None
    else:
        hours = timedelta(hours=rule.lead_amount)
        usual = due_at = moment.at.astimezone(UTC) + (hours if rule.is_after else -hours)
    useful_until = max(usual, due_at) + timedelta(minutes=rule.useful_for)
    if not rule.is_after:
        useful_until = min(useful_until, (moment.until or moment.at).astimezone(UTC))
    return Dates(due_at, useful_until) if due_at < useful_until else None


def awake(rule: ReminderRule, found: Dates, zone: str) -> Dates:
    """By day: what would come between 22:00 and 08:00 comes at 08:00, or before 22:00 where that would be too late.
    What comes a few hours before comes when it comes; what comes afterwards always waits for the morning."""
    if rule.may_wake:
        return found
    morning = morning_after(found.due_at, zone)
    if morning == found.due_at:
        return found
    if rule.is_after:
        return Dates(morning, max(found.useful_until, morning + timedelta(minutes=rule.useful_for)))
    if morning < found.useful_until:
        return Dates(morning, found.useful_until)
    local = found.due_at.astimezone(ZoneInfo(zone))
    evening = local.date() if local.time() >= QUIET_FROM else local.date() - timedelta(days=1)
    return Dates(_at(evening, EVENING, zone), found.useful_until)


def _by_days(rule: ReminderRule, moment: Moment, calendar: WorkingCalendar) -> tuple[datetime, datetime]:
    """When it would be on its plain day, and when it is by the rule for days off."""
    local = moment.at.astimezone(ZoneInfo(moment.zone))
    at = rule.time or (MORNING if moment.is_all_day else local.time())
    day = _counted(rule, local.date(), moment.region, calendar)
    moved = day
    if not calendar.is_workday(day, moment.region):
        if rule.day_rule == "after":
            moved = calendar.workday_after(day, 1, moment.region)
        # Pushed past what it is about it would help nobody.
        if rule.day_rule == "before" or (moved >= local.date() and not rule.is_after and rule.day_rule == "after"):
            moved = calendar.workday_before(day, 1, moment.region)
    return _at(day, at, moment.zone), _at(moved, at, moment.zone)


def _counted(rule: ReminderRule, day: date, region: str, calendar: WorkingCalendar) -> date:
    if rule.lead_unit == "workdays":
        count = calendar.workday_after if rule.is_after else calendar.workday_before
        return count(day, rule.lead_amount, region)
    days = timedelta(days=rule.lead_amount)
    return day + days if rule.is_after else day - days


def _at(day: date, at: time, zone: str) -> datetime:
    # A wall time that summer skips moves forward, one that comes twice is the first (fold 0).
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
