from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from sqlalchemy import select

from app.accounts.settings import OfficeSettings
from app.db import db
from app.events.span import Span
from app.events.words import EventKind
from app.outbox.models import Delivery
from app.signup import links
from app.signup.enrolling import enrol
from tests.conftest import AS_OF
from tests.factories import an_event

LATER = AS_OF + timedelta(hours=2)
STARTS = datetime(2026, 4, 20, 6, 30, tzinfo=UTC)


@pytest.fixture
def event(app):
    """A lecture with Li on the list, the confirmation already gone."""
    event = an_event("蜀光讲坛第一期", takes_enrolments=True, starts_at=STARTS)
    enrol(event, name="李老师", email="li@example.org", as_of=AS_OF)
    db.session.commit()
    gone()
    return event


def gone():
    for delivery in db.session.scalars(Delivery.waiting()):
        delivery.state = "accepted"
    db.session.commit()


def waiting():
    return db.session.scalars(Delivery.waiting().order_by(Delivery.id)).all()


def subjects():
    return [one.content.subject for one in waiting()]


def a_day_later(event, as_of=LATER, **changes):
    event.reschedule(event.span.moved_by(timedelta(days=1)), as_of, **changes)
    db.session.commit()


@pytest.mark.parametrize(("hours_before", "leaves"), [
    (82, "2026-04-17T00:00"), (11, "2026-04-20T00:00"), (5, "2026-04-20T01:30")])
def test_a_notice_written_at_night_waits_for_the_morning_unless_it_is_soon(event, hours_before, leaves):
    a_day_later(event, STARTS - timedelta(hours=hours_before))

    assert [one.next_at.isoformat()[:16] for one in waiting()] == [leaves]


def test_a_moved_event_says_the_old_and_the_new_time_first(event):
    a_day_later(event, reason="场地维修")

    letter = waiting()[0].content
    assert letter.subject == "4月20日 周一 14:30 改到 4月21日 周二 14:30：蜀光讲坛第一期"
    assert letter.text.splitlines()[:2] == [
        "原定时间：2026年4月20日（周一）14:30–16:30", "现在时间：2026年4月21日（周二）14:30–16:30 北京时间"]
    assert letter.html.index("4月20日") < letter.html.index("4月21日") < letter.html.index("蜀光讲坛第一期", 900)


def test_a_letter_of_change_carries_the_feeds_uid_and_sequence_to_one_attendee(event):
    a_day_later(event)

    invitation = icalendar.Calendar.from_ical(waiting()[0].content.calendar)
    entry = invitation.walk("VEVENT")[0]
    assert (invitation["METHOD"], entry["UID"], entry["SEQUENCE"], entry["ATTENDEE"], entry["ORGANIZER"]) == (
        "REQUEST", event.ical_uid, event.sequence, "mailto:li@example.org", "mailto:no-reply@wujin.test")
    assert entry["DTSTART"].dt == event.starts_at


def test_another_place_is_told_place_first(event):
    event.revise(LATER, location="成都市图书馆")
    db.session.commit()

    assert subjects() == ["地点由 天府新区会议中心 改为 成都市图书馆：蜀光讲坛第一期"]
    assert waiting()[0].content.text.splitlines()[:2] == ["原定地点：天府新区会议中心", "现在地点：成都市图书馆"]


@pytest.mark.parametrize(("verb", "subject", "method"), [
    ("cancel", "4月20日 周一 14:30 已取消：蜀光讲坛第一期", "CANCEL"),
    ("postpone", "4月20日 周一 14:30 延期，新的时间待定：蜀光讲坛第一期", "REQUEST"),
    ("unpublish", "4月20日 周一 14:30 已撤回，请不要前往：蜀光讲坛第一期", "CANCEL"),
])
def test_what_does_not_take_place_as_told_is_told_with_its_old_time(event, verb, subject, method):
    getattr(event, verb)(LATER, "暴雨")
    db.session.commit()

    assert [(one.content.subject, one.content.calendar_method) for one in waiting()] == [(subject, method)]


def test_a_cancelled_event_that_takes_place_after_all_is_told(event):
    event.cancel(LATER)
    db.session.commit()
    gone()
    event.restore(LATER)
    db.session.commit()

    assert subjects() == ["4月20日 周一 14:30 照常举行：蜀光讲坛第一期"]


