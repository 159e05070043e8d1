"""Threads with connections of their own, on files and servers where they really meet."""

import threading
from collections import Counter

import pytest

from app.db import db
from app.events.models import Event
from app.signup.enrolling import enrol
from app.signup.models import Enrolment, EventFull
from tests.conftest import AS_OF
from tests.factories import an_event


def all_at_once(app, count, action):
    """What came of `action(number)` in as many threads: the value, or the name of the refusal."""
    results, gate = [], threading.Barrier(count)

    def run(number):
        with app.app_context():
            gate.wait()
            try:
                results.append(action(number))
                db.session.commit()
            except EventFull as error:
                db.session.rollback()
                results.append(type(error).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.parametrize("count", [2, 20])
def test_the_last_seat_goes_to_exactly_one_of_those_who_press_together(either_app, count):
    event_id = an_event(takes_enrolments=True, capacity=1).id
    db.session.commit()
    db.session.remove()

    def press(number):
        enrol(db.session.get(Event, event_id), name=f"学员{number}", email=f"demo{number}@example.org", as_of=AS_OF)
        return "enrolled"

    results = all_at_once(either_app, count, press)

    assert Counter(results) == {"enrolled": 1, "EventFull": count - 1}
    assert len(db.session.scalars(Enrolment.attending_event(event_id)).all()) == 1


def test_one_form_pressed_twice_at_the_same_moment_takes_one_seat(either_app):
    event_id = an_event(takes_enrolments=True, capacity=5).id
    db.session.commit()
    db.session.remove()

    def press(number):
        return enrol(db.session.get(Event, event_id), name="李老师", email="li@example.org", form_key="k" * 32,
                     as_of=AS_OF).token

    results = all_at_once(either_app, 2, press)

    assert len(results) == 2 and len(set(results)) == 1
    assert len(db.session.scalars(Enrolment.attending_event(event_id)).all()) == 1


def test_two_events_may_show_the_same_consent_for_the_first_time_together(either_app):
    ids = [an_event(takes_enrolments=True).id for _ in range(4)]
    db.session.commit()
    db.session.remove()

    def press(number):
        enrol(db.session.get(Event, ids[number]), name="李老师", mobile="13800001234", as_of=AS_OF)
        return "enrolled"

    assert all_at_once(either_app, 4, press) == ["enrolled"] * 4
