"""Letters that wait follow somebody to another mailbox, or stop."""

from datetime import timedelta

import pytest

from app.db import db
from app.outbox import posting
from app.outbox.letter import Recipient
from app.signup import links, privacy
from app.signup.contact import Contact
from tests.conftest import AS_OF
from tests.factories import an_event
from tests.letters import a_letter, enrolled, ledger

LATER = AS_OF + timedelta(hours=1)


@pytest.fixture
def event(either_app):
    return an_event(takes_enrolments=True)


def waits(event, people, letter="reminders.reminder"):
    posting.post(a_letter(letter, name=letter, calendar=b"BEGIN:VCALENDAR", method="CANCEL"),
                 Recipient(people[0].email, "、".join(one.name for one in people), links.kept_for(people)),
                 cause=f"{letter}:1", about=f"event:{event.id}", as_of=LATER)
    db.session.commit()


def move(one, email="", mobile=""):
    privacy.correct(one, LATER, name=one.name, contact=Contact.of(email=email, mobile=mobile), unit="")
    db.session.commit()


def told(letter="reminders.reminder"):
    return [(one.address, one.name, one.state) for one in ledger() if one.letter == letter]


def test_a_reminder_follows_to_the_new_address(event):
    li = enrolled(event)
    waits(event, [li])

    move(li, "li@example.net")

    assert told() == [("li@example.org", "Li", "cancelled"), ("li@example.net", "Li", "pending")]
    assert ledger()[1].content.calendar == b""


def test_who_shares_the_old_mailbox_keeps_his(event):
    li, he = enrolled(event), enrolled(event, "He")
    waits(event, [li, he])

    move(li, "li@example.net")

    assert told() == [("li@example.org", "He", "pending"), ("li@example.net", "Li", "pending")]


def test_at_a_mailbox_that_gets_it_anyway_it_stays_one_letter(event):
    li, he = enrolled(event), enrolled(event, "He", "he@example.org")
    waits(event, [li])
    waits(event, [he])

    move(li, "he@example.org")

    assert told() == [("li@example.org", "Li", "cancelled"), ("he@example.org", "He、Li", "pending")]


def test_without_an_address_it_stops(event):
    li = enrolled(event)
    waits(event, [li])

    move(li, mobile="13800000001")

    assert told() == [("li@example.org", "Li", "cancelled")]


def test_a_notice_of_change_stops_for_the_confirmation_tells_how_it_is_now(event):
    li = enrolled(event)
    waits(event, [li], "signup.changed")

    move(li, "li@example.net")

    assert told("signup.changed") == [("li@example.org", "Li", "cancelled")]
    assert told("signup.confirmation") == [("li@example.net", "Li", "pending")]


def test_a_cancellation_follows(event):
    li = enrolled(event)
    waits(event, [li], "signup.cancelled")

    move(li, "li@example.net")

    assert told("signup.cancelled")[1] == ("li@example.net", "Li", "pending")
