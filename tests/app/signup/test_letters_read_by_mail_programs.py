"""What those enrolled are sent, over SMTP, as two mail parsers and a calendar parser read it, against golden letters.

After a change that is meant: GOLDEN=write pytest <this file>, and look at what changed.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import icalendar
import pytest
import time_machine

from app.accounts.links import hashed
from app.db import db
from app.outbox import sending
from app.signup.enrolling import enrol
from tests import mail_readers
from tests.app.feeds.reading import read as read_feed
from tests.conftest import AS_OF
from tests.factories import an_event
from tests.sink import RunningSink

GOLDEN = Path(__file__).parents[2] / "data" / "letters"
AT = {"request": AS_OF, "update": AS_OF + timedelta(days=1), "cancel": AS_OF + timedelta(days=2),
      "withdrawal": AS_OF + timedelta(hours=3)}
METHODS = {"request": "REQUEST", "update": "REQUEST", "cancel": "CANCEL", "withdrawal": "CANCEL"}
MIXED = ("multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics")


class Sent:
    """One letter as it came to the mail server, and the event in the feed at that moment."""

    def __init__(self, octets, in_feed):
        self.octets, self.in_feed = octets, in_feed
        self.letter = mail_readers.read(octets)

    @property
    def text(self):
        return self.letter.parts[0].octets.decode()

    @property
    def calendar(self):
        return icalendar.Calendar.from_ical(self.letter.parts[2].octets)

    @property
    def entry(self):
        [entry] = self.calendar.walk("VEVENT")
        return entry


@pytest.fixture
def event(app):
    event = an_event("蜀光讲坛第一期", takes_enrolments=True, starts_at=datetime(2026, 4, 20, 6, 30, tzinfo=UTC),
                     online_url="https://meeting.test/1")
    event.ical_uid = "event-golden@wujin.test"
    db.session.commit()
    return event


@pytest.fixture
def letters(app, client, event):
    """Signs Li up, moves the event and cancels it; beside him Zhao withdraws. Each letter by its name."""
    app.config["MAIL_FROM"] = "五进 <events@wujin.test>"
    found = {}
    with RunningSink() as sink:
        app.config["MAIL_URL"] = sink.url

        def leaves(name, address):
            db.session.commit()
            sending.deliver(AT[name] + timedelta(minutes=5))  # a change is held so long
            in_feed, = read_feed(client, on=AT[name] + timedelta(minutes=1))
            found[name] = Sent(sink.octets[sink.addresses.index(address, len(found))], in_feed)

        li = sealed(enrol(event, name="李老师", email="li@example.org", as_of=AS_OF), "5")
        leaves("request", "li@example.org")
        zhao = sealed(enrol(event, name="赵老师", email="zhao@example.org", as_of=AS_OF), "6")
        db.session.commit()
        zhao.withdraw(AT["withdrawal"])
        leaves("withdrawal", "zhao@example.org")
        event.reschedule(event.span.moved_by(timedelta(days=1)), AT["update"], reason="场地维修")
        leaves("update", "li@example.org")
        event.cancel(AT["cancel"], "暴雨")
        leaves("cancel", "li@example.org")
        assert li.sequence_mailed == event.sequence
    return found


def sealed(enrolment, sign):
    """A ticket that is the same at each run."""
    enrolment.salt = sign * 32
    enrolment.token_hash = hashed(enrolment.token)
    return enrolment


def undated(octets):
    """The Date is when it left, and may be a second later on a slow machine."""
    return re.sub(rb"(?m)^Date: .*?\r\n", b"Date: Mon, 02 Mar 2026 09:00:00 +0800\r\n", octets)


@pytest.mark.feeds(29, 38, 40)
@pytest.mark.parametrize("name", AT)
def test_each_letter_keeps_its_bytes(letters, name):
    kept = GOLDEN / f"{name}.eml"
    if os.environ.get("GOLDEN") == "write":
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(undated(letters[name].octets))

    assert undated(letters[name].octets) == kept.read_bytes()


@pytest.mark.feeds(29, 30, 40)
@pytest.mark.parametrize("name", AT)
def test_the_calendar_is_the_last_alternative_and_the_same_bytes_are_attached(letters, name):
    sent = letters[name].letter
    inline, attached = sent.parts[2:]

    assert sent.kinds == MIXED
    assert (inline.disposition, inline.filename) == ("inline", "")
    assert (attached.disposition, attached.filename) == ("attachment", "invite.ics")
    assert inline.octets == attached.octets


@pytest.mark.feeds(30)
@pytest.mark.parametrize("name", AT)
def test_the_method_is_said_alike_in_both_places_and_all_is_in_base64(letters, name):
    head = re.search(rb"Content-Type: text/calendar;[^\r]*\r\n(?:[^\r]+\r\n)*\r\n", letters[name].octets)[0]

    assert head == (f"Content-Type: text/calendar; charset=utf-8; method={METHODS[name]}\r\n"
                    "Content-Transfer-Encoding: base64\r\n\r\n").encode()
    assert letters[name].calendar["METHOD"] == METHODS[name]
    assert letters[name].octets.count(b"Content-Transfer-Encoding: base64\r\n") == 4


@pytest.mark.feeds(6, 31)
@pytest.mark.parametrize("name", AT)
def test_a_letter_tells_one_event_as_the_feed_does_at_that_moment(letters, name):
    entry, in_feed = letters[name].entry, letters[name].in_feed

    assert (entry["UID"], entry["SEQUENCE"], entry["DTSTART"].dt, entry["DTEND"].dt) == (
        in_feed.uid, in_feed.sequence, in_feed.starts, in_feed.ends)


@pytest.mark.feeds(32, 36)
@pytest.mark.parametrize("name", ["request", "update"])
def test_an_invitation_is_from_its_organizer_to_its_one_attendee_who_need_not_answer(letters, name):
    entry, sent = letters[name].entry, letters[name].letter

    assert (sent.sender, sent.to) == (("五进", "events@wujin.test"), (("李老师", "li@example.org"),))
    assert (entry["ORGANIZER"], entry["ORGANIZER"].params["CN"]) == ("mailto:events@wujin.test", "五进")
    assert (entry["ATTENDEE"], dict(entry["ATTENDEE"].params)) == ("mailto:li@example.org", {
        "CN": "李老师", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    assert set(re.findall(r"[\w.-]+@[\w.]+", letters[name].calendar.to_ical().decode())) == {
        "event-golden@wujin.test", "events@wujin.test", "li@example.org"}


@pytest.mark.feeds(33, 34)
def test_update_and_cancellation_follow_the_invitation_with_a_higher_sequence(letters):
    told = {name: letters[name].entry for name in ("request", "update", "cancel")}

    assert [entry["SEQUENCE"] for entry in told.values()] == [0, 1, 2]
    assert {(entry["UID"], str(entry["ORGANIZER"]), str(entry["ATTENDEE"])) for entry in told.values()} == {
        ("event-golden@wujin.test", "mailto:events@wujin.test", "mailto:li@example.org")}
    assert [entry["STATUS"] for entry in told.values()] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [entry["DTSTART"].dt.day for entry in told.values()] == [20, 21, 21]
    assert [entry["DTSTAMP"].dt for entry in told.values()] == [AT["request"], AT["update"], AT["cancel"]]


@pytest.mark.feeds(34)
def test_who_withdraws_alone_is_told_that_it_is_off_for_him(letters):
    """At the sequence of the feed: a higher one would make him miss the next invitation. The stamp is newer."""
    entry = letters["withdrawal"].entry

    assert (entry["STATUS"], entry["SEQUENCE"], str(entry["ATTENDEE"])) == (
        "CANCELLED", letters["withdrawal"].in_feed.sequence, "mailto:zhao@example.org")
    assert entry["DTSTAMP"].dt > letters["request"].entry["DTSTAMP"].dt
    assert letters["withdrawal"].in_feed.status == "CONFIRMED"


@pytest.mark.feeds(38)
def test_updates_stand_under_the_letter_that_came_first(letters):
    first = letters["request"].letter.fields[0]

    assert [letters[name].letter.fields[2:4] for name in ("request", "update", "cancel")] == [
        ("", ""), (first, first), (first, first)]
    assert letters["withdrawal"].letter.fields[2:4] == ("", "")  # the confirmation had not left
    assert {letters[name].letter.fields[1] for name in AT} == {"auto-generated"}
    assert len({letters[name].letter.fields[0] for name in AT}) == 4


@pytest.mark.feeds(38)
def test_a_line_break_in_a_title_or_a_name_adds_no_header(app, event):
    app.config["MAIL_FROM"] = "五进 <events@wujin.test>"
    event.title = "讲坛\r\nBcc: wang@example.org"
    with RunningSink() as sink:
        app.config["MAIL_URL"] = sink.url
        enrol(event, name="李\r\nCc: wang@example.org", email="li@example.org", as_of=AS_OF)
        db.session.commit()
        sending.deliver(AS_OF)

    head = sink.octets[0].partition(b"\r\n\r\n")[0]
    assert sorted(set(re.findall(rb"(?m)^([\w-]+):", head))) == [
        b"Auto-Submitted", b"Content-Language", b"Content-Type", b"Date", b"From", b"MIME-Version", b"Message-ID",
        b"Subject", b"To"]
    assert sink.addresses == ["li@example.org"]


@pytest.mark.feeds(39)
@pytest.mark.parametrize(("name", "lines"), [
    ("request", ["蜀光讲坛第一期", "时间：2026年4月20日（周一）14:30–16:30 北京时间", "地点：天府新区会议中心",
                 "线上参加：https://meeting.test/1", "来不了，请取消报名："]),
    ("update", ["原定时间：2026年4月20日（周一）14:30–16:30", "现在时间：2026年4月21日（周二）14:30–16:30 北京时间",
                "地点：天府新区会议中心", "线上参加：https://meeting.test/1", "来不了，请取消报名："]),
    ("cancel", ["原定时间：2026年4月21日（周二）14:30–16:30", "活动已取消，请不要前往。", "蜀光讲坛第一期"]),
])
def test_the_plain_words_say_everything(letters, name, lines):
    said = letters[name].text.splitlines()

    assert [line for line in lines if not any(one.startswith(line) for one in said)] == []


@pytest.mark.feeds(40)
@pytest.mark.parametrize("name", AT)
def test_a_golden_letter_is_read_by_both_programs_and_its_calendar_without_a_complaint(name):
    with time_machine.travel(AT[name], tick=False):
        sent = mail_readers.read((GOLDEN / f"{name}.eml").read_bytes())
    calendar = icalendar.Calendar.from_ical(sent.parts[2].octets)

    assert [one.errors for one in calendar.walk() if one.errors] == []
    assert [one.name for one in calendar.walk()] == ["VCALENDAR", "VTIMEZONE", "STANDARD", "VEVENT"]
    assert calendar["METHOD"] == METHODS[name]
