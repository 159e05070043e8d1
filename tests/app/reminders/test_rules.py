"""Anchors, leads, days, audiences: each rule writes its letter to whom it should, and follows what it is about."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.db import db
from app.events.span import Span
from app.plans.milestones import Milestone, Step
from app.reminders import due, following
from app.reminders.models import Occurrence
from app.reminders.moments import Moment, awake, dates
from app.reminders.registry import TOO_LATE, registry
from app.reminders.rules import AlreadyThere, ReminderRule, SpeaksOfWhatIsToCome
from app.workdays.calendar import COUNTRY, Entered
from app.workdays.models import CalendarDay
from tests.conftest import AS_OF
from tests.factories import a_person, a_task, an_event, an_office, chen, figures
from tests.letters import enrolled, ledger

START = AS_OF + timedelta(days=10)  # Thursday 12 March 2026, 09:00 in Chengdu
SHANGHAI = ZoneInfo("Asia/Shanghai")


def rule(amount: int, unit: str, *, after: bool = False, day_rule: str = "any", at: str = "",
         useful_for: int = 100_000) -> ReminderRule:
    return ReminderRule(lead_amount=amount, lead_unit=unit, is_after=after, day_rule=day_rule, at_time=at,
                        useful_for=useful_for)


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=SHANGHAI)


@pytest.mark.parametrize(("one", "at", "due_at"), [
    (rule(1, "workdays", at="09:00"), local(2026, 10, 8, 14), local(2026, 9, 30, 9)),  # before National Day
    (rule(1, "workdays", at="09:00"), local(2026, 2, 24, 14), local(2026, 2, 14, 9)),  # a Saturday that is worked
    (rule(3, "workdays"), local(2026, 3, 12, 14), local(2026, 3, 9, 14)),
    (rule(1, "days", day_rule="before", at="09:00"), local(2026, 3, 9, 14), local(2026, 3, 6, 9)),
    (rule(2, "days", day_rule="after"), local(2026, 3, 10, 14), local(2026, 3, 9, 14)),
    (rule(1, "days", day_rule="after"), local(2026, 3, 9, 14), local(2026, 3, 6, 14)),  # else on the day itself
    (rule(1, "workdays", after=True, at="09:00"), local(2026, 3, 6, 17), local(2026, 3, 9, 9)),
    (rule(2, "hours", after=True), local(2026, 3, 6, 17), local(2026, 3, 6, 19)),
    (rule(1, "days", after=True, day_rule="after"), local(2026, 3, 6, 17), local(2026, 3, 9, 17)),
])
def test_a_rule_counts_days_working_days_or_hours_and_lands_where_it_says(one, at, due_at):
    assert dates(one, Moment(at, "Asia/Shanghai")).due_at == due_at


def test_a_region_s_own_day_off_is_none_of_its_working_days(app):
    CalendarDay.enter("513400", {date(2026, 11, 20): Entered(False, "彝族年")}, AS_OF)
    at = local(2026, 11, 23, 9)

    found = [dates(rule(1, "workdays"), Moment(at, "Asia/Shanghai", region=region)).due_at.date()
             for region in ("513400", "510100")]

    assert found == [date(2026, 11, 19), date(2026, 11, 20)]


@pytest.mark.parametrize(("one", "at", "due_at"), [
    (rule(1, "days"), local(2026, 3, 12, 7), local(2026, 3, 11, 8)),
    (rule(1, "days"), local(2026, 3, 12, 22, 30), local(2026, 3, 12, 8)),
    (rule(1, "days", at="23:00"), local(2026, 3, 12, 7, 30), local(2026, 3, 11, 21, 30)),  # at eight it has begun
    (rule(2, "hours"), local(2026, 3, 12, 7), local(2026, 3, 12, 5)),
    (rule(3, "hours"), local(2026, 3, 12, 7), local(2026, 3, 12, 4)),
    (rule(4, "hours"), local(2026, 3, 12, 7), local(2026, 3, 11, 21, 30)),
    (rule(12, "hours"), local(2026, 3, 12, 14), local(2026, 3, 12, 8)),
    (rule(1, "hours", after=True), local(2026, 3, 12, 0), local(2026, 3, 12, 8)),
    (rule(1, "hours", after=True, useful_for=60), local(2026, 3, 12, 0), local(2026, 3, 12, 8)),
    (rule(2, "hours", after=True), local(2026, 3, 12, 21), local(2026, 3, 13, 8)),
    (rule(2, "hours", after=True), local(2026, 3, 12, 17), local(2026, 3, 12, 19)),
    (rule(1, "days"), local(2026, 3, 12, 8), local(2026, 3, 11, 8)),
    (rule(1, "days"), local(2026, 3, 12, 22), local(2026, 3, 12, 8)),
])
def test_nobody_is_written_to_at_night_but_a_few_hours_before(one, at, due_at):
    found = dates(one, Moment(at, "Asia/Shanghai"))

    assert awake(one, found, "Asia/Shanghai").due_at == due_at


def test_night_is_where_the_event_is():
    at = datetime(2026, 3, 12, 23, 30, tzinfo=UTC)  # 19:30 in New York, 07:30 in Shanghai
    found = dates(rule(1, "days"), Moment(at, "America/New_York"))

    assert awake(rule(1, "days"), found, "America/New_York").due_at == found.due_at


def laid_down(event, anchor, audience, **words):
    made = ReminderRule.lay_down(AS_OF, event=event, anchor=anchor, audience=audience,
                                 **{"lead_amount": 1, "lead_unit": "days", "useful_for": 5000} | words)
    following.arm(made, registry().kinds["event"], event, AS_OF)
    db.session.commit()
    return made


def rung(as_of):
    while not due.tick(as_of).is_finished:
        db.session.commit()
    db.session.commit()
    return [(one.letter, one.address) for one in ledger()]


def firing(made) -> Occurrence:
    return db.session.scalars(Occurrence.of_rule(made.id)).first()


@pytest.mark.parametrize(("anchor", "audience", "is_after", "as_of", "letter", "address"), [
    ("start", "organizers", False, START - timedelta(days=1), "events.starting", "chen@example.org"),
    ("start", "leads", False, START - timedelta(days=1), "events.starting", "lead@example.org"),
    ("start", "reviewers", False, START - timedelta(days=1), "events.starting", "gu@example.org"),
    ("signup_closes", "organizers", False, START - timedelta(days=3), "events.signup_closing", "chen@example.org"),
    ("figures_due", "organizers", True, START + timedelta(days=2), "events.figures_due", "chen@example.org"),
    ("end", "organizers", True, START + timedelta(days=2), "events.ended", "chen@example.org"),
    ("end", "enrolled", True, START + timedelta(days=2), "reminders.thanks", "li@example.org"),
])
def test_each_anchor_and_audience_has_its_letter(either_app, anchor, audience, is_after, as_of, letter, address):
    office = an_office()
    chen(office)
    a_person("Gu", Role.REVIEWER, office)
    lead = an_office("牵头单位", parent=office)
    a_person("Lead", Role.ORGANIZER, lead)
    task = a_task()
    task.lead_organization = lead
    event = an_event(takes_enrolments=True, tasks=[task], signup_closes_at=START - timedelta(days=2))
    enrolled(event)
    db.session.commit()
    for one in db.session.scalars(ReminderRule.of_event(event.id)):
        one.switch(False, AS_OF)
    laid_down(event, anchor, audience, is_after=is_after)

    assert rung(as_of) == [(letter, address)]
    assert [one for one in ledger()[0].content.text.splitlines() if "{ {" in one] == []


def test_figures_that_were_entered_are_not_asked_for(app):
    person = chen()
    event = an_event()
    made = laid_down(event, "figures_due", "organizers", is_after=True)
    event.record_figures(figures(person), START + timedelta(hours=3), confirmed=True)
    db.session.commit()

    assert rung(START + timedelta(days=2)) == []
    assert (firing(made).state, firing(made).reason) == ("cancelled", "人数已登记")


def test_figures_entered_after_the_letter_was_written_stop_it_at_the_gate(app):
    person = chen()
    event = an_event()
    laid_down(event, "figures_due", "organizers", is_after=True)
    rung(START + timedelta(days=2))
    letter = ledger()[0]

    event.figures = figures(person)
    db.session.flush()

    assert due.gate(letter, START + timedelta(days=2)) == "人数已登记"


def test_one_who_is_no_longer_an_organizer_is_not_written_to(app):
    person = chen()
    laid_down(an_event(), "start", "organizers")
    rung(START - timedelta(days=1))

    person.active = False
    db.session.flush()

    assert due.gate(ledger()[0], START - timedelta(days=1)) == "不再管这件事"


def a_standing_rule(anchor, audience, **words):
    made = ReminderRule.lay_down(AS_OF, organization=an_office(), anchor=anchor, audience=audience, **{
        "lead_amount": 5, "lead_unit": "workdays", "at_time": "09:00", "useful_for": 20_000} | words)
    db.session.commit()
    return made


def test_a_milestone_reminds_its_office_and_follows_its_day(either_app):
    chen()
    made = a_standing_rule("milestone_due", "organizers")
    one = Milestone.planned(a_task(), an_office(), AS_OF, step=Step.REVIEW, due_on=date(2026, 3, 20))
    db.session.commit()
    first = firing(made).due_at

    one.correct(AS_OF, due_on=date(2026, 3, 27))
    db.session.commit()

    assert [first, firing(made).due_at] == [local(2026, 3, 13, 9), local(2026, 3, 20, 9)]
    assert rung(local(2026, 3, 20, 9)) == [("plans.milestone_due", "chen@example.org")]
    assert ledger()[0].content.subject == "节点到期：评审，3月27日"


def test_a_milestone_reached_reminds_nobody(app):
    chen()
    made = a_standing_rule("milestone_due", "organizers")
    one = Milestone.planned(a_task(), an_office(), AS_OF, step=Step.REVIEW, due_on=date(2026, 3, 20))
    db.session.commit()

    one.reach(AS_OF.date(), AS_OF)
    db.session.commit()

    assert (firing(made).state, firing(made).reason) == ("cancelled", "节点已完成")


def test_a_task_reminds_who_leads_it(app):
    from app.reminders.views.office_rules import start

    chen()
    task = a_task()
    task.lead_organization, task.due_on = an_office(), date(2026, 3, 20)
    made = a_standing_rule("task_due", "leads")
    start(made, "", AS_OF)
    db.session.commit()

    assert rung(local(2026, 3, 13, 9)) == [("plans.task_due", "chen@example.org")]


def test_the_nearest_office_s_set_for_the_kind_is_what_publishing_switches_on(app):
    root = an_office()
    city = an_office("城市", parent=root)
    words = {"lead_unit": "days", "useful_for": 600, "audience": "organizers", "anchor": "start"}
    ReminderRule.lay_down(AS_OF, organization=root, lead_amount=7, **words)
    ReminderRule.lay_down(AS_OF, organization=city, lead_amount=5, event_kind="lecture", **words)
    ReminderRule.lay_down(AS_OF, organization=city, lead_amount=4, event_kind="training", **words)
    near, far = an_event(organization=city, takes_enrolments=True), an_event(organization=root)
    db.session.commit()

    found = [[(one.audience, one.lead_amount) for one in db.session.scalars(ReminderRule.of_event(event.id))]
             for event in (near, far)]

    # Who is enrolled keeps the usual ones, as the set says nothing of them.
    assert found == [[("enrolled", 1), ("enrolled", 1), ("organizers", 5)], [("organizers", 7)]]


def test_the_same_rule_twice_is_refused(app):
    event = an_event()
    laid_down(event, "start", "organizers")

    with pytest.raises(AlreadyThere):
        laid_down(event, "start", "organizers")


@pytest.mark.parametrize(("anchor", "audience"), [
    ("start", "enrolled"), ("start", "organizers"), ("signup_closes", "organizers")])
def test_a_letter_about_what_is_to_come_is_not_laid_down_for_afterwards(app, anchor, audience):
    event = an_event(takes_enrolments=True)

    with pytest.raises(SpeaksOfWhatIsToCome):
        laid_down(event, anchor, audience, is_after=True)
    with pytest.raises(SpeaksOfWhatIsToCome):
        a_standing_rule(anchor, audience, is_after=True)


def test_one_that_was_laid_down_for_afterwards_earlier_writes_to_nobody_and_says_why(app):
    """From before such rules were refused: its firing stands, its letter would be untrue."""
    chen()
    event = an_event()
    made = laid_down(event, "start", "organizers")
    made.is_after, one = True, firing(made)
    one.due_at, one.useful_until = START + timedelta(days=1), START + timedelta(days=2)
    db.session.commit()

    assert rung(START + timedelta(days=1)) == []
    assert (firing(made).state, firing(made).reason) == ("cancelled", TOO_LATE)
    assert following.wanted_of(made, event) == (None, TOO_LATE)


def test_a_letter_already_written_by_such_a_rule_is_stopped_as_it_leaves(app):
    chen()
    made = laid_down(an_event(), "start", "organizers")
    rung(START - timedelta(days=1))

    made.is_after = True
    db.session.flush()

    assert due.gate(ledger()[0], START - timedelta(days=1)) == TOO_LATE


@pytest.mark.parametrize(("anchor", "audience", "unit", "reason"), [
    ("signup_closes", "organizers", "days", "这个活动没有报名截止"),
    ("start", "enrolled", "days", following.NOT_ITS_PEOPLE),
    ("start", "organizers", "hours", following.NO_TIME)])
def test_what_never_fires_for_an_event_says_the_true_reason(app, anchor, audience, unit, reason):
    event = an_event(span=Span.of_days(date(2026, 3, 12), date(2026, 3, 12)))

    made = laid_down(event, anchor, audience, lead_unit=unit)

    assert following.wanted_of(made, event) == (None, reason)


def test_a_further_audience_is_one_entry(app):
    from app.reminders.audience import staff
    from app.reminders.registry import LetterKind, register

    person = chen()
    register(app, staff("followers", "关注的人", lambda event: [person]))
    register(app, LetterKind("tests.follow", "x", "start", frozenset({"followers"}),
                             registry().letters["events.starting"].write))
    event = an_event()
    laid_down(event, "start", "followers")

    assert rung(START - timedelta(days=1)) == [("tests.follow", "chen@example.org")]


def test_a_new_notice_moves_what_hangs_on_working_days_in_its_transaction(either_app):
    event = an_event()
    hanging, plain = laid_down(event, "start", "organizers", lead_unit="workdays"), laid_down(
        event, "start", "leads")

    CalendarDay.enter(COUNTRY, {date(2026, 3, 11): Entered(False, "", True)}, AS_OF)
    db.session.commit()

    assert [firing(one).due_at for one in (hanging, plain)] == [local(2026, 3, 10, 9), local(2026, 3, 11, 9)]


def test_a_move_touches_one_row_a_rule_whatever_the_number_enrolled(app, count_queries):
    def moved(event, days):
        event.reschedule(Span(START + timedelta(days=days), START + timedelta(days=days, hours=2)), AS_OF)
        db.session.commit()

    few, many = (an_event(title, takes_enrolments=True) for title in ("一", "二"))
    enrolled(few, "Li", "")
    for number in range(40):
        enrolled(many, f"Li{number}", "")
    for event in (few, many):
        for amount in (3, 5, 7):
            laid_down(event, "start", "organizers", lead_amount=amount)
    db.session.commit()

    counts = [count_queries(lambda event=event: moved(event, 1)) for event in (few, many)]

    assert counts[0] == counts[1]
    assert len(db.session.scalars(select(Occurrence).where(Occurrence.seq == 0)).all()) == len(
        db.session.scalars(select(Occurrence)).all()) == 10
