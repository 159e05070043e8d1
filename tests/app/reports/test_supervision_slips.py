"""Suggested with the facts, sent by a person, and stopped by the fact itself."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditRow
from app.db import db
from app.events.approval import NotForYou
from app.outbox import sending
from app.plans.indicators import Allocation
from app.plans.milestones import Milestone
from app.reminders import due
from app.reports import letters
from app.reports.returns.scope import Branch
from app.reports.slips import supervising
from app.reports.slips.slip import DayIsOver, SlipCause, SupervisionSlip, WrongSlipState
from tests.app.reports.filing import APRIL_2, Offices, filed, held
from tests.conftest import AS_OF
from tests.factories import a_person, a_plan, a_task, an_event, figures
from tests.letters import ledger, states, words_of

APRIL_29 = datetime(2026, 4, 29, 1, 0, tzinfo=UTC)  # Wednesday 09:00
OCTOBER_8 = datetime(2026, 10, 8, 1, 0, tzinfo=UTC)


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


def look(as_of: datetime) -> None:
    due.tick(as_of)
    db.session.commit()


def slips(*causes: SlipCause) -> list[SupervisionSlip]:
    db.session.expire_all()
    wanted = [one.value for one in causes or SlipCause]
    return list(db.session.scalars(select(SupervisionSlip).where(
        SupervisionSlip.cause.in_(wanted)).order_by(SupervisionSlip.id)))


def told(*causes: SlipCause) -> list[tuple[str, str, str]]:
    return [(one.organization.region.short_name, one.sender.region.short_name, one.state) for one in slips(*causes)]


def sent(slip: SupervisionSlip, by, at: datetime = APRIL_29) -> SupervisionSlip:
    slip.send(by, at, words="请尽快办", due_on=date(2026, 12, 31))
    db.session.commit()
    return slip


def a_slip(offices, cause=SlipCause.RETURN, month=date(2026, 3, 1), **changes) -> SupervisionSlip:
    made = SupervisionSlip.prepare(organization=offices.county, sender=offices.city, cause=cause,
                                   facts=["3月的月报还没有报。"], due_on=date(2026, 5, 8), as_of=APRIL_29,
                                   **({"month": month} if cause is SlipCause.RETURN else {}), **changes)
    db.session.commit()
    return made


def an_overdue_milestone(offices, office=None) -> Milestone:
    made = Milestone(task=a_task("S1.3"), organization=office or offices.county, title="公示名单",
                     due_on=date(2026, 3, 20), created_at=AS_OF, revised_at=AS_OF)
    db.session.add(made)
    db.session.commit()
    return made


# ---------------------------------------------------------------- what is suggested


def test_each_late_return_is_suggested_to_the_office_right_above(offices):
    filed(offices.wuhou, offices.he)

    look(APRIL_29)
    look(APRIL_29 + timedelta(days=1))

    assert told(SlipCause.RETURN) == [("成都", "四川", "prepared"), ("锦江区", "成都", "prepared"),
                                      ("郫都区", "成都", "prepared")]


def test_the_facts_are_told_and_stay_fresh_until_it_is_sent(offices):
    look(APRIL_29)
    slip = next(one for one in slips() if one.organization_id == offices.county.id)
    first = slip.facts

    look(APRIL_29 + timedelta(days=1))
    sent(slip, offices.he, APRIL_29 + timedelta(days=1))
    look(APRIL_29 + timedelta(days=2))

    assert first == ["2026年3月的月报应在4月28日以前报，到4月29日还没有报。"]
    assert slips()[1].facts == ["2026年3月的月报应在4月28日以前报，到4月30日还没有报。"]


def test_an_event_without_figures_is_suggested_after_two_working_days(offices):
    an_event("周五的讲座", organization=offices.county, starts_at=datetime(2026, 3, 13, 2, tzinfo=UTC))
    db.session.commit()

    look(datetime(2026, 3, 17, 1, tzinfo=UTC))  # Tuesday
    in_time = told(SlipCause.FIGURES)
    look(datetime(2026, 3, 18, 1, tzinfo=UTC))

    assert (in_time, told(SlipCause.FIGURES)) == ([], [("锦江区", "成都", "prepared")])
    assert slips(SlipCause.FIGURES)[0].facts == ["“周五的讲座”3月13日办完，到3月18日还没有登记人数。"]


def test_nobody_stands_above_the_root(offices):
    an_event(organization=offices.province, starts_at=datetime(2026, 3, 12, 2, tzinfo=UTC))
    an_overdue_milestone(offices, offices.province)

    look(APRIL_2)

    assert told() == []


def test_a_milestone_past_its_date_is_suggested(offices):
    an_overdue_milestone(offices)

    look(APRIL_2)

    assert told() == [("锦江区", "成都", "prepared")]
    assert slips()[0].facts == [f"任务 S1.3 {a_task('S1.3').title}的节点“公示名单”应在3月20日完成，已过 13 天。"]


def test_a_task_of_which_a_city_got_a_part_and_for_which_it_has_nothing_is_suggested_in_its_last_ninety_days(offices):
    task = a_task("I2.1")
    task.due_on = None
    task.indicators[0].allocations = [Allocation(region_code="510100", amount=1)]
    db.session.commit()

    look(datetime(2026, 9, 30, 1, tzinfo=UTC))
    before = told(SlipCause.NOTHING_SCHEDULED)
    look(OCTOBER_8)

    unit = task.indicators[0].unit
    assert (before, told(SlipCause.NOTHING_SCHEDULED)) == ([], [("成都", "四川", "prepared")])
    assert slips(SlipCause.NOTHING_SCHEDULED)[0].facts == [
        f"任务 I2.1 {task.title}：分解给成都 1{unit}；到10月8日没有一场已办或已安排的活动，"
        "离12月31日的时限只剩 84 天。"]


def test_a_lead_whose_task_is_red_is_suggested_with_the_reason(offices):
    task = a_task("I2.1")
    task.lead_organization = offices.city
    held(offices.city, offices.he, tasks=[task])
    task.indicators[0].minimum = task.indicators[0].maximum = 30
    db.session.commit()

    look(OCTOBER_8)

    [slip] = slips(SlipCause.BEHIND)
    assert (slip.organization_id, slip.sender_id) == (offices.city.id, offices.province.id)
    assert slip.facts[0].startswith(f"任务 I2.1 {task.title}亮红灯：已完成 1期")


def test_nobody_is_asked_for_a_number_that_nobody_confirmed(offices):
    task = a_task("I2.1")
    task.due_on, task.lead_organization = None, offices.city
    held(offices.city, offices.he, tasks=[task])
    task.indicators[0].minimum = task.indicators[0].maximum = 30
    task.indicators[0].allocations = [Allocation(region_code="510700", amount=1)]
    task.indicators[0].is_confirmed = False
    db.session.commit()

    look(OCTOBER_8)
    before = told(SlipCause.BEHIND, SlipCause.NOTHING_SCHEDULED)
    task.indicators[0].confirm(OCTOBER_8)
    db.session.commit()
    look(OCTOBER_8 + timedelta(days=1))

    assert (before, [one.organization_id for one in slips(SlipCause.BEHIND)]) == ([], [offices.city.id])


def test_what_a_person_dropped_is_not_suggested_again(offices):
    an_overdue_milestone(offices)
    look(APRIL_2)

    slips()[0].drop(offices.he, APRIL_2)
    db.session.commit()
    look(APRIL_2 + timedelta(days=1))

    assert told() == [("锦江区", "成都", "dropped")]


def test_looking_takes_the_same_number_of_queries_however_much_is_found(offices, count_queries):
    def survey() -> None:
        db.session.expire_all()
        supervising.Survey.of(Branch.of(offices.province), APRIL_29)

    an_overdue_milestone(offices)
    an_event(organization=offices.county, starts_at=datetime(2026, 3, 12, 2, tzinfo=UTC))
    filed(offices.pidu, offices.he)
    few = count_queries(survey)
    for office in (offices.wuhou, offices.pidu, offices.city):
        an_overdue_milestone(offices, office)
        an_event(organization=office, starts_at=datetime(2026, 3, 12, 2, tzinfo=UTC))
    filed(offices.wuhou, offices.he)

    assert count_queries(survey) == few


# ---------------------------------------------------------------- sending


def test_a_sent_slip_bears_the_next_number_of_its_senders_year(offices):
    numbers = [sent(a_slip(offices, month=date(2026, number, 1)), offices.he).called for number in (1, 2)]
    another = SupervisionSlip.prepare(organization=offices.city, sender=offices.province, cause=SlipCause.RETURN,
                                      facts=[], due_on=date(2026, 5, 8), as_of=APRIL_29, month=date(2026, 3, 1))
    sent(another, offices.gu)
    next_year = sent_next_year(offices)

    assert (numbers, another.called) == (["督办〔2026〕1号", "督办〔2026〕2号"], "督办〔2026〕1号")
    assert next_year == "督办〔2027〕1号"


def sent_next_year(offices) -> str:
    slip = a_slip(offices, month=date(2026, 12, 1))
    slip.send(offices.he, datetime(2026, 12, 31, 16, 0, tzinfo=UTC), words="请办", due_on=date(2027, 2, 1))
    return slip.called


def test_only_a_reviewer_or_planner_of_the_office_above_sends(offices):
    slip = a_slip(offices)
    planner = a_person("Ping", Role.PLANNER, offices.city)
    refused = [a_person("Own", Role.REVIEWER, offices.county), a_person("Org", Role.ORGANIZER, offices.city),
               a_person("Boss", Role.LEADER, offices.city), a_person("Adm", Role.ADMINISTRATOR, offices.city)]

    for person in refused:
        with pytest.raises(NotForYou):
            slip.send(person, APRIL_29, words="请办", due_on=date(2026, 5, 8))

    assert [slip.may_be_sent_by(one) for one in (offices.he, offices.gu, planner)] == [True] * 3
    assert slip.state == "prepared"


def test_a_deadline_in_the_past_is_refused_and_a_second_sending_too(offices):
    slip = a_slip(offices)

    with pytest.raises(DayIsOver):
        slip.send(offices.he, APRIL_29, words="请办", due_on=date(2026, 4, 28))
    slip.send(offices.he, APRIL_29, words="请办", due_on=date(2026, 4, 29))
    with pytest.raises(WrongSlipState):
        slip.send(offices.he, APRIL_29, words="再发", due_on=date(2026, 5, 8))

    assert (slip.words, slip.number) == ("请办", 1)


def test_the_letter_goes_to_the_offices_organizers_and_leaders(offices):
    a_person("Lan", Role.LEADER, offices.county)
    a_person("Rui", Role.REVIEWER, offices.county)
    slip = sent(a_slip(offices), offices.he)
    count = letters.tell_of_slip(slip, APRIL_29)
    db.session.commit()

    first = ledger()[0]
    assert (count, [one.address for one in ledger()]) == (2, ["chen@example.org", "lan@example.org"])
    assert words_of(first).subject == "督办：月报没有报，12月31日前办结"
    assert words_of(first).text.splitlines()[2:7] == [
        "“成都市市场监督管理局”发来督办〔2026〕1号。", "请尽快办", "", "- 3月的月报还没有报。", ""]


def test_a_letter_that_waits_does_not_leave_once_the_thing_is_done(offices):
    letters.tell_of_slip(sent(a_slip(offices), offices.he), APRIL_29)
    filed(offices.county, offices.chen, at=APRIL_29)

    sending.deliver(APRIL_29 + timedelta(minutes=1))

    assert (states(), ledger()[0].reason) == ([("chen@example.org", "cancelled")], "督办的事已经办结")


# ---------------------------------------------------------------- closed by the fact


def outcome(slip: SupervisionSlip) -> tuple[str, str]:
    db.session.expire_all()
    return slip.state, slip.closing_fact


def test_filing_the_return_closes_it_in_the_same_transaction(offices):
    slip = sent(a_slip(offices), offices.he)

    filed(offices.wuhou, offices.he, at=APRIL_29)
    others = slip.state
    filed(offices.county, offices.chen, at=APRIL_29)

    assert (others, outcome(slip)) == ("sent", ("closed", "月报已于4月29日报出。"))
    assert db.session.scalars(select(AuditRow.what).where(AuditRow.subject_type == "SupervisionSlip").order_by(
        AuditRow.id)).all() == ["prepared", "sent", "slip_closed"]


def test_entering_figures_closes_it(offices):
    event = an_event(organization=offices.county, starts_at=datetime(2026, 3, 12, 2, tzinfo=UTC))
    slip = sent(a_slip(offices, SlipCause.FIGURES, event=event), offices.he)

    event.record_figures(figures(offices.chen), APRIL_29, confirmed=False)
    db.session.commit()

    assert outcome(slip) == ("closed", "已登记人数：80 人次。")


@pytest.mark.parametrize(("verb", "words"), [
    (lambda event: event.cancel(APRIL_29), "活动已取消。"),
    (lambda event: event.postpone(APRIL_29), "活动已撤回或延期。"),
    (lambda event: event.reschedule(event.span.moved_by(timedelta(days=60)), APRIL_29), "活动已改到5月11日。")])
def test_an_event_that_was_not_held_closes_it_too(offices, verb, words):
    event = an_event(organization=offices.county, starts_at=datetime(2026, 3, 12, 2, tzinfo=UTC))
    slip = sent(a_slip(offices, SlipCause.FIGURES, event=event), offices.he)

    verb(event)
    db.session.commit()

    assert outcome(slip) == ("closed", words)


def test_reaching_the_milestone_closes_it(offices):
    milestone = an_overdue_milestone(offices)
    slip = sent(a_slip(offices, SlipCause.MILESTONE, milestone=milestone), offices.he)

    milestone.reach(date(2026, 4, 28), APRIL_29)
    db.session.commit()

    assert outcome(slip) == ("closed", "节点已于4月28日完成。")


def test_a_milestone_that_was_given_another_day_closes_it(offices):
    milestone = an_overdue_milestone(offices)
    slip = sent(a_slip(offices, SlipCause.MILESTONE, milestone=milestone), offices.he)

    milestone.correct(APRIL_29, due_on=date(2026, 6, 30))
    db.session.commit()

    assert outcome(slip) == ("closed", "节点已改到6月30日。")


def test_announcing_an_event_for_the_task_closes_it_but_a_draft_or_anothers_does_not(offices):
    task = a_task("I2.1")
    slip = sent(a_slip(offices, SlipCause.NOTHING_SCHEDULED, task=task), offices.he)
    in_may = {"starts_at": datetime(2026, 5, 12, 2, tzinfo=UTC), "tasks": [task]}
    draft = an_event("锦江的讲座", organization=offices.county, regions=[offices.county.region], published=False,
                     **in_may)
    an_event("武侯的讲座", organization=offices.wuhou, regions=[offices.wuhou.region], **in_may)
    db.session.commit()
    before = slip.state

    draft.publish(APRIL_29)
    db.session.commit()

    assert (before, outcome(slip)) == ("sent", ("closed", "已安排活动“锦江的讲座”（5月12日）。"))


def test_a_suggestion_whose_fact_comes_before_it_is_sent_just_goes(offices):
    slip = a_slip(offices)

    filed(offices.county, offices.chen, at=APRIL_29)

    assert outcome(slip) == ("dropped", "月报已于4月29日报出。")


def test_the_morning_closes_what_no_change_told_of(offices):
    task = a_task("I2.1")
    task.lead_organization = offices.city
    task.indicators[0].minimum = task.indicators[0].maximum = 30
    held(offices.city, offices.he, tasks=[task])
    look(OCTOBER_8)
    [slip] = slips(SlipCause.BEHIND)
    sent(slip, offices.gu, OCTOBER_8)

    task.indicators[0].minimum = task.indicators[0].maximum = 1
    db.session.commit()
    look(OCTOBER_8 + timedelta(days=1))

    assert outcome(slip) == ("closed", "已经赶上进度，不再是红灯。")


def test_an_office_that_is_closed_owes_nothing(offices):
    slip = sent(SupervisionSlip.prepare(
        organization=offices.pidu, sender=offices.city, cause=SlipCause.RETURN, facts=[], due_on=date(2026, 5, 8),
        as_of=APRIL_29, month=date(2026, 3, 1)), offices.he)

    offices.pidu.close(APRIL_29)
    db.session.commit()
    look(APRIL_29 + timedelta(days=1))

    assert outcome(slip) == ("closed", "单位已关闭。")


def test_a_slip_about_a_task_that_a_person_wants(offices):
    task, plan = a_task("I2.1"), a_plan()

    first = supervising.about_task(offices.county, task, plan, APRIL_29)
    db.session.commit()
    again = supervising.about_task(offices.county, task, plan, APRIL_29)

    assert (first.cause, first.sender_id, again.id) == ("nothing_scheduled", offices.city.id, first.id)
    assert first.facts[0] == f"任务 I2.1 {task.title}：到4月29日已办 0 场，已安排 0 场。"


def test_a_task_that_is_met_and_has_an_event_is_nobodys_business(offices):
    task = a_task("I2.1")
    held(offices.county, offices.chen, tasks=[task])

    with pytest.raises(supervising.NothingToSupervise):
        supervising.about_task(offices.county, task, a_plan(), APRIL_29)
