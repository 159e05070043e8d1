import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest

from app.accounts.models import Role
from app.audit.models import AuditRow
from app.db import db
from app.plans.lineage import pairs
from app.plans.models import Plan
from app.plans.rolling import Choice, roll_over
from app.reports.statements.years import TwoYears
from tests.factories import (
    AS_OF,
    a_city_office,
    a_person,
    a_plan,
    a_region,
    a_task,
    an_event,
    an_office,
    chen,
    figures,
    wang,
)

NEXT = datetime(2027, 3, 1, 1, tzinfo=UTC)


def held(by, days_before_as_of, as_of=AS_OF, attendances=80, **changes):
    event = an_event(starts_at=as_of - timedelta(days=days_before_as_of), **changes)
    event.record_figures(figures(by, attendances), as_of, confirmed=True)
    db.session.flush()
    return event


@pytest.fixture
def years(either_app):
    return _years()


def _years():
    """2026 with three events held, two of them before March; 2027 with one in February."""
    old, by = a_plan(2026), chen()
    task = a_task("I2.1", 2026)
    held(by, 20, tasks=[task])
    held(by, 10, tasks=[task], regions=[a_region("德阳")])
    held(by, 0, as_of=datetime(2026, 6, 1, 1, tzinfo=UTC), tasks=[task], attendances=300)
    new = roll_over(old, Choice(2027, {one.id for one in old.tasks} - {a_task("E1.1", 2026).id}), [], AS_OF)
    new.adopt(AS_OF)
    db.session.flush()
    heir = next(one for one in new.tasks if one.code == "I2.1")
    heir.code = "I9.1"
    held(by, 5, as_of=NEXT, tasks=[heir])
    db.session.commit()
    return new, old


def test_a_task_stands_beside_what_it_came_from_though_its_code_changed(years):
    two = TwoYears(*years, NEXT)

    line = next(one for one in two.lines if one.task.code == "I9.1")

    assert (line.now.done, line.before.done, line.difference, line.standing) == (1, 3, -2, "")
    assert [(one.asked, one.asked_before, one.now.done, one.before.done, one.difference)
            for one in line.numbers] == [("1-2期", "1-2期", 1, 3, -2)]


def test_plans_written_apart_pair_by_what_a_task_is_and_not_by_its_number(app):
    new, old = a_plan(2027), a_plan(2026)
    one, other = a_task("I2.1", 2027), a_task("E1.1", 2027)
    one.title, other.title = other.title, one.title
    db.session.flush()

    found = {pair.now.title: pair.before.title for pair in pairs(new, old, list(new.tasks), list(old.tasks))
             if pair.now in (one, other)}

    assert found == {one.title: one.title, other.title: other.title}


def test_a_task_left_out_is_gone(years):
    assert [one.task.code for one in TwoYears(*years, NEXT).lines if one.standing] == ["E1.1"]


def test_a_year_that_still_runs_is_compared_until_the_same_day(years):
    totals = TwoYears(*years, NEXT).totals

    assert [(one.now, one.then, one.before, one.difference) for one in totals] == [
        (1, 2, 3, -1), (80, 160, 460, -80), (80, 160, 460, -80), (0, 0, 0, 0), (1, 2, 2, -1)]


def test_a_year_that_is_over_is_compared_whole(years):
    totals = TwoYears(*years, datetime(2028, 1, 5, 1, tzinfo=UTC)).totals

    assert [(one.now, one.then, one.before, one.difference) for one in totals][:2] == [
        (1, None, 3, -2), (80, None, 460, -380)]


def test_by_month_what_has_not_begun_is_not_nothing(years):
    assert TwoYears(*years, NEXT).months == (
        [0, 1, 0] + [None] * 9, [0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])


def test_an_entered_result_stands_beside_counted_ones_and_says_so(years):
    new, old = years
    task = a_task("S1.3", 2026)
    task.indicators[0].enter_result(31, "2026年工作总结", AS_OF)
    db.session.flush()

    line = next(one for one in TwoYears(new, old, NEXT).lines if one.task.code == "S1.3")

    assert (line.numbers[0].before.done, line.numbers[0].before.is_entered, line.numbers[0].now.is_entered) == (
        31, True, False)


def test_the_page_and_the_workbook_tell_the_same(app, signed_in):
    _years()
    browser = signed_in(a_person("Sun", Role.LEADER, an_office()))

    page = browser.get("/console/plan/compare?year=2027&with=2026").text
    book = openpyxl.load_workbook(BytesIO(browser.get("/console/plan/compare.xlsx?year=2027&with=2026").data))

    rows = list(book["各项任务"].values)
    assert [row[4:8] for row in rows if row[0] == "I9.1" and row[2] == "活动（场）"] == [(1, None, 3, -2)]
    assert [row[0] for row in rows if row[8] == "不再有"] == ["E1.1"]
    assert re.findall(r'<th scope="row">(I9\.1) .*?<td[^>]*>(1 场 · 80 人次)</td>\s*<td[^>]*>(3 场 · 460 人次)</td>',
                      page, re.DOTALL) == [("I9.1", "1 场 · 80 人次", "3 场 · 460 人次")]


