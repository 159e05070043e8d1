from datetime import timedelta

import pytest

from app.db import db
from app.events.lifecycle import WrongState
from app.events.span import Span
from app.events.words import EventKind
from tests.factories import an_event, chen, figures


def test_a_published_event_that_moves_keeps_its_uid_and_raises_its_sequence(app, as_of):
    event = an_event()
    db.session.commit()
    uid = event.ical_uid

    event.reschedule(event.span.moved_by(timedelta(days=1)), as_of)
    db.session.commit()

    assert (event.ical_uid, event.sequence, event.schedule_version) == (uid, 1, 1)


def test_a_typo_mended_shows_in_feeds_and_leaves_the_schedule_alone(app, as_of):
    event = an_event(title="知识产杈讲座")
    db.session.commit()

    event.revise(as_of, title="知识产权讲座")

    assert (event.sequence, event.schedule_version) == (1, 0)


def test_cancelling_twice_changes_nothing_the_second_time(app, as_of):
    event = an_event()
    event.cancel(as_of, "场地停电")
    sequence = event.sequence

    event.cancel(as_of, "再次")

    assert (event.sequence, event.reason) == (sequence, "场地停电")


def test_moving_a_class_moves_its_sessions_by_as_much(app, as_of):
    course = an_event(kind=EventKind.TRAINING, span=Span.of_days(as_of.date(), as_of.date()))
    first = an_event(title="第一课", kind=EventKind.TRAINING, published=False)
    course.add_part(first, as_of)
    begins = first.starts_at

    course.reschedule(course.span.moved_by(timedelta(days=7)), as_of)

    assert first.starts_at == begins + timedelta(days=7)


def test_a_class_spans_its_sessions(app, as_of):
    course = an_event(kind=EventKind.TRAINING, published=False, span=Span.of_days(as_of.date(), as_of.date()))
    for day in (10, 12):
        course.add_part(an_event(kind=EventKind.TRAINING, published=False,
                                 starts_at=as_of + timedelta(days=day)), as_of)

    assert (course.span.starts_on, course.span.ends_on) == (
        (as_of + timedelta(days=10)).date(), (as_of + timedelta(days=12)).date())


def test_figures_make_an_event_held_and_never_before_it_begins(app, as_of):
    event, editor = an_event(), chen()

    with pytest.raises(WrongState):
        event.record_figures(figures(editor), as_of, confirmed=True)
    event.record_figures(figures(editor), event.ends_at, confirmed=True)

    assert (event.state, event.figures.attendances) == ("held", 80)


def test_an_event_entered_afterwards_is_held_and_public_at_once(app, as_of):
    event = an_event(published=False, starts_at=as_of - timedelta(days=40))

    event.record_figures(figures(chen()), as_of, confirmed=True)

    assert (event.state, event.is_public) == ("held", True)
