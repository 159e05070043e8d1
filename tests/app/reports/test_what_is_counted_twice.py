from datetime import date, timedelta

import pytest

from app.accounts.models import Role
from app.db import db
from app.events.words import EventKind
from app.reports.counting.doubles import doubles
from tests.app.reports.asking import a_figure, a_register, an_entry, asked, held
from tests.conftest import AS_OF
from tests.factories import a_person, a_plan, a_task, an_event, an_office, chen


def found():
    return {group.key: [[thing.title for thing in finding] for finding in group.findings]
            for group in doubles(a_plan())}


def test_a_plan_without_doubles_says_so_for_each_sort(either_app):
    held(chen(), tasks=[a_task()])

    assert found() == {"tasks": [], "parts": [], "same": [], "year": [], "entries": [], "sources": [], "outside": []}


def test_an_event_of_two_tasks_is_named_with_both(either_app):
    an_event("两项任务的讲座", tasks=[a_task("E1.1"), a_task()])

    assert found()["tasks"] == [["两项任务的讲座"]]
    assert "E1.1、I2.1" in doubles(a_plan())[0].findings[0][0].note


def test_a_whole_and_those_of_its_parts_that_are_linked_stand_together(either_app):
    task = a_task()
    week = an_event("宣传周", kind=EventKind.CAMPAIGN, tasks=[task])
    for title, tasks in (("主会场", [task]), ("没有任务的", [])):
        week.add_part(an_event(title, tasks=tasks), AS_OF)
    alone = an_event("没有任务的系列")
    alone.add_part(an_event("第一期", tasks=[task]), AS_OF)
    db.session.flush()

    assert found()["parts"] == [["宣传周", "主会场"]]


def test_one_title_day_and_place_twice_is_told_and_another_place_is_not(either_app):
    task = a_task()
    for location in ("一号会议室", "一号 会议室", "二号会议室"):
        an_event("商标讲座", tasks=[task], location=location)
    an_event("商标讲座", tasks=[task], location="一号会议室").cancel(AS_OF)
    db.session.flush()

    assert found()["same"] == [["商标讲座", "商标讲座"]]


def test_an_event_of_another_year_is_named(either_app):
    for title, days in (("去年的", -300), ("今年的", 2), ("明年的", 320)):
        an_event(title, tasks=[a_task()], starts_at=AS_OF + timedelta(days=days))

    assert found()["year"] == [["去年的"], ["明年的"]]


def test_one_name_in_two_registers_is_told_of_what_counts(either_app):
    schools, bases, people = a_register(), a_register("基地"), a_register("师资", is_personal=True)
    for register in (schools, bases):
        an_entry(register, "石室中学")
        an_entry(register, "树德中学", standing="applied" if register is bases else "approved")
    for region in ("成都", "绵阳"):
        an_entry(people, "王明", region=region)

    assert sorted(found()["entries"]) == [["王*", "王*"], ["石室中学", "石室中学"]]


def test_outside_figures_of_two_sources_and_beside_events_are_told(either_app):
    indicator = asked("outside")
    a_figure(indicator, 1, 100)
    one_source = found()
    a_figure(indicator, 2, 100, source="另一平台")
    held(chen(), tasks=[indicator.task])

    assert (one_source["sources"], one_source["outside"]) == ([], [])
    assert (found()["sources"], found()["outside"]) == ([["I2.1 至少1"]], [["I2.1 至少1"]])


@pytest.mark.parametrize("times", [1, 4])
def test_the_page_links_to_each_of_them_and_asks_as_often(app, signed_in, count_queries, times):
    task, register = a_task(), a_register()
    for number in range(times):
        an_event("一次", tasks=[a_task("E1.1"), task])
        an_entry(register, f"第{number}中学")
        an_entry(register, f"第{number}中学", region="绵阳")
    a_figure(asked("outside", code="N2.4"), 1, 5)
    browser = signed_in(a_person("Leader", Role.LEADER, an_office()))
    address = f"/console/plan/double?year={date(2026, 1, 1).year}"
    page = browser.get(address).text

    assert page.count('href="/console/events/') == times + (times if times > 1 else 0)
    assert page.count('href="/console/plan/registers/entries/') == 2 * times
    assert count_queries(lambda: browser.get(address)) == 14
