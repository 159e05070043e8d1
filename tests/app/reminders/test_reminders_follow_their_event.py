"""Dated, re-dated and stopped in the transaction of the event's change."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from app.db import db
from app.events.models import Event
from app.events.span import Span
from app.events.words import EventKind
from app.reminders import due, following
from app.reminders.models import Occurrence
from tests.conftest import AS_OF
from tests.factories import an_event, chen, figures
from tests.letters import enrolled, minutes, reminders

START = AS_OF + timedelta(days=10)
DAY_BEFORE, HOUR_BEFORE = START - timedelta(days=1), START - timedelta(hours=1)


def a_lecture(**changes) -> Event:
    event = an_event(takes_enrolments=True, **changes)
    db.session.commit()
    return event


def moved(event: Event, to: datetime, as_of: datetime = AS_OF) -> None:
    event.reschedule(Span(to, to + timedelta(hours=2)), as_of)
    db.session.commit()


def firings(event: Event) -> list[tuple[int, datetime, str]]:
    """(seq, due, state) of the day's rule, then of the hour's."""
    db.session.expire_all()
    rows = db.session.scalars(select(Occurrence).where(Occurrence.event_id == event.id)
                              .order_by(Occurrence.rule_id, Occurrence.seq))
    return [(one.seq, one.due_at, one.state) for one in rows]


def ticked(as_of: datetime) -> None:
    while not due.tick(as_of).is_finished:
        db.session.commit()
    db.session.commit()


def test_publishing_dates_a_reminder_a_day_and_an_hour_before(either_app):
    event = a_lecture()

    assert firings(event) == [(0, DAY_BEFORE, "open"), (0, HOUR_BEFORE, "open")]


def test_a_draft_and_an_event_without_sign_up_remind_nobody(app):
    draft, without = a_lecture(published=False), an_event()
    db.session.commit()

    assert firings(draft) + firings(without) == []


def test_publishing_late_reminds_only_of_what_is_still_to_come(app):
    event = a_lecture(starts_at=AS_OF + timedelta(hours=5))

    assert firings(event) == [(0, AS_OF + timedelta(hours=4), "open")]


def test_an_event_entered_after_it_was_held_reminds_nobody(app):
    event = a_lecture(starts_at=AS_OF - timedelta(days=3), published=False)

    event.record_figures(figures(chen()), AS_OF, confirmed=True)
    db.session.commit()

    assert firings(event) == []


def test_a_move_re_dates_what_is_open(either_app):
    event = a_lecture()

    moved(event, START + timedelta(days=1))

    day = timedelta(days=1)
    assert firings(event) == [(0, DAY_BEFORE + day, "open"), (0, HOUR_BEFORE + day, "open")]
    assert db.session.scalars(select(Occurrence.schedule_version)).all() == [event.schedule_version] * 2


def test_a_correction_of_the_title_touches_no_reminder(app):
    event = a_lecture()
    version = event.schedule_version

    event.revise(AS_OF, title="知识产权讲座（修订）")
    db.session.commit()

    assert event.schedule_version == version
    assert firings(event) == [(0, DAY_BEFORE, "open"), (0, HOUR_BEFORE, "open")]


def test_a_move_into_the_past_is_missed_and_no_flood(app):
    event = a_lecture()

    moved(event, AS_OF + timedelta(hours=3))

    assert firings(event) == [(0, AS_OF - timedelta(hours=21), "missed"), (0, AS_OF + timedelta(hours=2), "open")]
    assert db.session.scalars(Occurrence.of_rule(1)).one().reason == following.MOVED_INTO_THE_PAST


def test_one_missed_by_a_move_comes_back_with_the_next_move(app):
    event = a_lecture()
    moved(event, AS_OF + timedelta(hours=3))

    moved(event, START)

    assert firings(event) == [(0, AS_OF - timedelta(hours=21), "missed"), (1, DAY_BEFORE, "open"),
                              (0, HOUR_BEFORE, "open")]


def test_a_move_after_letters_were_written_takes_them_back_and_writes_again(either_app):
    event = a_lecture()
    enrolled(event)
    db.session.commit()
    ticked(DAY_BEFORE)

    moved(event, START + timedelta(days=2), DAY_BEFORE)

    assert [(one.state, one.reason) for one in reminders()] == [("cancelled", following.RESCHEDULED)]
    assert firings(event)[:2] == [(0, DAY_BEFORE, "cancelled"), (1, DAY_BEFORE + timedelta(days=2), "open")]


def test_who_was_reminded_before_a_move_is_reminded_again(app):
    event = a_lecture()
    enrolled(event)
    db.session.commit()
    ticked(DAY_BEFORE)
    reminders()[0].state = "accepted"
    db.session.commit()

    moved(event, START + timedelta(days=2), DAY_BEFORE)
    ticked(DAY_BEFORE + timedelta(days=2))

    assert [one.state for one in reminders()] == ["accepted", "pending"]


def test_another_place_writes_anew_only_to_those_not_yet_reminded(either_app):
    event = a_lecture()
    enrolled(event, "Li", "li@example.org")
    enrolled(event, "He", "he@example.org")
    db.session.commit()
    ticked(DAY_BEFORE)
    reminders()[0].state = "accepted"
    db.session.commit()

    event.revise(DAY_BEFORE, location="成都图书馆")
    db.session.commit()
    ticked(DAY_BEFORE + minutes(1))

    first, second, third = reminders()
    assert [one.state for one in (first, second, third)] == ["accepted", "cancelled", "pending"]
    assert third.address == second.address
    assert "成都图书馆" in third.content.text


def test_cancelling_stops_reminders_and_restoring_brings_them_back(either_app):
    event = a_lecture()

    event.cancel(AS_OF, "讲师生病")
    db.session.commit()
    stopped = firings(event)
    event.restore(AS_OF)
    db.session.commit()

    assert [state for _seq, _due, state in stopped] == ["cancelled", "cancelled"]
    assert firings(event) == [(0, DAY_BEFORE, "cancelled"), (1, DAY_BEFORE, "open"),
                              (0, HOUR_BEFORE, "cancelled"), (1, HOUR_BEFORE, "open")]


def test_postponing_and_unpublishing_stop_reminders(app):
    postponed, unpublished = a_lecture(), a_lecture()

    postponed.postpone(AS_OF)
    unpublished.unpublish(AS_OF)
    db.session.commit()

    assert [state for event in (postponed, unpublished) for *_rest, state in firings(event)] == ["cancelled"] * 4


def test_a_new_date_after_a_postponement_reminds_again(app):
    event = a_lecture()
    event.postpone(AS_OF)
    db.session.commit()

    moved(event, START + timedelta(days=5))

    assert [one for one in firings(event) if one[2] == "open"] == [
        (1, DAY_BEFORE + timedelta(days=5), "open"), (1, HOUR_BEFORE + timedelta(days=5), "open")]


def test_a_restoring_after_the_hour_struck_still_reminds_while_it_helps(app):
    event = a_lecture()
    enrolled(event)
    event.cancel(DAY_BEFORE - minutes(5))
    db.session.commit()

    event.restore(DAY_BEFORE + minutes(5))
    db.session.commit()
    ticked(DAY_BEFORE + minutes(6))

    assert [one.state for one in reminders()] == ["pending"]


def test_a_class_reminds_of_each_session_and_not_of_the_whole(app):
    training = an_event("培训班", kind=EventKind.TRAINING, takes_enrolments=True,
                        span=Span.of_days(date(2026, 3, 12), date(2026, 3, 13)))
    for title, day in (("上午课", 12), ("下午课", 13)):
        starts_at = datetime(2026, 3, day, 1, tzinfo=UTC)
        training.add_part(Event.draft(kind=EventKind.TRAINING, title=title,
                                      span=Span(starts_at, starts_at + timedelta(hours=3)),
                                      organization=training.organization, as_of=AS_OF), AS_OF)
    enrolled(training)
    db.session.commit()

    ticked(datetime(2026, 3, 11, 1, tzinfo=UTC))

    assert [state for *_rest, state in firings(training)] in ([], ["cancelled"])
    assert [[when.day for _seq, when, state in firings(part)] for part in training.parts] == [[11, 12], [12, 13]]
    assert [(one.address, one.about) for one in reminders()] == [
        ("li@example.org", f"event:{training.parts[0].id}")]


def test_moving_a_class_moves_the_reminders_of_its_sessions(app):
    training = an_event("培训班", kind=EventKind.TRAINING, takes_enrolments=True,
                        span=Span.of_days(date(2026, 3, 12), date(2026, 3, 12)))
    starts_at = datetime(2026, 3, 12, 1, tzinfo=UTC)
    training.add_part(Event.draft(kind=EventKind.TRAINING, title="课",
                                  span=Span(starts_at, starts_at + timedelta(hours=3)),
                                  organization=training.organization, as_of=AS_OF), AS_OF)
    db.session.commit()

    training.reschedule(training.span.moved_by(timedelta(days=7)), AS_OF)
    db.session.commit()

    assert [when.day for _seq, when, state in firings(training.parts[0]) if state == "open"] == [18, 19]


def test_items_of_a_campaign_remind_their_own_people_and_the_campaign_nobody(app):
    week = an_event("宣传周", kind=EventKind.CAMPAIGN, span=Span.of_days(date(2026, 4, 20), date(2026, 4, 26)))
    item = an_event("进社区", takes_enrolments=True, published=False)
    week.add_part(item, AS_OF)
    item.publish(AS_OF)
    db.session.commit()

    assert firings(week) == []
    assert [state for *_rest, state in firings(item)] == ["open", "open"]


def test_telling_a_change_twice_changes_nothing(app):
    event = a_lecture()
    before = firings(event)

    following.arrange(event, AS_OF)
    following.arrange(event, AS_OF)
    db.session.commit()

    assert firings(event) == before
