"""A report's lights are the board's while its period runs; of one that is over they are those of its last day."""

from datetime import UTC, date, datetime

import pytest

from app.accounts.models import Person
from app.db import db
from app.plans.milestones import Milestone, Step
from app.plans.registers import Register, RegisterEntry
from app.plans.standing import Course
from app.reports.board import Board
from app.reports.statements.period import Period, PeriodKind
from app.reports.statements.statement import statement_of
from tests.factories import a_city_office, a_plan, a_region, a_task, an_event, an_office, chen, figures

TODAY = datetime(2026, 11, 26, 4, tzinfo=UTC)
OCTOBER = Period(2026, PeriodKind.MONTH, 10)


def told(code, period, office=None):
    statement = statement_of(a_plan(), office or an_office(), period, TODAY)
    return next(task for task in statement["tasks"] if task["code"] == code)


def an_entry(register, name, **days):
    return RegisterEntry.entered(register, an_office(), a_region("成都"), name, TODAY, course=Course(**days))


def counted_by_register(code, name="基地"):
    register, indicator = Register.founded(an_office(), TODAY, name=name), a_task(code).indicators[0]
    indicator.measure, indicator.register = "register", register
    db.session.flush()
    return register


def held_on(day, published_on=None, *, code="I2.1", confirmed=True):
    event = an_event(tasks=[a_task(code)], starts_at=datetime(2026, *day, 2, tzinfo=UTC))
    event.published_at = datetime(2026, *(published_on or day), 1, tzinfo=UTC)
    by = db.session.query(Person).filter_by(name="Chen").one_or_none() or chen()
    event.record_figures(figures(by, 50), TODAY, confirmed=confirmed)
    db.session.flush()
    return event


def coming_on(day, published_on, code="I2.1"):
    event = an_event(tasks=[a_task(code)], starts_at=datetime(2026, *day, 2, tzinfo=UTC))
    event.published_at = datetime(2026, *published_on, 1, tzinfo=UTC)
    db.session.flush()
    return event


@pytest.mark.parametrize("period", ["2026", "2026-11", "2026-12", "2026-Q4"])
def test_while_a_period_runs_its_lights_are_the_boards(app, period):
    bases = counted_by_register("S2.3")
    an_entry(bases, "已批复", applied_on=date(2026, 1, 5), approved_on=date(2026, 2, 2))
    an_entry(bases, "在途", applied_on=date(2026, 9, 1))
    coming_on((12, 10), (11, 1))
    held_on((11, 5))
    held_on((11, 6), confirmed=False)
    Milestone.planned(a_task("E3.1"), an_office(), TODAY, step=Step.REVIEW, due_on=date(2026, 11, 15))
    city = a_city_office()
    db.session.commit()

    for office in (an_office(), city):
        board = {one.indicator.id: (one.light, one.outlook.scheduled, one.outlook.reason)
                 for one in Board.of(a_plan(), office, TODAY).lines if one.indicator}
        statement = statement_of(a_plan(), office, Period.read(period), TODAY)
        report = {one["id"]: (one["light"], int(one["scheduled"]), one["reason"])
                  for task in statement["tasks"] for one in task["indicators"]}
        assert report == board


def test_what_is_under_way_in_a_register_is_scheduled_in_the_years_report(app):
    an_entry(counted_by_register("S2.3"), "在途", applied_on=date(2026, 9, 1))

    assert told("S2.3", Period.read("2026"))["indicators"][0]["scheduled"] == "1"


def test_a_month_that_is_over_counts_what_was_to_come_on_its_last_day(app):
    held_on((10, 8))
    held_on((11, 5), (10, 20))                        # held since: was to come
    coming_on((12, 10), (10, 31))
    coming_on((12, 11), (11, 2))                      # public only later
    coming_on((12, 12), (10, 3)).cancel(TODAY, "停办")  # cancelled only later

    found = told("I2.1", OCTOBER)["indicators"][0]

    assert (found["done"], found["scheduled"]) == ("1", "3")


def test_a_register_is_seen_as_it_stood_when_the_month_ended(app):
    register = counted_by_register("S2.3")
    an_entry(register, "先批复", applied_on=date(2026, 3, 1), approved_on=date(2026, 10, 31))
    an_entry(register, "后批复", applied_on=date(2026, 9, 1), approved_on=date(2026, 11, 3))
    an_entry(register, "后申报", applied_on=date(2026, 11, 1))

    found = told("S2.3", OCTOBER)["indicators"][0]

    assert (found["done"], found["scheduled"]) == ("1", "1")


def test_what_was_due_after_a_month_does_not_stand_in_its_report_as_late(app):
    step = Milestone.planned(a_task("E3.1"), an_office(), TODAY, step=Step.REVIEW, due_on=date(2026, 11, 15))
    reached = Milestone.planned(a_task("E3.1"), an_office(), TODAY, step=Step.APPLICATION, due_on=date(2026, 10, 10))
    reached.reach(date(2026, 11, 20), TODAY)
    db.session.flush()

    october, november = told("E3.1", OCTOBER), told("E3.1", Period.read("2026-11"))

    assert october["reason"] == f"节点“{reached.title}”该在 10月10日 完成，已过 21 天。"
    assert november["reason"] == f"节点“{step.title}”该在 11月15日 完成，已过 11 天。"
    assert [one["reached_on"] for one in october["milestones"]] == ["", ""]


def test_the_pace_of_a_month_that_is_over_is_told_by_its_day(app):
    indicator = a_task("I2.1").indicators[0]
    indicator.is_confirmed, indicator.task.due_on = True, date(2026, 12, 31)
    coming_on((12, 10), (10, 3))

    assert ["到10月31日按进度该有" in told("I2.1", period)["indicators"][0]["reason"]
            for period in (OCTOBER, Period.read("2026"))] == [True, False]


def test_what_was_held_and_not_confirmed_is_told_apart_from_what_is_to_come(app):
    held_on((11, 5), confirmed=False)
    coming_on((12, 10), (11, 1))

    assert "已安排 2" in (reason := told("I2.1", Period.read("2026"))["indicators"][0]["reason"])
    assert "（其中 1 场已办未确认）" in reason
