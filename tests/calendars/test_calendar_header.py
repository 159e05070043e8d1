from datetime import timedelta

import icalendar
import pytest
from PIL.ImageColor import colormap, getrgb

from calendars.colors import HEX
from calendars.entry import render_entry
from calendars.errors import MissingText, UnknownColor, UnknownZone, UnusableDuration
from calendars.feed import render_feed, render_single
from tests.calendars.examples import LECTURE, PRODUCT_ID, a_feed, a_header


def the_lines(calendar: bytes) -> list[str]:
    return calendar.replace(b"\r\n ", b"").decode().split("\r\n")


def test_a_feed_introduces_itself_before_its_first_component():
    lines = the_lines(a_feed())

    assert lines[: lines.index("BEGIN:VTIMEZONE")] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Wujin//Wujin//ZH",
        "CALSCALE:GREGORIAN",
        "NAME;LANGUAGE=zh-CN:知识产权“五进”活动\\, 成都市",
        "X-WR-CALNAME:知识产权“五进”活动\\, 成都市",
        "DESCRIPTION;LANGUAGE=zh-CN:成都市的全部活动\\n2025年3月至2027年10月",
        "X-WR-CALDESC:成都市的全部活动\\n2025年3月至2027年10月",
        "X-WR-TIMEZONE:Asia/Shanghai",
        "SOURCE;VALUE=URI:https://wujin.example.org/calendar.ics?region=%E6%88%90%E9%83%BD%E5%B8%82",
        "COLOR:steelblue",
        "X-APPLE-CALENDAR-COLOR:#4682b4",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]


def test_a_bare_header_leaves_out_what_it_does_not_know():
    lines = the_lines(a_feed(description="", source="", color="", language=""))

    assert [line.split(":")[0] for line in lines[: lines.index("BEGIN:VTIMEZONE")]] == [
        "BEGIN",
        "VERSION",
        "PRODID",
        "CALSCALE",
        "NAME",
        "X-WR-CALNAME",
        "X-WR-TIMEZONE",
        "REFRESH-INTERVAL;VALUE=DURATION",
        "X-PUBLISHED-TTL",
    ]


def test_every_zone_in_use_is_defined_once_and_shanghai_always():
    feed = b"".join(render_feed(a_header(), [], ["Europe/Berlin", "Asia/Tokyo", "Europe/Berlin", "UTC"]))

    zones = [str(zone["TZID"]) for zone in icalendar.Calendar.from_ical(feed).walk("VTIMEZONE")]
    assert zones == ["Asia/Shanghai", "Asia/Tokyo", "Europe/Berlin"]


def test_the_zone_of_the_header_is_defined_too():
    feed = b"".join(render_feed(a_header(zone="Asia/Urumqi"), []))

    zones = [str(zone["TZID"]) for zone in icalendar.Calendar.from_ical(feed).walk("VTIMEZONE")]
    assert zones == ["Asia/Shanghai", "Asia/Urumqi"]


def test_a_feed_comes_piece_by_piece_and_takes_its_blocks_as_they_are():
    block = render_entry(LECTURE)

    pieces = list(render_feed(a_header(), iter([block, block + block])))

    assert pieces[1:] == [block, block + block, b"END:VCALENDAR\r\n"]


def test_a_download_of_one_event_is_neither_an_invitation_nor_a_calendar_of_its_own():
    lines = the_lines(render_single(PRODUCT_ID, LECTURE))

    assert lines[:5] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Wujin//Wujin//ZH",
        "CALSCALE:GREGORIAN",
        "BEGIN:VTIMEZONE",
    ]
    assert render_single(a_header(), LECTURE) == render_single(PRODUCT_ID, LECTURE)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"title": " "}, MissingText),
        ({"refresh": timedelta(0)}, UnusableDuration),
        ({"zone": "Asia/Chengdu"}, UnknownZone),
        ({"color": "#4682b4"}, UnknownColor),
    ],
)
def test_a_header_that_no_reader_would_understand_is_refused(changes, refusal):
    with pytest.raises(refusal):
        a_header(**changes)


def test_a_feed_without_a_product_is_refused():
    with pytest.raises(MissingText):
        list(render_feed(a_header(product_id=""), []))


def test_the_colours_are_those_of_css_level_3():
    # Pillow knows one more, which CSS added in level 4; and it swaps a name's value for a triple once it was used.
    known = {name: "#{:02x}{:02x}{:02x}".format(*getrgb(name)) for name in colormap if name != "rebeccapurple"}

    assert known == HEX
