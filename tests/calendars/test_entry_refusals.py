from datetime import UTC, date, datetime, timedelta

import pytest

from calendars import errors
from calendars.entry import Alarm, render_entry, with_alarm
from tests.calendars.examples import LECTURE, an_entry

NOON = datetime(2026, 4, 20, 4, tzinfo=UTC)


@pytest.mark.parametrize("field", ["stamp", "created", "starts", "ends"])
def test_a_moment_without_a_zone_is_refused_by_its_name(field):
    naive = {"starts": NOON, "ends": NOON + timedelta(hours=1)} | {field: datetime(2026, 4, 20, 4, 30)}

    with pytest.raises(errors.NaiveTime) as refusal:
        an_entry(**naive)

    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (NOON, NOON),
        (NOON, NOON - timedelta(hours=1)),
        (NOON, NOON + timedelta(milliseconds=900)),
        (date(2026, 4, 20), date(2026, 4, 19)),
        (date(2026, 4, 20), date.max),
    ],
)
def test_an_end_that_is_not_after_the_start_is_refused(starts, ends):
    with pytest.raises(errors.EndBeforeStart) as refusal:
        an_entry(starts=starts, ends=ends)

    assert (refusal.value.starts, refusal.value.ends) == (starts, ends)


def test_a_single_whole_day_is_an_event():
    lines = render_entry(an_entry(starts=date(2026, 4, 30), ends=date(2026, 4, 30))).split(b"\r\n")

    assert [line for line in lines if line.startswith((b"DTSTART", b"DTEND"))] == [
        b"DTSTART;VALUE=DATE:20260430",
        b"DTEND;VALUE=DATE:20260501",
    ]


@pytest.mark.parametrize(("starts", "ends"), [(NOON, date(2026, 4, 21)), (date(2026, 4, 20), NOON)])
def test_a_day_and_an_hour_do_not_mix(starts, ends):
    with pytest.raises(errors.MixedTimes):
        an_entry(starts=starts, ends=ends)


@pytest.mark.parametrize("uid", ["", "活动@x.example", "a" * 256, "a\r\nb", " a", "a\x00"])
def test_a_uid_that_some_reader_would_cut_is_refused(uid):
    with pytest.raises(errors.UnusableUid):
        an_entry(uid=uid)
    with pytest.raises(errors.UnusableUid):
        an_entry(related_to=(uid,))


def test_the_longest_uid_is_written_whole():
    unfolded = render_entry(an_entry(uid="a" * 255)).replace(b"\r\n ", b"")

    assert unfolded.split(b"\r\n")[1] == b"UID:" + b"a" * 255


@pytest.mark.parametrize("sequence", [-1, 2**31])
def test_a_sequence_that_is_no_32_bit_count_is_refused(sequence):
    with pytest.raises(errors.UnusableSequence):
        an_entry(sequence=sequence)


@pytest.mark.parametrize(
    "zone", ["", "China Standard Time", "Asia", "../etc/passwd", "Asia/Chengdu", "UTC+08:00"]
)
def test_a_zone_that_the_database_does_not_name_is_refused(zone):
    with pytest.raises(errors.UnknownZone):
        an_entry(zone=zone)


@pytest.mark.parametrize("summary", ["", " \n", "\x00"])
def test_an_event_without_a_title_is_refused(summary):
    with pytest.raises(errors.MissingText):
        an_entry(summary=summary)


@pytest.mark.parametrize("geo", [(91.0, 0.0), (0.0, -181.0), (float("nan"), 0.0), (0.0, float("inf"))])
def test_a_place_that_is_not_on_earth_is_refused(geo):
    with pytest.raises(errors.UnusablePosition):
        an_entry(geo=geo)


@pytest.mark.parametrize("block", [b"", b"BEGIN:VEVENT\r\n", render_entry(LECTURE) * 2])
def test_an_alarm_goes_only_into_one_rendered_event(block):
    with pytest.raises(errors.NotAnEntry):
        with_alarm(block, Alarm(timedelta(hours=1), "开始"))


def test_an_alarm_must_say_something_in_whole_seconds():
    with pytest.raises(errors.MissingText):
        Alarm(timedelta(hours=1), " ")
    with pytest.raises(errors.UnusableDuration):
        Alarm(timedelta(milliseconds=1), "开始")


def test_every_refusal_is_a_calendar_error():
    refusals = [kind for kind in vars(errors).values() if isinstance(kind, type)]

    assert [kind for kind in refusals if not issubclass(kind, errors.CalendarError)] == []
