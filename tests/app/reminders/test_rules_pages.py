"""The pages of rules: seen, tried, added, switched; whoever is due at once is asked about first."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.clock import now
from app.db import db
from app.reminders import due
from app.reminders.models import Occurrence
from app.reminders.registry import TOO_LATE
from app.reminders.rules import ReminderRule
from tests.factories import a_person, an_event, an_office, chen, wang
from tests.letters import enrolled, ledger

NOON = now().replace(hour=4, minute=0, second=0)  # in Chengdu
WORDS = {"anchor": "start", "direction": "before", "lead_amount": "2", "lead_unit": "days", "audience": "enrolled",
         "day_rule": "any"}


@pytest.fixture
def event(app):
    """In three days, by the real clock that pages know; Li is enrolled."""
    event = an_event("专利讲座", takes_enrolments=True, starts_at=NOON + timedelta(days=3), as_of=now())
    enrolled(event, at=now() - timedelta(days=30))
    db.session.commit()
    return event


@pytest.fixture
def organizer(event, signed_in):
    return signed_in(chen())


def address(event, end="") -> str:
    return f"/console/events/{event.id}/reminders{end}"


def rules(event) -> list[tuple[int, bool]]:
    return [(one.lead_amount, one.is_enabled) for one in db.session.scalars(ReminderRule.of_event(event.id))]


def test_a_rule_for_later_is_added_at_once(event, organizer):
    answer = organizer.post(address(event), data=WORDS)

    assert answer.status_code == 302
    assert rules(event) == [(1, True), (1, True), (2, True)]
    assert db.session.scalar(select(Occurrence.due_at).order_by(Occurrence.id.desc())) == (
        event.starts_at - timedelta(days=2))


def test_a_rule_that_is_due_now_asks_and_writes_nothing_before_it_was_answered(event, organizer):
    answer = organizer.post(address(event), data=WORDS | {"lead_amount": "5"})

    assert answer.status_code == 200
    assert "现在就有 1 人到时间" in answer.text
    assert rules(event) == [(1, True), (1, True)]


@pytest.mark.parametrize(("act", "letters"), [("now", 1), ("later", 0)])
def test_it_acts_as_it_was_answered(event, organizer, act, letters):
    organizer.post(address(event), data=WORDS | {"lead_amount": "5", "act": act})
    due.tick(now())
    db.session.commit()

    assert len(rules(event)) == 3
    assert len([one for one in ledger() if one.letter == "reminders.reminder"]) == letters


def test_a_rule_without_a_letter_is_refused_with_the_words_kept(event, organizer):
    answer = organizer.post(address(event), data=WORDS | {"anchor": "figures_due", "lead_amount": "7"})

    assert answer.status_code == 422
    assert "没有写给“报名的人”的信" in answer.text
    assert 'value="7"' in answer.text


def test_the_same_rule_twice_is_told_and_made_once(event, organizer):
    organizer.post(address(event), data=WORDS)
    again = organizer.post(address(event), data=WORDS)

    assert again.status_code == 409
    assert len(rules(event)) == 3


def test_a_rule_that_differs_in_its_hour_alone_is_told_so(event, organizer):
    organizer.post(address(event), data=WORDS)
    again = organizer.post(address(event), data=WORDS | {"at_time": "09:00"})

    assert (again.status_code, len(rules(event))) == (409, 3)
    assert ("只有钟点或休息日的办法不同" in again.text, "一条一样的提醒" in again.text) == (True, False)


def test_switched_off_it_stops_and_on_again_it_comes_back(event, organizer):
    rule = db.session.scalars(ReminderRule.of_event(event.id)).first()

    organizer.post(address(event, f"/{rule.id}/switch"), data={"to": "off"})
    off = [one.state for one in db.session.scalars(Occurrence.of_rule(rule.id))]
    organizer.post(address(event, f"/{rule.id}/switch"), data={"to": "on"})
    on = [one.state for one in db.session.scalars(Occurrence.of_rule(rule.id))]

    assert [off, on] == [["cancelled"], ["open", "cancelled"]]


def test_a_dry_run_says_who_when_and_what_and_writes_nothing(event, organizer):
    rule = db.session.scalars(ReminderRule.of_event(event.id)).first()

    answer = organizer.get(address(event, f"/{rule.id}"))

    assert "提醒：专利讲座" in answer.text
    assert "Li，您好：" in answer.text
    assert "li@example.org" not in answer.text
    assert ledger() == []


def test_who_only_looks_reads_the_letter_and_no_names(event, signed_in):
    browser = signed_in(a_person("Leader", Role.LEADER, an_office()))
    rule = db.session.scalars(ReminderRule.of_event(event.id)).first()

    answer = browser.get(address(event, f"/{rule.id}"))

    assert ["提醒：专利讲座" in answer.text, "Li，您好" in answer.text, "名单由经办人看" in answer.text] == [
        True, False, True]


def test_a_stranger_sees_no_reminder_of_another_city(event, signed_in):
    browser = signed_in(wang())
    rule = db.session.scalars(ReminderRule.of_event(event.id)).first()

    answers = [browser.get(address(event)), browser.get(address(event, f"/{rule.id}")),
               browser.post(address(event), data=WORDS),
               browser.post(address(event, f"/{rule.id}/switch"), data={"to": "off"})]

    assert [one.status_code for one in answers] == [404] * 4
    assert rules(event) == [(1, True), (1, True)]


def test_an_office_s_set_is_used_from_the_next_publishing_on(event, signed_in):
    browser = signed_in(a_person("Planner", Role.PLANNER, an_office()))

    browser.post("/console/reminder-rules", data=WORDS | {
        "organization": str(an_office().id), "event_kind": "lecture", "lead_amount": "4"})
    later = an_event("后来的", takes_enrolments=True, starts_at=now() + timedelta(days=30))
    db.session.commit()

    assert [rules(event), rules(later)] == [[(1, True), (1, True)], [(4, True)]]


def test_the_list_asks_the_same_number_of_questions_for_one_rule_and_for_many(event, organizer, count_queries):
    def ask() -> None:
        assert organizer.get(address(event)).status_code == 200

    ask()
    few = count_queries(ask)
    for amount in (3, 5, 7):
        ReminderRule.lay_down(now(), event=event, lead_amount=amount, lead_unit="days", useful_for=60)
    db.session.commit()

    assert count_queries(ask) == few


def test_a_rule_with_several_mistakes_tells_them_all_at_once(event, organizer):
    answer = organizer.post(address(event), data=WORDS | {
        "anchor": "figures_due", "lead_amount": "100", "at_time": "9 o'clock", "hours": "many"})

    assert answer.status_code == 422
    told = ("的信要在之后发。", "要在 0 到 99 之间。", "请写成 09:00 这样。", "请填整数。",
            "没有写给“报名的人”的信")
    assert [sentence in answer.text for sentence in told] == [True] * 5
    assert rules(event) == [(1, True), (1, True)]


@pytest.mark.parametrize(("words", "is_taken"), [
    ({"lead_unit": "days", "at_time": "08:30"}, True), ({"lead_unit": "days"}, False),
    ({"lead_unit": "hours", "at_time": "08:30"}, False), ({"lead_unit": "workdays", "at_time": "08:30"}, False)])
def test_nothing_before_is_the_day_itself_at_its_hour_or_is_refused(event, organizer, words, is_taken):
    answer = organizer.post(address(event), data=WORDS | {"lead_amount": "0"} | words)

    assert (answer.status_code, len(rules(event))) == ((302, 3) if is_taken else (422, 2))


@pytest.mark.parametrize(("anchor", "is_after"), [("start", False), ("end", True)])
def test_before_or_after_is_as_usual_unless_said(event, organizer, anchor, is_after):
    organizer.post(address(event), data=WORDS | {"anchor": anchor, "direction": "", "lead_amount": "2"})

    made = db.session.scalars(ReminderRule.of_event(event.id)).all()[-1]
    assert (made.anchor, made.is_after) == (anchor, is_after)


@pytest.mark.parametrize(("anchor", "audience"), [
    ("start", "enrolled"), ("start", "organizers"), ("signup_closes", "organizers")])
def test_a_letter_about_what_is_to_come_is_refused_for_afterwards(event, organizer, anchor, audience):
    answer = organizer.post(address(event), data=WORDS | {
        "anchor": anchor, "audience": audience, "direction": "after", "lead_amount": "7"})

    assert (answer.status_code, "这封信说的是还没到的事，要在之前发。" in answer.text) == (422, True)
    assert 'value="7"' in answer.text
    assert rules(event) == [(1, True), (1, True)]


def test_an_office_s_rule_is_refused_likewise_and_an_older_one_tells_that_it_does_not_fire(event, signed_in):
    browser = signed_in(a_person("Planner", Role.PLANNER, an_office()))
    words = WORDS | {"organization": str(an_office().id), "event_kind": ""}

    answer = browser.post("/console/reminder-rules", data=words | {"direction": "after"})
    browser.post("/console/reminder-rules", data=words)
    before = TOO_LATE in browser.get("/console/reminder-rules").text
    db.session.scalars(ReminderRule.of_offices([an_office().id])).one().is_after = True
    db.session.commit()

    assert (answer.status_code, "这封信说的是还没到的事，要在之前发。" in answer.text) == (422, True)
    assert [before, TOO_LATE in browser.get("/console/reminder-rules").text] == [False, True]


def test_who_only_looks_is_shown_no_empty_column(event, signed_in):
    browser = signed_in(a_person("Leader", Role.LEADER, an_office()))

    assert "可以做的事" not in browser.get(address(event)).text
