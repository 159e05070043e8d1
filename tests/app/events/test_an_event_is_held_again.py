from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import Actor, Role
from app.audit.models import AuditRow
from app.db import db
from app.events.choosing import tasks_in
from app.events.figures import Photo
from app.events.lifecycle import WrongState
from app.events.models import Event
from app.events.queries import find_parent_again
from app.events.repetition import next_week_of
from app.events.span import Span
from app.events.submitting import Comment
from app.events.words import EventKind
from app.outbox.models import Delivery
from app.plans.programmes import Programme
from app.plans.rolling import Choice, roll_over
from app.reminders.models import Occurrence
from app.reminders.rules import ReminderRule
from app.signup.enrolling import enrol
from tests.app.feeds.reading import fetch, read
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_plan, a_region, a_task, an_event, an_office, chen, figures, wang

LATER = AS_OF + timedelta(minutes=5)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def at(month, day, hour=14, year=2026):
    return datetime(year, month, day, hour - 8, tzinfo=UTC)


def a_class(sessions=2, **changes):
    """Sessions each Thursday from 12 March on, 9 to 12; sign-up closes two days before."""
    course = an_event("贯标培训班", kind=EventKind.TRAINING, published=False, takes_enrolments=True, capacity=40,
                      span=Span.of_days(date(2026, 3, 12), date(2026, 3, 12) + (sessions - 1) * WEEK),
                      signup_closes_at=at(3, 10, 18), **changes)
    course.add_parts([an_event(
        f"第{number + 1}课", kind=EventKind.TRAINING, starts_at=at(3, 12, 9) + number * WEEK, hours=3,
        published=False, credit_hours=30, speaker="讲师甲") for number in range(sessions)], AS_OF)
    course.publish(AS_OF)
    db.session.commit()
    return course


def repeated(event, starts_at=None, **links):
    made = event.repeat(starts_at or event.starts_at + 4 * WEEK, LATER, **links)
    db.session.commit()
    return made


def an_actor(person):
    return Actor.of(person, frozenset({Role.ORGANIZER}))


def test_what_the_event_is_comes_along(either_app):
    programme = Programme(organization=an_office(), name="蜀光讲坛", aliases=[])
    said = dict(title_en="Lecture", description="介绍", location="报告厅", online_url="https://example.org/live",
                speaker="讲师甲", audience="教师", contact="科室", takes_enrolments=True, capacity=80,
                is_for_children=True, credit_hours=35)
    event = an_event("讲座", regions=[a_region("成都"), a_region("德阳")], programmes=[programme],
                     signup_closes_at=AS_OF + 8 * DAY, **said)
    event.share_out({"510100": 700, "510600": 300}, AS_OF)

    made = repeated(event)

    assert {name: getattr(made, name) for name in said} == said
    assert (made.title, made.kind, made.organization, made.regions, made.shares_in_words, made.programmes) == (
        "讲座", "lecture", event.organization, event.regions, event.shares_in_words, [programme])
    assert (made.span, made.signup_closes_at) == (event.span.moved_by(4 * WEEK), AS_OF + 8 * DAY + 4 * WEEK)


def test_what_the_event_went_through_stays_behind(either_app):
    by, event = chen(), an_event("讲座", published=False, takes_enrolments=True)
    event.remark("看过", by, AS_OF)
    event.submit(by, AS_OF)
    event.publish(AS_OF)
    enrol(event, name="Li", email="li@example.org", as_of=AS_OF)
    event.record_figures(figures(by), event.starts_at + DAY, confirmed=True)
    event.close(event.starts_at + 2 * DAY)
    event.returned_reason, event.reason, event.slug = "退回", "暴雨", "lecture"
    db.session.flush()

    made = repeated(event)

    assert made.ical_uid != event.ical_uid
    assert (made.state, made.version, made.sequence, made.schedule_version) == ("draft", 1, 0, 0)
    assert (made.created_at, made.revised_at) == (LATER, LATER)
    assert [getattr(made, name) for name in (
        "published_at", "unpublished_at", "cancelled_at", "held_at", "closed_at", "deleted_at", "announced_starts_at",
        "figures", "figures_confirmed_at", "submission", "slug", "source_id", "parent", "reason", "returned_reason",
    )] == [None] * 13 + ["", ""]
    assert [db.session.scalar(select(func.count()).select_from(one).where(one.event_id == made.id))
            for one in (Comment, Photo)] == [0, 0]


