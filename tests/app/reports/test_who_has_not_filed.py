from datetime import UTC, date, datetime, timedelta

import pytest

from app.accounts.settings import OfficeSettings
from app.db import db
from app.plans.models import Plan
from app.reports.returns.deadlines import Stage, due_days, stage_on
from app.reports.returns.month import Month
from app.reports.returns.outstanding import by_level, filings
from app.reports.returns.scope import Branch
from tests.app.reports.filing import APRIL_2, MARCH, Offices, approved, filed
from tests.factories import an_office

APRIL_28 = datetime(2026, 4, 28, 15, 59, tzinfo=UTC)  # 23:59 in Chengdu
APRIL_29 = datetime(2026, 4, 28, 16, 0, tzinfo=UTC)


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


def states(office, as_of, month=MARCH):
    return [(one.office.region.short_name, one.state.value, one.is_late)
            for one in filings(Branch.of(office), month, as_of)]


def test_a_return_is_due_on_the_28th_of_the_next_month_and_late_the_day_after(offices):
    filed(offices.wuhou, offices.he)
    approved(offices.pidu, offices.he, offices.he)

    on_the_day, after = states(offices.city, APRIL_28), states(offices.city, APRIL_29)

    assert on_the_day == [("成都", "draft", False), ("锦江区", "draft", False), ("武侯区", "submitted", False),
                          ("郫都区", "approved", False)]
    assert after == [("成都", "draft", True), ("锦江区", "draft", True), ("武侯区", "submitted", False),
                     ("郫都区", "approved", False)]


def test_an_office_sets_its_own_day_and_those_below_have_it_too(offices):
    OfficeSettings.of(offices.city).change(APRIL_2, return_day=5)
    OfficeSettings.of(offices.wuhou).change(APRIL_2, return_day=3)
    db.session.flush()

    found = due_days([offices.province, offices.city, offices.county, offices.wuhou], MARCH)

    assert list(found.values()) == [date(2026, 4, 28), date(2026, 4, 5), date(2026, 4, 5), date(2026, 4, 3)]


def test_a_returned_one_has_two_working_days_to_be_put_right(offices):
    found = filed(offices.county, offices.chen)
    found.send_back(offices.he, APRIL_29, "人次对不上")  # Wednesday
    db.session.commit()

    late = [[one.is_late for one in filings(Branch.of(offices.county), MARCH, APRIL_29 + timedelta(days=days))]
            for days in (7, 8)]  # 1 to 5 May are off

    assert late == [[False], [True]]


def test_one_that_came_after_its_day_says_so(offices):
    filed(offices.county, offices.chen, at=APRIL_29)
    filed(offices.wuhou, offices.chen, at=APRIL_28)

    assert [(one.office.region.short_name, one.came_late) for one in filings(Branch.of(offices.city), MARCH, APRIL_29)
            if one.is_in] == [("锦江区", True), ("武侯区", False)]


def test_nobody_is_asked_for_a_month_before_there_was_a_plan(offices):
    assert states(offices.city, APRIL_29, Month.named("2026-02")) == []
    for plan in db.session.query(Plan):
        plan.adopted_at = None
    assert states(offices.city, APRIL_29) == []


def test_an_office_founded_since_and_a_closed_one_are_not_asked(offices):
    offices.pidu.close(APRIL_2)
    late_born = an_office("双流区市场监督管理局", "双流区", parent=offices.city)
    late_born.since = datetime(2026, 4, 1, tzinfo=UTC)
    db.session.commit()

    assert [word for word, *_rest in states(offices.city, APRIL_29)] == ["成都", "锦江区", "武侯区"]


def test_the_list_is_by_level_with_departments_apart(offices):
    an_office("省教育厅", "四川", parent=offices.province, kind="department")

    found = by_level(filings(Branch.of(offices.province), MARCH, APRIL_2))

    assert [(word, [one.office.name for one in those]) for word, those in found] == [
        ("省级", ["省知识产权促进中心"]), ("省级部门", ["省教育厅"]), ("市州", ["成都市市场监督管理局"]),
        ("区县", ["锦江区市场监督管理局", "武侯区市场监督管理局", "郫都区市场监督管理局"])]


def test_an_office_in_which_nobody_files_is_marked(offices):
    assert [(one.office.region.short_name, one.has_organizer) for one in filings(
        Branch.of(offices.city), MARCH, APRIL_2)][:2] == [("成都", False), ("锦江区", True)]


def test_the_list_takes_the_same_number_of_queries_for_one_office_and_many(offices, count_queries):
    filed(offices.county, offices.chen)
    few = count_queries(lambda: states(offices.county, APRIL_29))
    filed(offices.wuhou, offices.he)
    filed(offices.city, offices.he)

    assert count_queries(lambda: states(offices.city, APRIL_29)) == few


@pytest.mark.parametrize(("day", "stage"), [
    (date(2026, 4, 22), None), (date(2026, 4, 23), Stage.DUE), (date(2026, 4, 28), Stage.DUE),
    (date(2026, 4, 29), Stage.LATE), (date(2026, 5, 5), Stage.LATE), (date(2026, 5, 6), None)])
def test_three_working_days_before_and_from_the_first_after(day, stage):
    assert stage_on(day, date(2026, 4, 28)) == stage


def test_weekends_are_no_working_days():
    due = date(2026, 3, 28)  # a Saturday

    days = [day for number in range(20, 32) if stage_on(day := date(2026, 3, number), due)]

    assert (days[0], stage_on(date(2026, 3, 29), due), stage_on(date(2026, 3, 30), due)) == (
        date(2026, 3, 25), None, Stage.LATE)
