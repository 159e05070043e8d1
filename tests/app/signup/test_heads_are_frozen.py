"""Before names go, the heads of an event become numbers of the event that nothing changes any more."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.audit.models import AuditRow
from app.db import db
from app.signup import erasing
from app.signup.enrolling import enrol
from app.signup.heads import Heads
from app.signup.models import Enrolment, SignupClosed
from app.signup.queries import seats_taken
from tests.conftest import AS_OF
from tests.factories import an_event
from tests.letters import enrolled

DAY = timedelta(days=1)


@pytest.fixture
def event(either_app):
    event = an_event("蜀光讲坛第一期", takes_enrolments=True)
    for number in range(3):
        enrolled(event, f"示例{number}", f"s{number}@example.org")
    db.session.scalars(select(Enrolment)).first().withdraw(AS_OF)
    db.session.commit()
    return event


def heads():
    return [(one.event_id, one.enrolled, one.withdrawn, one.attended) for one in db.session.scalars(select(Heads))]


def test_they_are_frozen_with_the_first_name_that_goes_though_the_batch_ends_in_the_middle(event):
    over = event.ends_at + 181 * DAY

    erasing.anonymise(over, limit=1)
    db.session.commit()

    assert heads() == [(event.id, 2, 1, None)]
    assert db.session.scalars(select(AuditRow.what).where(AuditRow.what == "heads_frozen")).all() == ["heads_frozen"]


def test_within_the_keeping_time_and_on_trial_nothing_is_frozen(event):
    erasing.anonymise(event.ends_at + 179 * DAY)
    erasing.anonymise(event.ends_at + 181 * DAY, is_dry_run=True)
    db.session.commit()

    assert heads() == []


def test_what_happens_to_the_rows_afterwards_changes_no_number(event):
    erasing.anonymise_all(event.ends_at + 181 * DAY)
    before = seats_taken([event.id])

    db.session.execute(delete(Enrolment).where(Enrolment.event_id == event.id))
    db.session.commit()
    Heads.freeze(event, event.ends_at + 400 * DAY)
    db.session.commit()

    assert (before, seats_taken([event.id]), heads()) == ({event.id: 2}, {event.id: 2}, [(event.id, 2, 1, None)])


def test_somebody_who_erases_himself_in_time_freezes_nothing_and_is_counted(event):
    one = db.session.scalars(Enrolment.attending_event(event.id)).first()
    erasing.erase(one, event.ends_at + DAY)
    db.session.commit()

    assert (heads(), seats_taken([event.id])) == ([], {event.id: 2})


def test_frozen_and_counted_events_are_told_in_one_query(app, count_queries):
    frozen, counted = (an_event(takes_enrolments=True) for _ in range(2))
    for event in (frozen, counted):
        enrolled(event)
    Heads.freeze(frozen, AS_OF)
    db.session.commit()
    ids, told = [frozen.id, counted.id], []

    count = count_queries(lambda: told.append(seats_taken(ids)))

    assert (count, told) == (1, [{id: 1 for id in ids}])


def test_an_event_whose_names_are_gone_takes_no_sign_up_though_it_moves(event):
    over = event.ends_at + 181 * DAY
    erasing.anonymise_all(over)
    event.reschedule(event.span.moved_by(300 * DAY), over)
    db.session.commit()

    with pytest.raises(SignupClosed):
        enrol(event, name="李老师", email="li@example.org", as_of=over)
    db.session.rollback()

    assert seats_taken([event.id]) == {event.id: 2}
