"""Who knows of the last change, and who is to be called."""

import re
from datetime import timedelta

import pytest

from app.audit.models import AuditRow
from app.clock import now
from app.db import db
from app.outbox import sending
from app.signup.knowing import Knowing
from app.signup.openings import TicketOpening
from tests.factories import a_city_office, an_event, chen, wang
from tests.letters import enrolled


@pytest.fixture
def moved(app):
    """Li gets a letter, He's comes back, Ma left a number, Su opened the ticket after it."""
    event = an_event(starts_at=now() + timedelta(days=9), as_of=now(), takes_enrolments=True)
    people = {name: enrolled(event, name, "" if mobile else f"{name.lower()}@example.org", mobile=mobile,
                             at=now() - timedelta(days=1))
              for name, mobile in (("Li", ""), ("He", ""), ("Su", "13800000001"), ("Ma", "13800000002"))}
    db.session.commit()
    event.reschedule(event.span.moved_by(timedelta(days=1)), now())
    db.session.commit()
    sending.deliver(now() + timedelta(hours=11))  # it is held some minutes, and for the whole night
    return event, people


def hows(event):
    return {one.enrolment.name: one.how.value for one in Knowing.of(event).readers}


def test_an_accepted_letter_and_an_opened_ticket_are_knowing(moved, client):
    event, people = moved
    client.get(f"/t/{people['Su'].token}")

    assert hows(event) == {"Li": "letter", "He": "letter", "Su": "opened", "Ma": "no address"}
    assert [one.enrolment.name for one in Knowing.of(event).to_call] == ["Ma"]


def test_a_ticket_opened_before_the_change_tells_nothing_of_it(moved):
    event, people = moved
    db.session.add(TicketOpening(enrolment_id=people["Su"].id, at=now() - timedelta(hours=1)))
    db.session.commit()

    assert hows(event)["Su"] == "no address"


def test_numbers_come_first_in_the_list_and_showing_them_is_recorded(moved, signed_in):
    event, _people = moved
    for letter in db.session.query(sending.claiming.Delivery):
        letter.state = "failed"

    page = signed_in(chen()).post(f"/console/events/{event.id}/calls").text

    assert re.findall(r'<th scope="row">(\w+)</th><td>(?:<a href="tel:(\d+)">)?', page) == [
        ("Su", "13800000001"), ("Ma", "13800000002"), ("Li", ""), ("He", "")]
    assert db.session.query(AuditRow.what).order_by(AuditRow.id.desc()).first()[0] == "contacts_shown"


def test_a_stranger_learns_nothing(app, signed_in):
    event = an_event(organization=a_city_office(), starts_at=now() + timedelta(days=3), as_of=now())
    event.cancel(now())
    browser = signed_in(wang())

    assert [browser.get(f"/console/events/{event.id}/knowing").status_code,
            browser.post(f"/console/events/{event.id}/calls").status_code] == [404, 404]


def test_it_asks_as_often_for_many_as_for_one(moved, count_queries):
    event, _people = moved
    event.id, event.part, event.parent_id  # noqa: B018  loaded before
    few = count_queries(lambda: Knowing.of(event))
    for number in range(3):
        enrolled(event, f"Wu{number}", f"wu{number}@example.org", at=now())
    db.session.commit()
    event.id, event.part, event.parent_id  # noqa: B018

    assert count_queries(lambda: Knowing.of(event)) == few
