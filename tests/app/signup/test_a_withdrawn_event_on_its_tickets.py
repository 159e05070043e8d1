"""Who signed up for an event that was withdrawn reads what was announced, and nothing of the draft."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from app.db import db
from app.events.span import Span
from tests.app.feeds.reading import fetch
from tests.conftest import AS_OF
from tests.factories import an_event
from tests.letters import enrolled


@pytest.fixture
def ticket(app):
    """Of an event that was announced, withdrawn, and is another by now."""
    event = an_event("专利讲座", takes_enrolments=True, location="天府大厅")
    token = enrolled(event).token
    db.session.commit()
    event.unpublish(AS_OF)
    db.session.commit()
    event.title, event.location, event.contact = "内部草稿", "还没有定", "13900000000"
    event.span = Span(event.starts_at + timedelta(days=21), event.ends_at + timedelta(days=21))
    db.session.commit()
    return token


@pytest.mark.parametrize("page", ["", "/withdrawal", "/erasure", "/data"])
def test_its_pages_tell_nothing_of_the_draft(client, ticket, page):
    words = client.get(f"/t/{ticket}{page}", follow_redirects=True).text

    assert [word for word in ("内部草稿", "还没有定", "13900000000", "草稿", "4月2日") if word in words] == []
    assert "专利讲座" in words


def test_its_calendar_file_is_the_feeds_last_word(client, ticket):
    feed = Calendar.from_ical(fetch(client, "/calendar.ics").data)
    file = Calendar.from_ical(client.get(f"/t/{ticket}.ics").data)

    told = [[(str(one["SUMMARY"]), str(one["STATUS"]), one["SEQUENCE"], one["DTSTART"].dt)
             for one in calendar.walk("VEVENT")] for calendar in (feed, file)]
    assert told[0] == told[1]
    assert told[0][0][:2] == ("【已取消】专利讲座", "CANCELLED")


def test_an_event_never_announced_has_no_calendar_file(client, app):
    event = an_event("专利讲座", published=False, takes_enrolments=True)
    token = enrolled(event).token
    db.session.commit()

    assert client.get(f"/t/{token}.ics").status_code == 404
    assert "专利讲座" not in client.get(f"/t/{token}").text
