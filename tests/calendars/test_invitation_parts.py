from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from calendars.entry import Alarm, render_entry
from calendars.errors import NaiveTime, UnknownPartstat, UnusableMailbox
from calendars.invitation import Mailbox, render_cancel, render_request
from tests.calendars.examples import CANCELLED, LECTURE, LI, OFFICE, PRODUCT_ID


def the_event(part: bytes) -> icalendar.Event:
    [event] = icalendar.Calendar.from_ical(part).walk("VEVENT")
    return event


def test_a_request_is_for_one_attendee_from_one_organizer():
    part = render_request(LECTURE, OFFICE, LI, PRODUCT_ID)

    event = the_event(part)
    assert icalendar.Calendar.from_ical(part)["METHOD"] == "REQUEST"
    assert (event["ORGANIZER"], event["ORGANIZER"].params["CN"]) == (
        "mailto:events@office.example.org",
        "四川省知识产权服务促进中心",
    )
    assert event["ATTENDEE"] == "mailto:li@example.org"
    assert dict(event["ATTENDEE"].params) == {
        "CN": "Li, Attends",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }


def test_a_request_may_ask_for_an_answer():
    part = render_request(LECTURE, OFFICE, LI, PRODUCT_ID, partstat="NEEDS-ACTION", rsvp=True)

    parameters = the_event(part)["ATTENDEE"].params
    assert (parameters["PARTSTAT"], parameters["RSVP"]) == ("NEEDS-ACTION", "TRUE")


def test_a_letter_tells_the_event_line_by_line_as_the_feed_does():
    part = render_request(LECTURE, OFFICE, LI, PRODUCT_ID)

    told = render_entry(LECTURE).removesuffix(b"END:VEVENT\r\n")
    assert part.count(told) == 1


def test_a_letter_may_carry_its_own_stamp_and_keeps_the_time_of_change():
    sent = datetime(2026, 4, 1, 0, 0, 1, tzinfo=UTC)

    event = the_event(render_request(LECTURE, OFFICE, LI, PRODUCT_ID, sent=sent))

    assert (event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt) == (sent, LECTURE.stamp)


def test_a_cancel_is_cancelled_whatever_the_entry_says_and_rings_nobody():
    entry = replace(LECTURE, sequence=4, alarms=(Alarm(timedelta(hours=1), "开始"),))

    part = render_cancel(entry, OFFICE, LI, PRODUCT_ID)

    event = the_event(part)
    assert icalendar.Calendar.from_ical(part)["METHOD"] == "CANCEL"
    assert (event["STATUS"], event["SEQUENCE"], event["TRANSP"]) == ("CANCELLED", 4, "TRANSPARENT")
    assert (event["UID"], event["DTSTART"].dt) == (LECTURE.uid, LECTURE.starts)
    assert event["ATTENDEE"] == "mailto:li@example.org"
    assert event.walk("VALARM") == []


def test_a_request_with_an_alarm_rings_for_those_without_letters():
    entry = replace(LECTURE, alarms=(Alarm(timedelta(hours=1), "开始"),))

    [alarm] = the_event(render_request(entry, OFFICE, LI, PRODUCT_ID)).walk("VALARM")

    assert alarm["TRIGGER"].dt == -timedelta(hours=1)


def test_a_name_cannot_add_a_property():
    mallory = Mailbox("m@example.org", 'a"\r\nATTENDEE:mailto:wang@example.org')

    event = the_event(render_request(LECTURE, OFFICE, mallory, PRODUCT_ID))

    assert event["ATTENDEE"] == "mailto:m@example.org"


def test_a_nameless_mailbox_has_no_empty_name():
    event = the_event(render_cancel(CANCELLED, OFFICE, Mailbox("li@example.org"), PRODUCT_ID))

    assert dict(event["ATTENDEE"].params) == {"ROLE": "REQ-PARTICIPANT"}


def test_what_cannot_be_told_to_anybody_is_refused():
    with pytest.raises(UnusableMailbox):
        Mailbox("li@example.org\r\nBcc: wang@example.org")
    with pytest.raises(UnknownPartstat):
        render_request(LECTURE, OFFICE, LI, PRODUCT_ID, partstat="MAYBE")
    with pytest.raises(NaiveTime):
        render_request(LECTURE, OFFICE, LI, PRODUCT_ID, sent=datetime(2026, 4, 1))
