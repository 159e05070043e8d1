from datetime import UTC, date, datetime, timedelta

import pytest

from tests.calendars.examples import (
    CALENDARS,
    LECTURE,
    ONLINE,
    POSTPONED,
    SESSION,
    WEEK,
    WEEK_ITEM,
    a_feed,
    an_entry,
)
from tests.calendars.readers import READERS

pytestmark = pytest.mark.parametrize("read", READERS)


def test_a_lecture_says_to_every_parser_what_it_said_to_us(read):
    [lecture] = read(CALENDARS["lecture"])

    assert lecture.uid == LECTURE.uid
    assert lecture.sequence == 0
    assert (lecture.starts, lecture.ends) == (LECTURE.starts, LECTURE.ends)
    assert lecture.summary == "蜀光讲坛第一期:专利, 商标; 地理标志"
    assert lecture.description == LECTURE.description
    assert lecture.location == LECTURE.location
    assert lecture.url == "https://wujin.example.org/events/12"
    assert lecture.categories == ("进单位", "讲座", "I2.1", "成都市")
    assert (lecture.status, lecture.transp) == ("CONFIRMED", "OPAQUE")


def test_the_last_day_of_a_campaign_is_the_day_before_its_dtend(read):
    week, item = read(CALENDARS["campaign"])

    assert (week.starts, week.ends) == (date(2026, 4, 20), date(2026, 4, 27))
    assert week.transp == "TRANSPARENT"
    assert (item.starts, item.ends) == (WEEK_ITEM.starts, WEEK_ITEM.ends)


def test_an_item_of_a_campaign_names_its_parent(read):
    week, item = read(CALENDARS["campaign"])

    assert (week.parent, item.parent) == ("", WEEK.uid)


def test_a_cancelled_event_stays_and_says_so(read):
    [cancelled] = read(CALENDARS["cancelled"])

    assert (cancelled.status, cancelled.transp, cancelled.sequence) == ("CANCELLED", "TRANSPARENT", 3)
    assert cancelled.summary == "【已取消】蜀光讲坛第一期"


def test_a_postponed_event_keeps_its_old_time_and_rings_nobody(read):
    [postponed] = read(CALENDARS["postponed"])

    assert (postponed.status, postponed.transp) == ("TENTATIVE", "TRANSPARENT")
    assert (postponed.starts, postponed.triggers) == (POSTPONED.starts, ())


def test_an_online_event_is_read_by_parsers_that_know_no_conference(read):
    [online] = read(CALENDARS["online"])

    assert (online.summary, online.location) == (ONLINE.summary, "https://meeting.example.com/j/123")


def test_a_training_session_rings_a_day_and_an_hour_before(read):
    [session] = read(CALENDARS["session"])

    assert session.triggers == (-timedelta(days=1), -timedelta(hours=1))
    assert session.parent == SESSION.related_to[0]


def test_an_empty_feed_is_a_calendar_without_events(read):
    assert read(CALENDARS["empty"]) == []


@pytest.mark.parametrize("name", ["request", "cancel"])
def test_the_calendar_part_of_a_letter_tells_the_same_event(read, name):
    [told] = read(CALENDARS[name])

    assert (told.uid, told.starts, told.ends) == (LECTURE.uid, LECTURE.starts, LECTURE.ends)


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Tehran", "Asia/Urumqi", "UTC"]
)
@pytest.mark.parametrize("month", [1, 7])
def test_an_event_of_another_zone_is_at_the_same_moment_for_every_parser(read, zone, month):
    starts = datetime(2026, month, 10, 6, tzinfo=UTC)
    entry = an_entry(starts=starts, ends=starts + timedelta(hours=2), zone=zone)

    [told] = read(a_feed(entry))

    assert (told.starts, told.ends) == (entry.starts, entry.ends)


def test_two_events_come_in_the_order_they_were_given(read):
    calendar = a_feed(an_entry(uid="b@x.example"), an_entry(uid="a@x.example"))

    assert [told.uid for told in read(calendar)] == ["b@x.example", "a@x.example"]


def test_a_title_cannot_smuggle_in_another_event(read):
    title = "讲座\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil\x85X:1\u2028Y:2"

    [told] = read(a_feed(an_entry(summary=title)))

    assert told.summary == "讲座\nEND:VEVENT\nBEGIN:VEVENT\nUID:evil\nX:1\nY:2"
