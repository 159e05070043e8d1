from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import db
from app.outbox.gates import objection
from app.outbox.models import Delivery
from app.signup.enrolling import enrol
from tests.conftest import AS_OF
from tests.factories import an_event

LATER = AS_OF + timedelta(hours=1)


@pytest.fixture
def event(app):
    event = an_event(takes_enrolments=True)
    enrol(event, name="李老师", email="li@example.org", as_of=AS_OF)
    db.session.commit()
    return event


def the_last(letter):
    return db.session.scalars(select(Delivery).where(Delivery.letter == letter).order_by(Delivery.id.desc())).first()


def under_way(letter):
    """A letter that a sender has claimed: nothing but its gate can stop it."""
    delivery = the_last(letter)
    delivery.state = "claimed"
    db.session.commit()
    return delivery


def withdraw(event):
    from app.signup.models import Enrolment

    db.session.scalars(Enrolment.attending_event(event.id)).one().withdraw(LATER)
    db.session.commit()


def test_a_letter_that_is_still_so_may_leave(event):
    event.cancel(LATER)
    db.session.commit()

    assert [objection(the_last(name), LATER) for name in ("signup.confirmation", "signup.cancelled")] == ["", ""]


def test_a_confirmation_under_way_is_stopped_by_a_withdrawal(event):
    delivery = under_way("signup.confirmation")
    withdraw(event)

    assert objection(delivery, LATER) == "报名已取消"


def test_a_letter_of_change_under_way_is_stopped_by_a_newer_change(event):
    event.postpone(LATER)
    db.session.commit()
    delivery = under_way("signup.changed")
    event.cancel(LATER)
    db.session.commit()

    assert objection(delivery, LATER) == "有更新的通知代替它"


def test_a_letter_of_change_goes_to_nobody_who_withdrew(event):
    event.postpone(LATER)
    db.session.commit()
    withdraw(event)

    assert objection(the_last("signup.changed"), LATER) == "报名已取消"


def test_thirty_names_of_one_mailbox_fit_the_ledger(either_app):
    event = an_event(takes_enrolments=True)
    for number in range(24):
        enrol(event, name=f"演示学员名字很长的第{number}位", email="li@example.org", as_of=AS_OF)
    db.session.commit()
    event.cancel(LATER)
    db.session.commit()

    assert len(the_last("signup.cancelled").name) == 120
