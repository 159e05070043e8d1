from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st

from calendars.entry import render_entry
from calendars.timezones import zone_block
from tests.calendars.examples import an_entry

ZONES = (
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Tokyo",
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "Australia/Sydney",
    "Asia/Jerusalem",
)
TOLD = {name: tzical(StringIO(zone_block(name).decode().replace("\r\n", "\n"))).get() for name in ZONES}


def times_of(**changes) -> list[str]:
    lines = render_entry(an_entry(**changes)).decode().split("\r\n")
    return [line for line in lines if line.startswith(("DTSTART", "DTEND"))]


def test_shanghai_has_one_observance():
    assert zone_block("Asia/Shanghai").decode().split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Shanghai",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0800",
        "TZOFFSETTO:+0800",
        "TZNAME:CST",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]


def test_a_zone_with_plain_rules_has_two_yearly_ones():
    lines = zone_block("America/New_York").decode().split("\r\n")

    assert [line for line in lines if line.startswith(("BEGIN", "DTSTART", "RRULE", "RDATE"))] == [
        "BEGIN:VTIMEZONE",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700308T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
        "BEGIN:STANDARD",
        "DTSTART:19701101T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
    ]


@pytest.mark.parametrize("name", ZONES)
@given(moment=st.datetimes(min_value=datetime(2016, 1, 1), max_value=datetime(2036, 1, 1)))
def test_a_zone_told_by_us_is_the_zone_of_the_database(name, moment):
    told = TOLD[name]

    offset = moment.replace(tzinfo=UTC).astimezone(told).utcoffset()

    assert offset == moment.replace(tzinfo=UTC).astimezone(ZoneInfo(name)).utcoffset()


def test_a_moment_is_told_in_the_local_time_of_its_event():
    starts = datetime(2026, 7, 1, 22, 30, 15, 999999, tzinfo=UTC)

    assert times_of(starts=starts, ends=starts + timedelta(hours=1)) == [
        "DTSTART;TZID=Asia/Shanghai:20260702T063015",
        "DTEND;TZID=Asia/Shanghai:20260702T073015",
    ]


def test_a_moment_given_in_any_zone_is_the_same_moment():
    starts = datetime(2026, 7, 1, 10, tzinfo=ZoneInfo("Asia/Tokyo"))

    assert (
        times_of(starts=starts, ends=starts + timedelta(hours=1))[0]
        == "DTSTART;TZID=Asia/Shanghai:20260701T090000"
    )


def test_universal_time_needs_no_zone():
    starts = datetime(2026, 7, 1, 10, tzinfo=UTC)

    assert times_of(starts=starts, ends=starts + timedelta(hours=1), zone="UTC") == [
        "DTSTART:20260701T100000Z",
        "DTEND:20260701T110000Z",
    ]


def test_the_second_run_of_an_hour_is_told_in_universal_time():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert times_of(starts=first, ends=first + timedelta(hours=1), zone="Europe/Berlin") == [
        "DTSTART;TZID=Europe/Berlin:20261025T023000",
        "DTEND:20261025T013000Z",
    ]


def test_an_early_year_keeps_its_zeros():
    starts = datetime(987, 1, 1, tzinfo=UTC)

    assert (
        times_of(starts=starts, ends=starts + timedelta(hours=1), zone="UTC")[0] == "DTSTART:09870101T000000Z"
    )
