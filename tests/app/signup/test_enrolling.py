from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.db import db
from app.events.words import EventKind
from app.outbox.models import Delivery
from app.signup.enrolling import enrol
from app.signup.models import (
    AlreadyEnrolled,
    ConsentText,
    Enrolment,
    EventFull,
    SignupClosed,
    TooManyLetters,
)
from tests.conftest import AS_OF
from tests.factories import an_event

LATER = AS_OF + timedelta(hours=2)


def a_lecture(**changes):
    return an_event(takes_enrolments=True, **changes)


def li(event, **changes):
    return enrol(event, **({"name": "李老师", "email": "li@example.org", "as_of": AS_OF} | changes))


def names(event):
    return [one.name for one in db.session.scalars(Enrolment.attending_event(event.id))]


def letters():
    return [one.letter for one in db.session.scalars(select(Delivery).order_by(Delivery.id))]


def test_whoever_enrols_is_on_the_list_with_the_consent_as_it_was_shown(app):
    event = a_lecture(capacity=3)

    enrolment = li(event, unit="成都七中", consent_text="同意的原文")
    db.session.commit()

    assert names(event) == ["李老师"]
    assert (enrolment.consent.text, enrolment.consented_at, enrolment.unit) == ("同意的原文", AS_OF, "成都七中")


def test_the_same_words_of_consent_are_kept_once(app):
    for name in ("甲", "乙"):
        li(a_lecture(), name=name)
    db.session.commit()

    assert db.session.scalar(select(func.count()).select_from(ConsentText)) == 1


def test_a_full_event_takes_nobody(app):
    event = a_lecture(capacity=1)
    li(event)

    with pytest.raises(EventFull):
        li(event, name="王老师")
    assert names(event) == ["李老师"]


def test_a_form_sent_twice_is_one_enrolment_and_one_letter(app):
    event = a_lecture(capacity=1)

    first, second = li(event, form_key="k" * 32), li(event, form_key="k" * 32)
    db.session.commit()

    assert (first is second, letters()) == (True, ["signup.confirmation"])


def test_a_form_sent_again_with_a_colleagues_name_enrols_the_colleague(app):
    event = a_lecture()

    li(event, form_key="k" * 32)
    li(event, form_key="k" * 32, name="王老师")

    assert names(event) == ["李老师", "王老师"]


def test_the_same_person_is_not_enrolled_twice_however_the_name_is_written(app):
    event = a_lecture()
    li(event, name="Li Ming")

    with pytest.raises(AlreadyEnrolled):
        li(event, name="ＬＩ  ming", email="LI@example.org")


def test_one_mailbox_may_enrol_three_teachers(app):
    event = a_lecture()

    tokens = {li(event, name=name).token for name in ("甲", "乙", "丙")}
    db.session.commit()

    assert (names(event), len(tokens), letters()) == (["甲", "乙", "丙"], 3, ["signup.confirmation"] * 3)


def test_one_who_withdrew_comes_back_into_the_same_row_with_the_same_ticket(app):
    event = a_lecture(capacity=1)
    enrolment = li(event)
    token = enrolment.token
    enrolment.withdraw(AS_OF + timedelta(minutes=1))
    db.session.commit()

    again = li(event, as_of=LATER)
    db.session.commit()

    assert (again.id, again.token, again.enrolled_at, again.withdrawn_at) == (enrolment.id, token, LATER, None)
    assert letters() == ["signup.confirmation", "signup.withdrawn", "signup.confirmation"]


def test_withdrawing_gives_the_seat_to_the_next(app):
    event = a_lecture(capacity=1)
    li(event).withdraw(AS_OF)

    li(event, name="王老师")

    assert names(event) == ["王老师"]


def test_a_mobile_number_alone_is_enough_and_gets_no_letter(app):
    event = a_lecture()

    enrolment = li(event, email="", mobile="+86 138 0000 1234")
    db.session.commit()

    assert (enrolment.contact, enrolment.email, letters()) == ("13800001234", "", [])


@pytest.mark.parametrize(("happens", "sentence"), [
    (lambda event: event.cancel(AS_OF), "活动已取消，不再接受报名。"),
    (lambda event: event.postpone(AS_OF), "活动已延期，新的时间确定后再开放报名。"),
    (lambda event: event.revise(AS_OF, signup_closes_at=AS_OF), "报名已经截止。"),
    (lambda event: event.revise(AS_OF, takes_enrolments=False), "这个活动不用报名。"),
])
def test_a_closed_event_says_why(app, happens, sentence):
    event = a_lecture()
    happens(event)

    with pytest.raises(SignupClosed, match=sentence):
        li(event)


def test_a_session_sends_to_its_class(app):
    training = a_lecture(title="贯标培训班", kind=EventKind.TRAINING)
    session = an_event("第一课", published=False)
    training.add_part(session, AS_OF)

    with pytest.raises(SignupClosed, match="请到“贯标培训班”报名。"):
        li(session)


def test_a_mailbox_gets_five_letters_an_hour_and_the_rest_later(app):
    for number in range(7):
        li(a_lecture(), name=f"老师{number}")
    db.session.commit()

    assert [one.next_at - AS_OF for one in db.session.scalars(select(Delivery).order_by(Delivery.id))] == [
        timedelta(0)] * 5 + [timedelta(hours=1)] * 2


def test_nobody_can_fill_a_mailbox_with_our_letters(app):
    event = a_lecture()
    for number in range(25):
        li(event, name=f"老师{number}")

    with pytest.raises(TooManyLetters):
        li(event, name="再来一个")


def test_only_the_hash_of_a_ticket_is_in_the_table(app):
    enrolment = li(a_lecture())
    db.session.commit()

    row = db.session.execute(select(Enrolment.__table__)).mappings().one()
    assert enrolment.token not in map(str, row.values())
    assert db.session.scalars(Enrolment.with_token(enrolment.token)).one() is enrolment
