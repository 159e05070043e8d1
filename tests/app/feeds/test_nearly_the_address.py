"""Addresses as calendar programs and people nearly have them: the right one, or a sentence; never a page."""

from __future__ import annotations

import pytest

from app.feeds.saved import SavedSlice
from app.feeds.slices import Slice
from app.feeds.tokens import FeedToken, Holding
from tests.app.feeds.reading import fetch, titles
from tests.conftest import AS_OF
from tests.factories import an_event, an_office, chen

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
PLAIN = "text/plain; charset=utf-8"


@pytest.fixture
def lecture(app):
    SavedSlice.save(Slice(), slug="lectures", title="讲座", title_en="", organization=an_office(), as_of=AS_OF)
    return an_event("讲座")


@pytest.mark.feeds(20, 22)
@pytest.mark.parametrize(("asked", "right"), [
    ("/calendar.ics/", "/calendar.ics"), ("/calendar.ics/?kind=lecture", "/calendar.ics?kind=lecture"),
    ("/events.atom/", "/events.atom"), ("/events/1.ics/", "/events/1.ics"), ("/s/lectures/", "/s/lectures"),
    ("/s/lectures.ics/?alarm=PT1H", "/s/lectures.ics?alarm=PT1H")])
def test_a_slash_too_many_leads_to_the_right_address_for_good(lecture, client, asked, right):
    answer = fetch(client, asked)

    assert (answer.status_code, answer.location, answer.headers["Content-Type"], answer.data) == (
        301, right, PLAIN, b"")
    assert fetch(client, right).status_code in (200, 302)


@pytest.mark.feeds(20, 22)
@pytest.mark.parametrize("address", [
    "/calendar", "/calendar/", "/Calendar.ICS", "/calendar.ics/more", "/calendar.icss", "/f", "/f/", "/f/a/b",
    "/f/abc.ics/", "/f/abc", "/s/", "/s/none", "/s/none.ics/x", "/events/1.ics/x", "/events/x.ics", "/events.atom/x",
    "/t/abc.ics/", "/calendar.ical", "/calendar.icsx", "/s/none.ical"])
def test_what_begins_like_a_calendar_and_is_none_gets_a_sentence(lecture, client, address):
    answer = fetch(client, address, Accept="text/calendar, */*;q=0.1")

    assert (answer.status_code, answer.headers["Content-Type"], b"<" in answer.data) == (404, PLAIN, False)
    assert "calendar.ics" not in answer.headers.get("Location", "")


@pytest.mark.feeds(25)
@pytest.mark.parametrize("way", ["/f/{}", "/f/{}/", "/f/{}.ics/", "/f/{}.ICS"])
def test_a_key_with_an_ending_that_is_wrong_opens_nothing_and_is_not_passed_on(lecture, client, way):
    _made, token = FeedToken.issue(chen(), "我的", [Holding.MINE], AS_OF)

    answer = fetch(client, way.format(token), Accept=BROWSER)

    assert (answer.status_code, answer.headers["Content-Type"], answer.text) == (
        404, PLAIN, "没有这个日历地址。请核对是不是抄全了，日历的地址以 .ics 结尾。\n")
    assert (answer.location, answer.headers["Referrer-Policy"], answer.headers["X-Robots-Tag"]) == (
        None, "no-referrer", "noindex")


@pytest.mark.feeds(20)
def test_a_short_address_gives_a_program_the_calendar_and_a_browser_the_page(lecture, client):
    program, browser = (fetch(client, "/s/Lectures", Accept=wish) for wish in ("*/*", BROWSER))

    assert (program.status_code, program.location, browser.location) == (
        302, "/s/lectures.ics", "/subscribe?short=lectures")
    assert titles(client, program.location) == ["讲座"]
    assert ["Accept" in answer.vary for answer in (program, browser)] == [True, True]


def test_a_person_who_mistyped_a_short_address_gets_a_page(lecture, client):
    answer = fetch(client, "/s/none", Accept=BROWSER)

    assert (answer.status_code, answer.mimetype, "没有这个短地址。" in answer.text) == (404, "text/html", True)


@pytest.mark.parametrize("accept", [BROWSER, "*/*"])
def test_a_calendar_with_another_ending_gets_a_sentence_whoever_asks(lecture, client, accept):
    answer = fetch(client, "/calendar.ical", Accept=accept)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, PLAIN)


@pytest.mark.parametrize("address", ["/calendar.ics", "/events/1.ics", "/s/lectures.ics"])
def test_options_of_a_feed_are_told_without_a_page(lecture, client, address):
    answer = client.options(address)

    assert (answer.status_code, answer.headers["Content-Type"], answer.data, sorted(answer.allow)) == (
        200, PLAIN, b"", ["GET", "HEAD", "OPTIONS"])


@pytest.mark.parametrize("address", ["/calendar.ics", "/events/1.ics"])
def test_a_name_that_no_feed_knows_is_told(lecture, client, address):
    answer = fetch(client, address + "?foo=1")

    assert (answer.status_code, answer.text) == (400, "没有“foo”这个筛选项。\n")