def test_a_year_without_a_plan_is_not_there(app, signed_in):
    _years()
    browser = signed_in(wang())

    assert [browser.get(f"/console/plan/compare?{words}").status_code for words in (
        "year=2027&with=2026", "year=2027&with=2019", "year=x")] == [200, 404, 404]


def test_two_years_are_asked_as_often_for_many_events_as_for_few(app, signed_in, count_queries):
    new, _old = _years()
    by, browser = db.session.get(Plan, new.id), signed_in(wang())
    browser.get("/console/plan/compare?year=2027&with=2026")
    few = count_queries(lambda: browser.get("/console/plan/compare?year=2027&with=2026"))
    task = next(one for one in by.tasks if one.code == "C1.1")
    for number in range(5):
        held(a_person(f"P{number}", Role.ORGANIZER, an_office()), 3, as_of=NEXT, tasks=[task])
    db.session.commit()

    assert count_queries(lambda: browser.get("/console/plan/compare?year=2027&with=2026")) == few


def test_a_year_from_before_the_system_is_not_told_as_a_year_without_events(app):
    two = TwoYears(_years()[0], a_plan(2024), NEXT)

    assert [(one.now, one.then, one.before, one.difference) for one in two.totals][:2] == [
        (1, None, None, None), (80, None, None, None)]
    assert two.months[1] == [None] * 12
    assert {line.before for line in two.lines} == {None}


# ------------------------------------------------------------ earlier years entered


@pytest.fixture
def planner(app, signed_in):
    return signed_in(a_person("Zhao", Role.PLANNER, an_office()))


def opened(browser, year=2024):
    return re.search(r'name="seen" value="(\w+)"', browser.get(f"/console/plan/results?year={year}").text)[1]


def entered(indicator):
    db.session.expire_all()
    return indicator.entered_result, indicator.entered_source


def test_a_planner_enters_how_an_earlier_year_ended_and_the_audit_tells(app, planner):
    task = a_task("S1.3", 2024)
    one = task.indicators[0]

    planner.post("/console/plan/results", data={
        "year": "2024", "seen": opened(planner), f"result-{one.id}": "31", f"source-{one.id}": "2024年工作总结"})

    assert entered(one) == (31, "2024年工作总结")
    row = db.session.scalars(db.select(AuditRow).where(AuditRow.what == "result_entered")).one()
    assert (row.subject_type, row.subject_id, row.organization_id) == ("Task", str(task.id), an_office().id)
    assert "31" in row.after


@pytest.mark.parametrize(("result", "source", "fault"), [
    ("三十", "总结", "结果要填整数；没有就留空。"), ("31", "", "请写来源，例如哪份总结、哪份报表。"),
    ("", "总结", "有来源没有结果。"), ("-3", "总结", "结果要填整数；没有就留空。")])
def test_a_result_without_sense_is_named_and_kept_in_its_box(app, planner, result, source, fault):
    one = a_task("S1.3", 2024).indicators[0]

    answer = planner.post("/console/plan/results", data={
        "year": "2024", "seen": opened(planner), f"result-{one.id}": result, f"source-{one.id}": source})

    assert (answer.status_code, entered(one)) == (422, (None, ""))
    assert fault in answer.text
    assert re.search(rf'name="result-{one.id}"[^>]*value="{result}"', answer.text)


def test_results_entered_meanwhile_are_not_overwritten_unseen(app, planner):
    one = a_task("S1.3", 2024).indicators[0]
    seen = opened(planner)
    one.enter_result(29, "台账", AS_OF)
    db.session.commit()

    answer = planner.post("/console/plan/results", data={
        "year": "2024", "seen": seen, f"result-{one.id}": "31", f"source-{one.id}": "总结"})

    assert (answer.status_code, entered(one)) == (409, (29, "台账"))


def test_what_is_counted_takes_no_entered_result(app, planner):
    task = a_task("I2.1", 2024)
    one = task.indicators[0]
    event = an_event(starts_at=datetime(2024, 5, 6, 6, tzinfo=UTC), tasks=[task], as_of=datetime(
        2024, 5, 1, tzinfo=UTC))
    event.record_figures(figures(chen()), AS_OF, confirmed=True)
    db.session.commit()

    planner.post("/console/plan/results", data={
        "year": "2024", "seen": opened(planner), f"result-{one.id}": "9", f"source-{one.id}": "总结"})

    assert entered(one) == (None, "")


def test_this_years_results_are_counted_and_not_typed(app, planner):
    a_plan(date.today().year)

    assert planner.get(f"/console/plan/results?year={date.today().year}").status_code == 404


def test_a_citys_planner_enters_nothing_into_the_provinces_plan(app, signed_in):
    one = a_task("S1.3", 2024).indicators[0]
    browser = signed_in(a_person("Qian", Role.PLANNER, a_city_office()))

    answer = browser.post("/console/plan/results", data={"year": "2024", f"result-{one.id}": "31",
                                                         f"source-{one.id}": "总结"})

    assert (answer.status_code, entered(one)) == (404, (None, ""))
