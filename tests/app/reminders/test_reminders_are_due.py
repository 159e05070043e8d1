"""Who is owed what now, and that it goes once, to whom it should, saying the right time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditRow
from app.db import db
from app.events.span import Span
from app.outbox import sending
from app.reminders import due, letters
from app.reminders.models import Heartbeat, Occurrence
from tests.conftest import AS_OF
from tests.factories import an_event
from tests.letters import enrolled, ledger, minutes, reminders

START = AS_OF + timedelta(days=10)
DAY_BEFORE, HOUR_BEFORE = START - timedelta(days=1), START - timedelta(hours=1)


@pytest.fixture
def event(either_app):
    event = an_event("专利讲座", takes_enrolments=True)
    db.session.commit()
    return event


def ticked(as_of=DAY_BEFORE, **more) -> int:
    count, is_finished = 0, False
    while not is_finished:
        done = due.tick(as_of, **more)
        db.session.commit()
        count, is_finished = count + done.letters, done.is_finished
    return count


def sent(as_of=DAY_BEFORE) -> list[tuple[str, str, str]]:
    while sending.deliver(as_of):
        pass
    return [(one.address, one.state, one.reason) for one in ledger()]


KEPT = "留在发件箱，没有寄出"


def test_everybody_enrolled_is_reminded_once_however_often_the_clock_rings(event):
    enrolled(event, "Li", "li@example.org")
    enrolled(event, "He", "he@example.org")

    for after in (0, 0, 1, 30):
        ticked(DAY_BEFORE + minutes(after))
        sent(DAY_BEFORE + minutes(after))

    assert sorted(sent()) == [("he@example.org", "accepted", KEPT), ("li@example.org", "accepted", KEPT)]


def test_a_day_and_an_hour_before_are_two_reminders(event):
    enrolled(event)

    moments = (DAY_BEFORE - minutes(1), DAY_BEFORE, HOUR_BEFORE - minutes(1), HOUR_BEFORE)
    counts = [ticked(moment) for moment in moments]

    assert counts == [0, 1, 0, 1]


def test_one_address_gets_one_letter_that_lists_all_it_enrolled(event):
    li, he = enrolled(event, "Li"), enrolled(event, "He")

    ticked()

    assert [(one.address, one.name, letters.late_fields(one, DAY_BEFORE)) for one in ledger()] == [
        ("li@example.org", "Li、He", {"ticket_links": f"Li: {li.ticket_url}\nHe: {he.ticket_url}"})]


def test_small_slices_give_the_same_letters_and_lose_nobody(event):
    for number in range(5):
        enrolled(event, f"Li{number}", f"li{number}@example.org")
    enrolled(event, "He", "li0@example.org")

    counts = []
    is_finished = False
    while not is_finished:
        done = due.tick(DAY_BEFORE, slice_size=2)
        db.session.commit()
        counts.append(done.letters)
        is_finished = done.is_finished

    assert counts == [2, 2, 1]
    assert sorted((one.address, one.name) for one in ledger()) == [
        ("li0@example.org", "Li0、He"), *((f"li{number}@example.org", f"Li{number}") for number in range(1, 5))]


def test_a_crash_between_slices_repeats_nothing(event):
    for number in range(4):
        enrolled(event, f"Li{number}", f"li{number}@example.org")
    db.session.commit()
    due.tick(DAY_BEFORE, slice_size=2)
    db.session.commit()
    due.tick(DAY_BEFORE, slice_size=2)
    db.session.rollback()

    ticked(slice_size=2)

    assert sorted(one.address for one in ledger()) == [f"li{number}@example.org" for number in range(4)]


def test_who_enrolled_after_the_hour_struck_gets_none_of_it(event):
    enrolled(event, "Li", at=DAY_BEFORE + minutes(1))

    assert ticked(DAY_BEFORE + minutes(5)) == 0
    assert ticked(HOUR_BEFORE) == 1


def test_who_has_only_a_mobile_number_gets_no_letter(event):
    enrolled(event, "Li", email="", mobile="13800000000")

    assert ticked() == 0
    assert [one.state for one in db.session.scalars(Occurrence.of_rule(1))] == ["done"]


def test_who_withdrew_a_moment_ago_is_not_reminded(event):
    enrolment = enrolled(event)
    ticked()

    enrolment.state = "withdrawn"
    db.session.commit()

    assert sent() == [("li@example.org", "cancelled", "已取消报名")]


def test_a_reminder_for_the_old_time_does_not_leave(event):
    enrolled(event)
    ticked()

    event.reschedule(Span(START + timedelta(hours=3), START + timedelta(hours=5)), DAY_BEFORE)
    db.session.commit()
    sent()
    ticked(DAY_BEFORE + timedelta(hours=3))

    assert [(one.state, one.content.subject) for one in reminders()] == [
        ("cancelled", "提醒：专利讲座，3月12日 周四 09:00"),
        ("pending", "提醒：专利讲座，3月12日 周四 12:00")]


def test_the_gate_stops_what_the_event_s_change_could_not_take_back(event):
    enrolled(event)
    ticked()
    letter = ledger()[0]
    reasons = [due.gate(letter, DAY_BEFORE), due.gate(letter, START)]

    event.schedule_version += 1
    reasons.append(due.gate(letter, DAY_BEFORE))
    db.session.rollback()

    assert reasons == ["", "活动已经开始", "活动时间或地点有变化"]


def test_what_nobody_rang_for_in_time_is_missed_and_says_so(event):
    enrolled(event)
    ticked(DAY_BEFORE - timedelta(hours=1), owner="test:1")

    ticked(START - minutes(90))

    first, second = db.session.scalars(select(Occurrence).order_by(Occurrence.id))
    assert (first.state, first.reason) == ("missed", "系统停运：03-11 08:00 之后没有运行，错过了提醒")
    assert second.state == "open"
    assert ledger() == []


def test_an_outage_that_ends_while_it_still_helps_only_delays(event):
    enrolled(event)

    assert ticked(START - timedelta(hours=3)) == 1


def test_letters_that_no_longer_help_are_missed_with_a_reason(event):
    enrolled(event)
    ticked()

    ticked(START - minutes(100))

    assert [(one.state, one.reason != "") for one in ledger()] == [("missed", True)]


def test_a_tick_seals_the_audit_and_beats_the_heart(event):
    ticked(DAY_BEFORE, owner="test:1")

    heart = db.session.get(Heartbeat, "tick")
    assert (heart.owner, heart.at) == ("test:1", DAY_BEFORE)
    assert db.session.scalars(AuditRow.unsealed()).all() == []


def test_the_words_say_what_when_where_and_how_to_stay_away(app):
    event = an_event("专利讲座", takes_enrolments=True, online_url="https://meet.example.org/1")
    enrolment = enrolled(event)
    db.session.commit()

    letter = letters.reminder(event, "zh")

    assert letter.text == f"""{{{{name}}}}，您好：

您报名的活动快要开始了。

专利讲座
时间：2026年3月12日（周四）09:00–11:00（北京时间）
地点：天府新区会议中心
线上入口：https://meet.example.org/1
活动页面：http://wujin.test/events/{event.id}

您的报名凭证（不能来时，也在这里取消，把名额让给别人）：
{{{{ticket_links}}}}


--
五进 Wujin · 省知识产权促进中心
您报名了这个活动，所以收到这封提醒。
不想再收到这类信件，退订：{{{{unsubscribe_url}}}}
"""
    assert letters.recipient([enrolment]).fields == {"enrolments": str(enrolment.id)}


def test_a_title_cannot_open_a_place_for_anothers_field(app):
    event = an_event("讲座{{ticket_links}}\r\nBcc: x", takes_enrolments=True)

    letter = letters.reminder(event, "zh")

    assert letter.subject.startswith("提醒：讲座{ {ticket_links}} Bcc: x，")
    assert letter.text.count("{{ticket_links}}") == 1
