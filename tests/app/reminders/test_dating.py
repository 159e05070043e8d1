"""When a reminder is due, in zones that change their clocks and in one that does not."""

from datetime import UTC, date, datetime

import pytest

from app.events.span import Span
from app.reminders import moments
from app.reminders.models import LeadUnit, ReminderRule
from app.reminders.moments import Dates, Moment

PLAIN = {"is_after": False, "day_rule": "any", "at_time": ""}
DAY = ReminderRule(lead_amount=1, lead_unit=LeadUnit.DAYS.value, useful_for=22 * 60, **PLAIN)
HOUR = ReminderRule(lead_amount=1, lead_unit=LeadUnit.HOURS.value, useful_for=60, **PLAIN)
ELAPSED_DAY = ReminderRule(lead_amount=24, lead_unit=LeadUnit.HOURS.value, useful_for=60, **PLAIN)


def dates(rule: ReminderRule, when: Span) -> Dates | None:
    return moments.dates(rule, Moment(when.starts_at, when.zone, when.is_all_day))


def span(starts_at: str, zone: str) -> Span:
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    starts = datetime.fromisoformat(starts_at).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return Span(starts, starts + timedelta(hours=2), False, zone)


@pytest.mark.parametrize(("starts_at", "zone", "rule", "due_at"), [
    ("2026-04-20T14:00", "Asia/Shanghai", DAY, "2026-04-19T06:00"),
    ("2026-04-20T14:00", "Asia/Shanghai", HOUR, "2026-04-20T05:00"),
    # Summer time ends on 1 November 2026 in New York, a day of 25 hours.
    ("2026-11-01T09:00", "America/New_York", DAY, "2026-10-31T13:00"),
    ("2026-11-01T09:00", "America/New_York", ELAPSED_DAY, "2026-10-31T14:00"),
    # 02:30 did not exist on 8 March 2026: it moves forward to 03:30.
    ("2026-03-09T02:30", "America/New_York", DAY, "2026-03-08T07:30"),
    # 01:30 came twice on 1 November 2026: the first one counts.
    ("2026-11-02T01:30", "America/New_York", DAY, "2026-11-01T05:30"),
    ("2026-04-06T09:00", "Australia/Lord_Howe", DAY, "2026-04-04T22:30"),
])
def test_a_day_before_keeps_the_wall_time_and_hours_are_elapsed(starts_at, zone, rule, due_at):
    found = dates(rule, span(starts_at, zone))

    assert found.due_at == datetime.fromisoformat(due_at).replace(tzinfo=UTC)


def test_a_day_before_helps_until_two_hours_before_the_start():
    found = dates(DAY, span("2026-04-20T14:00", "Asia/Shanghai"))

    assert found.useful_until == datetime(2026, 4, 20, 4, tzinfo=UTC)


def test_an_hour_before_helps_until_the_start():
    found = dates(HOUR, span("2026-04-20T14:00", "Asia/Shanghai"))

    assert found.useful_until == datetime(2026, 4, 20, 6, tzinfo=UTC)


def test_a_whole_day_is_reminded_of_in_the_morning_before_and_by_no_hours():
    whole = Span.of_days(date(2026, 4, 20), date(2026, 4, 21))

    assert dates(DAY, whole).due_at == datetime(2026, 4, 19, 1, tzinfo=UTC)
    assert dates(HOUR, whole) is None
