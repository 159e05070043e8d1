"""County to city to province: approved returns added up, every event once, on both databases."""

import csv
import io

import pytest

from app import exporting
from app.db import db
from app.reports.returns.total import add_up, sheet
from tests.app.reports.filing import APRIL_2, MARCH, Offices, approved, filed, held
from tests.factories import a_task, figures


@pytest.fixture
def offices(either_app) -> Offices:
    return Offices()


def lines(total):
    return [(row.office.region.short_name, row.heads.events, row.heads.attendances, f"{row.filed}/{row.asked}")
            for row in total.rows]


def whole(total):
    return total.whole.events, total.whole.attendances


def test_a_city_adds_its_own_to_what_it_approved_and_says_who_is_not_in(offices):
    held(offices.city, offices.he, "市局", attendances=100)
    held(offices.county, offices.chen, "锦江", attendances=80)
    held(offices.wuhou, offices.he, "武侯", attendances=60)
    filed(offices.city, offices.he)
    approved(offices.county, offices.chen, offices.he)
    filed(offices.wuhou, offices.he)

    total = add_up(offices.city, MARCH, APRIL_2)

    assert lines(total) == [("成都", 1, 100, "1/1"), ("锦江区", 1, 80, "1/1"), ("武侯区", 0, 0, "0/1"),
                            ("郫都区", 0, 0, "0/1")]
    assert (whole(total), total.own_is_draft) == ((2, 180), False)
    assert [(one.office.region.short_name, one.state.value) for one in total.missing] == [
        ("武侯区", "submitted"), ("郫都区", "draft")]


def test_the_province_sees_one_line_a_city_with_its_counties_in_it(offices):
    held(offices.city, offices.he, "市局", attendances=100)
    held(offices.county, offices.chen, "锦江", attendances=80)
    held(offices.province, offices.gu, "省局", attendances=10)
    approved(offices.city, offices.he, offices.gu)
    approved(offices.county, offices.chen, offices.he)

    total = add_up(offices.province, MARCH, APRIL_2)

    assert lines(total) == [("四川", 1, 10, "0/1"), ("成都", 2, 180, "2/4")]
    assert (whole(total), total.own_is_draft) == ((3, 190), True)


def test_a_joint_event_counts_once_whoever_tells_of_it(offices):
    both = [offices.county.region, offices.wuhou.region]
    held(offices.county, offices.chen, "两区合办", attendances=80, regions=both)
    approved(offices.county, offices.chen, offices.he)
    approved(offices.wuhou, offices.he, offices.he)

    total = add_up(offices.city, MARCH, APRIL_2)

    assert lines(total)[1:3] == [("锦江区", 1, 80, "1/1"), ("武侯区", 0, 0, "1/1")]
    assert (whole(total), total.partners, total.twice.events) == ((1, 80), [], 0)


def test_a_joint_event_whose_holder_is_not_in_is_told_by_its_partner(offices):
    both = [offices.county.region, offices.wuhou.region, offices.pidu.region]
    held(offices.county, offices.chen, "三区合办", attendances=80, regions=both)
    approved(offices.wuhou, offices.he, offices.he)
    approved(offices.pidu, offices.he, offices.he)

    total = add_up(offices.city, MARCH, APRIL_2)

    assert ([one.title for one in total.partners], whole(total)) == (["三区合办"], (1, 80))


def test_an_event_that_two_offices_filed_is_taken_off_again(offices):
    event = held(offices.county, offices.chen, attendances=80)
    approved(offices.county, offices.chen, offices.he)
    event.organization = offices.wuhou  # handed over after the one had filed and before the other did
    db.session.commit()
    approved(offices.wuhou, offices.he, offices.he)

    total = add_up(offices.city, MARCH, APRIL_2)

    assert [row.heads.events for row in total.rows] == [0, 1, 1, 0]
    assert (total.twice.events, total.twice.attendances, whole(total)) == (1, 80, (1, 80))


def test_the_lines_less_what_is_told_twice_are_the_sum(offices):
    both = [offices.county.region, offices.wuhou.region]
    held(offices.county, offices.chen, regions=both)
    held(offices.wuhou, offices.he, day=11, attendances=7, people=5)
    for office in (offices.wuhou, offices.city):
        approved(office, offices.he, offices.gu)

    total = add_up(offices.province, MARCH, APRIL_2)

    for name in ("events", "attendances", "people", "materials"):
        assert sum(getattr(row.heads, name) for row in total.rows) - getattr(total.twice, name) + getattr(
            total.partners_heads, name) == getattr(total.whole, name)
    assert total.whole.people == 85


def test_an_event_under_two_tasks_stands_under_both_and_once_in_the_sum(offices):
    held(offices.county, offices.chen, tasks=[a_task("I2.1"), a_task("E1.2")])
    approved(offices.county, offices.chen, offices.he)

    total = add_up(offices.city, MARCH, APRIL_2)

    assert [(task.code, heads.events) for task, heads in total.by_task] == [("E1.2", 1), ("I2.1", 1)]
    assert total.whole.events == 1


def test_what_was_corrected_after_filing_stands_beside_the_sum(offices):
    event = held(offices.county, offices.chen, "锦江", attendances=80)
    approved(offices.county, offices.chen, offices.he)
    event.record_figures(figures(offices.chen, 95), APRIL_2, confirmed=True)
    held(offices.county, offices.chen, "补登", day=12, attendances=5)
    held(offices.wuhou, offices.he, "没有报的", day=12)

    total = add_up(offices.city, MARCH, APRIL_2)

    assert whole(total) == (1, 80)
    assert [(one.title, one.before and one.before.attendances, one.after and one.after.attendances)
            for one in total.corrections] == [("锦江", 80, 95), ("补登", None, 5)]


def test_a_closed_offices_return_still_counts(offices):
    held(offices.pidu, offices.he, attendances=30)
    approved(offices.pidu, offices.he, offices.he)
    offices.pidu.close(APRIL_2)
    db.session.commit()

    total = add_up(offices.city, MARCH, APRIL_2)

    assert lines(total)[-1] == ("郫都区", 1, 30, "1/0")
    assert whole(total) == (1, 30)


def test_the_sheet_holds_the_same_numbers(offices):
    held(offices.county, offices.chen, tasks=[a_task("I2.1")])
    approved(offices.county, offices.chen, offices.he)

    written = exporting.csv_of(sheet(add_up(offices.city, MARCH, APRIL_2))).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(written)))

    assert rows == [
        ["成都市市场监督管理局 2026-03月报汇总"], ["单位", "场", "人次", "人数", "资料（份）", "应报", "已计入"],
        ["成都市市场监督管理局（本级）", "0", "0", "0", "0", "1", "0"],
        ["锦江区市场监督管理局", "1", "80", "80", "0", "1", "1"],
        ["武侯区市场监督管理局", "0", "0", "0", "0", "1", "0"],
        ["郫都区市场监督管理局", "0", "0", "0", "0", "1", "0"],
        ["合计", "1", "80", "80", "0", "4", "1"], [], ["任务", "场", "人次", "人数", "资料（份）"],
        [f"I2.1 {a_task('I2.1').title}", "1", "80", "80", "0"]]
