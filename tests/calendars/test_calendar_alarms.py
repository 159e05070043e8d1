from dataclasses import replace
from datetime import timedelta

import pytest

from calendars.entry import Alarm, render_entry, with_alarm
from tests.calendars.examples import CANCELLED, LECTURE, POSTPONED, WEEK

HOUR = Alarm(timedelta(hours=1), "讲座, 一小时后")


def test_an_alarm_put_in_later_gives_the_bytes_of_one_put_in_at_once():
    later = with_alarm(render_entry(LECTURE), HOUR)

    assert later == render_entry(replace(LECTURE, alarms=(HOUR,)))


def test_an_alarm_stands_just_before_the_end_of_its_event():
    ending = with_alarm(render_entry(LECTURE), HOUR).removeprefix(
        render_entry(LECTURE)[: -len("END:VEVENT\r\n")]
    )

    assert ending.decode().splitlines() == [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:讲座\\, 一小时后",
        "TRIGGER:-PT1H",
        "END:VALARM",
        "END:VEVENT",
    ]


@pytest.mark.parametrize("entry", [CANCELLED, POSTPONED])
def test_what_is_not_confirmed_rings_nobody(entry):
    assert with_alarm(render_entry(entry), HOUR) == render_entry(entry)
    assert render_entry(replace(entry, alarms=(HOUR,))) == render_entry(replace(entry, alarms=()))


def test_a_title_that_looks_like_a_status_does_not_silence_an_alarm():
    entry = replace(LECTURE, summary="STATUS:CANCELLED")

    assert with_alarm(render_entry(entry), HOUR).count(b"BEGIN:VALARM") == 1


@pytest.mark.parametrize(
    ("before", "trigger"),
    [
        (timedelta(hours=1), b"PT8H"),
        (timedelta(hours=9), b"PT0S"),
        (timedelta(days=1), b"-PT15H"),
        (timedelta(days=3, minutes=30), b"-P2DT15H30M"),
    ],
)
def test_whole_days_count_from_nine_in_the_morning(before, trigger):
    """An hour before a day begins it is eleven at night."""
    alarm = Alarm(before, "宣传周")

    later = with_alarm(render_entry(WEEK), alarm)

    assert later == render_entry(replace(WEEK, alarms=(alarm,)))
    assert b"\r\nTRIGGER:" + trigger + b"\r\n" in later


@pytest.mark.parametrize(
    ("before", "trigger"),
    [
        (timedelta(0), b"PT0S"),
        (timedelta(minutes=90), b"-PT1H30M"),
        (timedelta(days=1), b"-P1D"),
        (timedelta(days=2, hours=3, seconds=5), b"-P2DT3H5S"),
        (timedelta(hours=-9), b"PT9H"),
    ],
)
def test_a_lead_time_is_told_as_a_duration(before, trigger):
    block = with_alarm(render_entry(LECTURE), Alarm(before, "开始"))

    assert (
        b"\r\nTRIGGER:" + trigger + b"\r\n"
        == block[block.index(b"\r\nTRIGGER:") : block.index(b"END:VALARM")]
    )