def test_an_event_published_again_is_told_and_a_first_publication_is_not(event):
    an_event("另一场", takes_enrolments=True)
    event.unpublish(LATER)
    db.session.commit()
    gone()
    event.publish(LATER + timedelta(hours=1))
    db.session.commit()

    assert subjects() == ["4月20日 周一 14:30 照常举行：蜀光讲坛第一期"]


def test_a_mailbox_with_three_teachers_gets_one_letter_with_three_tickets(event):
    for name in ("王老师", "赵老师"):
        enrol(event, name=name, email="li@example.org", as_of=AS_OF)
    db.session.commit()
    gone()
    a_day_later(event)

    late = [links.of_letter(one, AS_OF) for one in waiting()]
    assert [(one["name"], len(one["tickets"].splitlines())) for one in late] == [("李老师、王老师、赵老师", 3)]
    assert "{{tickets}}" in waiting()[0].content.text


def test_everybody_is_written_to_in_the_language_of_the_sign_up(event):
    enrol(event, name="Smith", email="smith@example.org", language="en", as_of=AS_OF)
    db.session.commit()
    gone()
    a_day_later(event)

    assert [one.content.language for one in waiting()] == ["zh", "en"]


def test_who_left_only_a_number_or_withdrew_gets_no_letter(event):
    enrol(event, name="王老师", mobile="13800001234", as_of=AS_OF)
    enrol(event, name="赵老师", email="zhao@example.org", as_of=AS_OF).withdraw(AS_OF)
    db.session.commit()
    gone()
    event.cancel(LATER)
    db.session.commit()

    assert [one.address for one in waiting()] == ["li@example.org"]


@pytest.mark.feeds(33)
def test_a_minor_edit_tells_nobody(event):
    a_day_later(event, quiet=True)
    event.revise(LATER, title="蜀光讲坛第二期", speaker="演示讲师")
    db.session.commit()

    assert subjects() == []


@pytest.mark.feeds(33)
def test_what_is_over_is_not_told(event):
    event.cancel(event.ends_at)
    db.session.commit()

    assert subjects() == []


def test_two_moves_before_any_letter_left_are_one_letter_from_what_the_reader_knows(event):
    a_day_later(event)
    a_day_later(event, LATER + timedelta(minutes=5))

    assert subjects() == ["4月20日 周一 14:30 改到 4月22日 周三 14:30：蜀光讲坛第一期"]


def test_a_move_taken_back_before_any_letter_left_is_no_letter(event):
    a_day_later(event)
    event.reschedule(event.span.moved_by(timedelta(days=-1)), LATER + timedelta(minutes=5))
    db.session.commit()

    assert subjects() == []


def test_a_minor_edit_corrects_the_letter_that_still_waits(event):
    a_day_later(event)
    a_day_later(event, LATER + timedelta(minutes=5), quiet=True)

    assert subjects() == ["4月20日 周一 14:30 改到 4月22日 周三 14:30：蜀光讲坛第一期"]


def test_a_corrected_title_leaves_the_waiting_letter_alone(event):
    a_day_later(event)
    event.revise(LATER, title="蜀光讲坛（第一期）")
    db.session.commit()

    assert subjects() == ["4月20日 周一 14:30 改到 4月21日 周二 14:30：蜀光讲坛第一期"]


def test_several_verbs_in_one_transaction_are_one_letter(event):
    event.postpone(LATER)
    event.reschedule(event.span.moved_by(timedelta(days=7)), LATER, location="成都市图书馆")
    event.revise(LATER, online_url="https://meeting.example.com/1")
    db.session.commit()

    assert subjects() == ["4月20日 周一 14:30 改到 4月27日 周一 14:30：蜀光讲坛第一期"]


@pytest.mark.parametrize(("hours", "subject"), [
    (1, "结束时间改到 15:30：蜀光讲坛第一期"), (27, "结束时间改到 4月21日 周二 17:30：蜀光讲坛第一期")])
def test_where_only_the_end_moves_the_end_is_told(event, hours, subject):
    event.reschedule(Span(event.starts_at, event.starts_at + timedelta(hours=hours)), LATER)
    db.session.commit()

    assert subjects() == [subject]


