"""When a reminder is due: calendar days keep the wall time of the event's zone, hours are elapsed time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.events.span import Span
from app.reminders.models import LeadUnit, ReminderRule

MORNING = time(9)  # a whole-day event has no hour: its reminder comes in the morning


@dataclass(frozen=True, slots=True)
class Dates:
    """`due_at` until `useful_until`: between them the reminder helps."""

    due_at: datetime
    useful_until: datetime


def dates(rule: ReminderRule, span: Span) -> Dates | None:
    """None where the rule says nothing: hours before a whole day."""
    if rule.lead_unit == LeadUnit.DAYS:
        due_at = _days_before(span, rule.lead_amount)
    elif span.is_all_day:
        return None
    else:
        due_at = span.starts_at.astimezone(UTC) - timedelta(hours=rule.lead_amount)
    useful_until = min(due_at + timedelta(minutes=rule.useful_for), span.starts_at.astimezone(UTC))
    return Dates(due_at, useful_until)


def _days_before(span: Span, days: int) -> datetime:
    zone = ZoneInfo(span.zone)
    local = span.starts_at.astimezone(zone)
    at = MORNING if span.is_all_day else local.time()
    # A wall time that summer skips moves forward, one that comes twice is the first (fold 0).
    return datetime.combine(local.date() - timedelta(days=days), at, zone).astimezone(UTC)