def test_its_sessions_move_along_by_as_much(app):
    course = a_class()

    made = repeated(course, at(5, 6, 24))

    assert (made.span, made.signup_closes_at) == (
        Span.of_days(date(2026, 5, 7), date(2026, 5, 14)), at(5, 5, 18))
    assert [(one.title, one.starts_at, one.ends_at, one.part, one.position, one.state, one.sequence, one.speaker,
             one.credit_hours) for one in made.parts] == [
        ("第1课", at(5, 7, 9), at(5, 7, 12), "session", 0, "draft", 0, "讲师甲", 30),
        ("第2课", at(5, 14, 9), at(5, 14, 12), "session", 1, "draft", 0, "讲师甲", 30)]
    assert (made.version, made.sequence) == (1, 0)


def test_an_hour_that_the_clocks_skip_is_not_lost(app):
    event = an_event("Lecture", span=Span(
        datetime(2026, 3, 20, 13, tzinfo=UTC), datetime(2026, 3, 20, 15, tzinfo=UTC), zone="Europe/Berlin"),
        signup_closes_at=datetime(2026, 3, 19, 13, tzinfo=UTC))  # 14:00; summer begins on the 29th

    made = repeated(event, datetime(2026, 4, 3, 12, tzinfo=UTC))

    assert (made.starts_at, made.ends_at, made.signup_closes_at) == (
        datetime(2026, 4, 3, 12, tzinfo=UTC), datetime(2026, 4, 3, 14, tzinfo=UTC),
        datetime(2026, 4, 2, 12, tzinfo=UTC))


def test_a_session_called_off_or_not_yet_shown_stays_away_unless_all_was_cancelled(app):
    course = a_class(3)
    course.parts[1].cancel(AS_OF)
    course.add_part(an_event("未公开的课", starts_at=at(3, 15), published=False), AS_OF, announced=False)
    db.session.commit()
    one_off = [part.title for part in repeated(course).parts]
    course.cancel(AS_OF)
    db.session.commit()

    assert one_off == ["第1课", "第3课"]
    assert [part.title for part in repeated(course).parts] == ["第1课", "第2课", "第3课"]


def test_a_campaign_comes_without_its_items_and_a_series_without_its_issues(app):
    week, series = an_event("宣传周", kind=EventKind.CAMPAIGN), an_event("讲坛")
    week.add_part(an_event("启动仪式"), AS_OF)
    series.add_part(an_event("第一期"), AS_OF)

    assert [repeated(one).parts for one in (week, series)] == [[], []]


def test_a_session_alone_is_not_repeated(app):
    with pytest.raises(WrongState):
        a_class().parts[0].repeat(at(5, 7), LATER)


def test_nothing_is_repeated_for_an_office_that_is_closed(app):
    event = an_event(organization=a_city_office())
    event.organization.closed_at = AS_OF

    with pytest.raises(WrongState):
        event.repeat(at(5, 7), LATER)


def test_an_item_stays_under_a_campaign_that_is_neither_over_nor_off(app):
    actor = an_actor(chen())
    week = an_event("宣传周", kind=EventKind.CAMPAIGN)
    item = an_event("启动仪式", published=False)
    week.add_part(item, AS_OF)
    db.session.commit()
    found = [find_parent_again(actor, item, AS_OF), find_parent_again(actor, item, week.ends_at)]
    made = repeated(item, parent=found[0])
    week.cancel(AS_OF)
    db.session.commit()

    assert found == [week, None]
    assert (made.parent, made.part, [one.part for one in week.parts]) == (week, "item", ["item", "item"])
    assert find_parent_again(actor, item, AS_OF) is None
    assert find_parent_again(an_actor(wang()), item, AS_OF) is None