def test_a_longer_class_of_whole_days_tells_its_last_day(training):
    training.reschedule(Span.of_days(date(2026, 4, 20), date(2026, 4, 23)), LATER)
    db.session.commit()

    assert subjects() == ["结束日期改到 4月23日 周四：贯标培训班"]


def test_another_year_is_said(event):
    event.reschedule(Span(event.starts_at.replace(year=2027), event.ends_at.replace(year=2027)), LATER)
    db.session.commit()

    assert subjects() == ["2026年4月20日 周一 14:30 改到 2027年4月20日 周二 14:30：蜀光讲坛第一期"]


@pytest.fixture
def training(app):
    """A class of two sessions with Li on the list."""
    training = an_event("贯标培训班", kind=EventKind.TRAINING, takes_enrolments=True,
                        span=Span.of_days(date(2026, 4, 20), date(2026, 4, 21)))
    for number in (0, 1):
        starts = STARTS + timedelta(days=number)
        session = an_event(f"第{number + 1}课", starts_at=starts, published=False)
        training.add_part(session, AS_OF)
    enrol(training, name="李老师", email="li@example.org", as_of=AS_OF)
    db.session.commit()
    gone()
    return training


def test_a_moved_session_is_told_to_those_of_its_class(training):
    a_day_later(training.parts[1])

    assert subjects() == ["4月21日 周二 14:30 改到 4月22日 周三 14:30：贯标培训班 · 第2课"]


def test_a_cancelled_class_is_one_letter_whatever_its_sessions(training):
    training.cancel(LATER)
    db.session.commit()

    assert subjects() == ["4月20日 周一 已取消：贯标培训班"]


def test_a_moved_class_is_one_letter_whatever_its_sessions(training):
    training.reschedule(Span.of_days(date(2026, 4, 22), date(2026, 4, 23)), LATER)
    db.session.commit()

    assert subjects() == ["4月20日 周一 改到 4月22日 周三：贯标培训班"]


def test_a_session_added_later_is_no_letter(training):
    training.add_part(an_event("第3课", starts_at=STARTS + timedelta(days=1, hours=3), published=False), LATER)
    db.session.commit()

    assert subjects() == []


def test_the_same_change_told_twice_makes_no_second_letter(event):
    from app.signup import telling

    event.cancel(LATER)
    changes = list(db.session().info["changes"])
    db.session.commit()
    gone()
    telling.follow(changes)
    db.session.commit()

    assert len(db.session.scalars(select(Delivery).where(Delivery.letter == "signup.cancelled")).all()) == 1


def test_the_sequence_last_mailed_is_kept_with_the_person(event):
    from app.signup.models import Enrolment

    a_day_later(event)

    enrolled = db.session.scalars(Enrolment.attending_event(event.id))
    assert [one.sequence_mailed for one in enrolled] == [event.sequence]


def leaves():
    return [one.next_at - LATER for one in waiting()]


def test_a_change_is_held_five_minutes_and_three_edits_are_one_letter(event):
    for minutes in (0, 2, 4):
        a_day_later(event, LATER + timedelta(minutes=minutes))

    assert subjects() == ["4月20日 周一 14:30 改到 4月23日 周四 14:30：蜀光讲坛第一期"]
    assert leaves() == [timedelta(minutes=9)]


def test_whoever_goes_on_editing_holds_nobody_up_for_ever(event):
    for minutes in range(0, 24, 4):
        a_day_later(event, LATER + timedelta(minutes=minutes))

    assert leaves() == [timedelta(minutes=20)]


def test_a_cancellation_goes_at_once_and_swallows_the_change_that_is_held(event):
    a_day_later(event)
    event.cancel(LATER + timedelta(minutes=1))
    db.session.commit()

    assert subjects() == ["4月20日 周一 14:30 已取消：蜀光讲坛第一期"]
    assert leaves() == [timedelta(minutes=1)]


def test_what_starts_within_hours_is_told_at_once(event):
    soon = STARTS - timedelta(hours=5)
    a_day_later(event, soon)

    assert [one.next_at for one in waiting()] == [soon]


def test_an_office_may_have_every_change_told_at_once(event):
    OfficeSettings.of(event.organization).change(LATER, change_held_minutes=0)
    a_day_later(event)

    assert leaves() == [timedelta()]
