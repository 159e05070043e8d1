"""The reader under random and mutilated bytes, and its work counted in steps."""

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars.errors import CalendarError
from calendars.foreign import ForeignCalendar
from calendars.reader import Limits, read_calendar
from calendars.recurrence import Budget, occurrences
from tests.calendars.examples import CALENDARS
from tests.calendars.test_reading_foreign_calendars import EASTERN, a_calendar, an_event

VALID = [*CALENDARS.values(), a_calendar(
    *EASTERN, *an_event("RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260421T010000Z", "RDATE:20260501T010000Z",
                        start="DTSTART;TZID=我们的时区:20260420T090000"),
    *an_event("DURATION:P1DT2H", "GEO:30.6;104.0", "ORGANIZER;CN=\"省\":mailto:a@example.org",
              "RECURRENCE-ID;RANGE=THISANDFUTURE:20260421",
              start="DTSTART;TZID=China Standard Time:20260420T090000"))]
PIECES = [b"\r\n", b"\n ", b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:VCALENDAR\r\n", b"END:VCALENDAR\r\n",
          b";TZID=", b":", b"\xff", b"\x00", b"\"", b"\\", b"DTSTART:", b"99999999", b"-", b"RRULE:FREQ=SECONDLY\r\n",
          "٣".encode(), "０".encode(), b"^", b","]


def read_or_refuse(octets: bytes) -> ForeignCalendar | None:
    """And what recurs in it is gone through, or refused by name too."""
    try:
        calendar = read_calendar(octets, limits=Limits(octets=100_000))
    except CalendarError:
        return None
    for entry in calendar.entries:
        with suppress(CalendarError):
            occurrences(entry, date(2026, 1, 1), date(2026, 12, 31), Budget(2_000), most=50)
    return calendar


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2_000) | st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
def test_random_bytes_are_read_or_refused_by_name(octets):
    within = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260420\r\n" + octets

    assert [read_or_refuse(one) for one in (octets, within)] == [read_or_refuse(one) for one in (octets, within)]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_mutilated_calendar_is_read_or_refused_by_name(data):
    octets = bytearray(data.draw(st.sampled_from(VALID)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(octets)))
        taken = data.draw(st.integers(0, 12))
        octets[at:at + taken] = data.draw(st.sampled_from(PIECES) | st.binary(max_size=6))

    assert read_or_refuse(bytes(octets)) == read_or_refuse(bytes(octets))


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(["DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "GEO", "SEQUENCE", "URL",
                        "RECURRENCE-ID", "DTSTAMP", "CATEGORIES", "ORGANIZER", "STATUS", "TZOFFSETTO"]),
       st.text(max_size=60) | st.lists(st.sampled_from([
           "20260420", "20260420T010000Z", "20260420T010000", "FREQ=", "DAILY", "YEARLY", ";", ",", "=", "BYDAY",
           "UNTIL", "COUNT", "INTERVAL", "99999999999", "-1", "MO", "/"]), max_size=8).map("".join))
def test_any_value_of_any_property_is_read_or_told(name, value):
    octets = a_calendar(*an_event(f"{name}:{value}", start=""), *an_event(f"{name};TZID={value}:20260420T090000"))

    assert read_or_refuse(octets) is not None


# ---------------------------------------------------------------- the cost


def steps(work: Callable[[], object]) -> int:
    """How many lines of Python it runs: the same on any machine."""
    count = 0

    def look(frame: object, event: str, argument: object) -> object:
        nonlocal count
        count += event == "line"
        return look

    earlier = sys.gettrace()
    sys.settrace(look)
    try:
        with suppress(CalendarError):
            work()
    finally:
        sys.settrace(earlier)
    return count


def many(event: list[str], count: int = 40) -> bytes:
    """`count` entries of a UID each, in as many octets whatever the event claims."""
    lines = [line.replace("a@b", f"{number}@b") for number in range(count) for line in event]
    octets = a_calendar(*lines)
    return octets + b" " * (60_000 - len(octets))


CLAIMS = {
    "without end": ["RRULE:FREQ=SECONDLY"], "two billion": ["RRULE:FREQ=DAILY;COUNT=2000000000"],
    "never": ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"], "long": ["DURATION:P9999999W"],
    "longer": ["DURATION:P" + "9" * 40 + "W"], "far": ["DTEND:99991231T235959Z"], "old": ["RDATE:00010101"],
    "repeating alarm": ["BEGIN:VALARM", "TRIGGER:-PT1S", "REPEAT:999999999", "DURATION:PT1S", "END:VALARM"],
    "big number": ["SEQUENCE:" + "9" * 400], "by everything": ["RRULE:FREQ=MINUTELY;BYSECOND=0,1,2,3,4,5,6,7,8,9"],
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_costs_no_more_than_its_lines(claim):
    harmless = ["X-NOTHING:" + "x" * len(line.partition(":")[2]) for line in CLAIMS[claim]]
    ours, theirs = many(an_event(*harmless)), many(an_event(*CLAIMS[claim]))

    assert steps(lambda: read_calendar(theirs)) < 1.6 * steps(lambda: read_calendar(ours))


@pytest.mark.parametrize("grown", [
    lambda count: a_calendar(*[line for one in range(count) for line in an_event(uid=str(one))]),
    lambda count: a_calendar(*an_event(*["没有冒号"] * count)),
    lambda count: a_calendar(*an_event("DESCRIPTION:" + "\\,a" * count * 20)),
    lambda count: a_calendar(*an_event("DESCRIPTION:一", *[" 二"] * count)),
    lambda count: a_calendar(*an_event("X" + ";A=b" * count * 20 + ":c")),
    lambda count: a_calendar(*[line for _ in range(count) for line in an_event()]),
    lambda count: a_calendar(*EASTERN * count, *an_event(start="DTSTART;TZID=我们的时区:20260420T090000")),
    lambda count: a_calendar(*[line for one in range(count) for line in an_event(
        uid=str(one), start=f"DTSTART;TZID=Nowhere/{one}:20260420T090000")]),
    lambda count: a_calendar("BEGIN:VEVENT", *["END:X"] * count),
    lambda count: a_calendar(*["BEGIN:VEVENT"] * count)],
    ids=["entries", "bad lines", "escapes", "folds", "parameters", "doubles", "zones", "unknown zones", "ends",
         "begins"])
def test_twice_the_size_costs_no_more_than_about_twice_the_work(grown):
    small, large = grown(100), grown(200)

    assert steps(lambda: read_calendar(large)) < 2.2 * steps(lambda: read_calendar(small))


@pytest.mark.parametrize("words", [
    "X" + ";A=\"" * 3_000, "X;A=" + ",\"\"" * 3_000 + "\"", "X;A=" + "a," * 5_000 + "\"b",
    "CATEGORIES:" + "\\" * 20_001, "CATEGORIES:" + "\\,," * 8_000])
def test_no_pattern_goes_back_over_what_it_has_read(words):
    """Should one, this does not end; nothing is measured."""
    assert read_or_refuse(a_calendar(*an_event(words))) is not None