def test_tasks_are_those_of_the_new_days_year(either_app):
    plan, actor = a_plan(), an_actor(chen())
    tasks = [a_task("I2.1"), a_task("C1.1")]
    rolled = roll_over(plan, Choice(2027, {tasks[1].id}), [], LATER)
    db.session.flush()
    too_early = tasks_in(tasks, actor, 2027)
    rolled.adopt(LATER)
    db.session.flush()

    assert (too_early, tasks_in(tasks, actor, 2026)) == ([], tasks)
    assert [(one.plan.year, one.code) for one in tasks_in(tasks, actor, 2027)] == [(2027, "C1.1")]
    tasks[0].withdrawn_at = LATER
    assert tasks_in(tasks, actor, 2026) == [tasks[1]]


def test_feeds_show_it_when_it_is_published_and_not_before(either_app):
    client, course = either_app.test_client(), a_class()
    before = fetch(client)
    made = repeated(course)
    unseen = fetch(client)
    made.publish(LATER)
    db.session.commit()

    assert (unseen.data, unseen.headers["ETag"]) == (before.data, before.headers["ETag"])
    assert {one.uid: one.sequence for one in read(client) if one.uid not in before.text} == {
        one.ical_uid: 1 for one in (made, *made.parts)}


def test_the_entry_of_the_first_stays_as_it_is_byte_for_byte(app, client):
    event = an_event("讲座", takes_enrolments=True)
    db.session.commit()
    address = f"/events/{event.id}.ics"
    before = fetch(client, address)
    repeated(event).publish(LATER)
    db.session.commit()
    after = fetch(client, address)

    assert before.status_code == 200
    assert (after.data, after.headers["ETag"], after.headers.get("Last-Modified")) == (
        before.data, before.headers["ETag"], before.headers.get("Last-Modified"))


def test_no_letter_and_no_reminder_arises(app):
    by, course = chen(), a_class()
    enrol(course, name="Li", email="li@example.org", as_of=AS_OF)
    ReminderRule.lay_down(AS_OF, event=course, lead_amount=9, lead_unit="days", useful_for=60)
    db.session.commit()

    def those():
        return [db.session.scalar(select(func.count()).select_from(one))
                for one in (Delivery, Occurrence, ReminderRule)]
    before = those()
    made = repeated(course)

    assert (by.id > 0, min(before) > 0, those()) == (True, True, before)
    assert db.session.scalars(ReminderRule.of_event(made.id)).all() == []


def test_five_sessions_cost_as_many_queries_as_one_but_for_their_rows(app, count_queries):
    counts = []
    for sessions in (1, 5):
        id = a_class(sessions).id
        db.session.expunge_all()
        counts.append(count_queries(lambda id=id: repeated(db.session.get_one(Event, id))))

    assert counts[1] - counts[0] == 4  # SQLite takes rows one by one where it is to give their ids back


def test_the_audit_says_from_which_it_comes(app):
    course = a_class()

    made = repeated(course)

    row = db.session.scalars(select(AuditRow).where(
        AuditRow.subject_type == "Event", AuditRow.subject_id == str(made.id))).one()
    assert (row.what, f"#{course.id} 贯标培训班" in row.after) == ("repeated", True)


@pytest.mark.parametrize(("starts_at", "as_of", "next_one"), [
    (at(3, 12), at(3, 20), at(3, 26)),
    (at(3, 12), at(3, 12), at(3, 19)),
    (at(3, 12), at(3, 19, 14), at(3, 26)),
    (at(3, 12), at(3, 19, 13), at(3, 19)),
    (at(6, 11), at(3, 2), at(6, 18)),
], ids=["past", "now", "this very minute", "an hour before", "still ahead"])
def test_the_day_offered_is_the_same_weekday_and_hour_still_to_come(starts_at, as_of, next_one):
    assert next_week_of(Span(starts_at, starts_at + timedelta(hours=2)), as_of) == next_one
