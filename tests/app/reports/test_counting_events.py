from datetime import date, timedelta
from fractions import Fraction

import pytest

from app.db import db
from app.events.words import EventKind
from app.reports.counting.rows import rows_behind
from app.reports.counting.tally import tally
from tests.app.reports.asking import a_register, an_entry, asked, held
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_plan, a_region, a_task, an_event, an_office, chen, figures


def count_of(indicator, **scope):
    return tally(a_plan(), AS_OF, **scope).of(indicator)


def test_what_is_held_and_confirmed_counts_and_the_rest_is_on_its_way(either_app):
    task, by = a_task(), chen()
    held(by, tasks=[task])
    held(by, tasks=[task], confirmed=False)
    an_event(tasks=[task])
    an_event(tasks=[task]).postpone(AS_OF)
    an_event(tasks=[task]).cancel(AS_OF)
    an_event(tasks=[task], published=False)

    counted = tally(a_plan(), AS_OF)

    assert (counted.of(task.indicators[0]).done, counted.of(task.indicators[0]).scheduled) == (1, 2)
    assert (counted.task(task.id).unconfirmed, counted.task(task.id).coming) == (1, 2)


def test_a_joint_event_is_one_in_all_and_a_part_in_each_of_its_cities(either_app):
    task, by = a_task(), chen()
    held(by, tasks=[task], regions=[a_region("成都"), a_region("德阳")])
    shared = held(by, tasks=[task], regions=[a_region("成都"), a_region("德阳")])
    shared.in_regions[0].share, shared.in_regions[1].share = 700, 300
    db.session.flush()

    count = count_of(task.indicators[0])

    assert count.done == 2
    assert count.at_cities == {"510100": Fraction(12, 10), "510600": Fraction(8, 10)}
    assert count.by_month == {date(2026, 2, 1): 2}


def test_an_event_for_the_whole_province_counts_and_covers_no_city(either_app):
    indicator = asked(per="city")
    held(chen(), tasks=[indicator.task], regions=[a_region("四川")])

    count = count_of(indicator)

    assert (count.amount, count.done, count.at_cities) == (1, 0, {})


def test_every_city_is_asked_and_those_that_have_nothing_are_named(either_app):
    indicator, by = asked(per="city", minimum=2), chen()
    for place in ("锦江区", "武侯区", "绵阳"):
        held(by, tasks=[indicator.task], regions=[a_region(place)])

    count = count_of(indicator)

    assert (count.amount, count.done, len(count.places), len(count.missing)) == (3, 1, 21, 20)
    assert "成都市" not in [place.name for place in count.missing]
    assert count.target.describe() == "达到21个市（州）即达标"


def test_every_office_directly_below_is_asked_with_all_under_it(either_app):
    indicator, by = asked(per="unit"), chen()
    county = an_office("锦江区市场监督管理局", "锦江区", parent=a_city_office())
    a_city_office("绵阳")
    held(by, tasks=[indicator.task], organization=county)

    count = count_of(indicator)

    assert (count.done, [place.name for place in count.missing]) == (1, ["绵阳市市场监督管理局"])


def test_every_quarter_is_asked(either_app):
    indicator, by = asked(period="quarter"), chen()
    for days in (2, 20, 400):
        held(by, tasks=[indicator.task], days=days)

    count = count_of(indicator)

    assert (count.amount, count.done, [place.name for place in count.missing]) == (
        2, 1, ["第2季度", "第3季度", "第4季度"])


@pytest.mark.parametrize("period, counts", [("year", (1, 1)), ("cumulative", (2, 1))])
def test_an_event_of_another_year_counts_only_for_a_number_that_grows_over_years(either_app, period, counts):
    indicator, by = asked(period=period), chen()
    for days in (2, 400):
        held(by, tasks=[indicator.task], days=days)
    an_event(tasks=[indicator.task], starts_at=AS_OF + timedelta(days=400))

    counted = tally(a_plan(), AS_OF)
    count = counted.of(indicator)

    assert (count.done, counted.whole.done) == counts
    assert (count.scheduled, counted.whole.coming) == (0, 0)
    assert sum(row.amount for row in rows_behind(indicator, counted)) == count.done
    assert sum(counted.events_by_month.values()) == 1


@pytest.mark.parametrize("period, firsts", [("year", {date(2026, 2, 1)}), ("cumulative", {date(2025, 12, 1)})])
def test_a_school_of_two_years_counts_in_this_one_by_what_is_held_there_in_it(either_app, period, firsts):
    register, by = a_register(), chen()
    indicator = asked("hosts", register=register, period=period)
    school = an_entry(register)
    for days in (5, 400):
        held(by, tasks=[indicator.task], days=days).hosts.append(school)
    db.session.flush()

    assert (count_of(indicator).done, set(count_of(indicator).by_month)) == (1, firsts)


def test_hours_are_the_events_own_else_those_of_its_sessions_that_were_held(either_app):
    indicator, by = asked("hours"), chen()
    held(by, tasks=[indicator.task], credit_hours=35)
    training = an_event("培训班", kind=EventKind.TRAINING, starts_at=AS_OF - timedelta(days=9),
                        tasks=[indicator.task])
    for days, hours in ((-9, 40), (-8, 35), (30, 99)):
        training.add_part(an_event("半天", kind=EventKind.TRAINING, starts_at=AS_OF + timedelta(days=days),
                                   published=False, credit_hours=hours), AS_OF)
    db.session.flush()
    before = count_of(indicator)
    training.record_figures(figures(by), AS_OF, confirmed=True)
    db.session.flush()

    assert (before.done, before.scheduled) == (Fraction(35, 10), Fraction(174, 10))
    assert count_of(indicator).done == 11


def test_people_and_attendances_never_mix_and_one_number_does_where_only_one_was_given(either_app):
    by, task = chen(), a_task()
    held(by, tasks=[task], attendances=80, people=30)
    held(by, tasks=[task], attendances=50)

    brought = tally(a_plan(), AS_OF).task(task.id)

    assert (brought.attendances, brought.people) == (130, 80)


def test_a_school_counts_once_however_often_something_is_held_there(either_app):
    register, by = a_register(), chen()
    indicator = asked("hosts", register=register)
    school, other = an_entry(register), an_entry(register, "第二中学", region="绵阳")
    for days in (5, 3):
        held(by, tasks=[indicator.task], days=days).hosts.append(school)
    an_event(tasks=[indicator.task]).hosts.extend([school, other, an_entry(a_register("基地"), "基地甲")])
    db.session.flush()

    count = count_of(indicator)

    assert (count.done, count.scheduled, count.by_region) == (1, 1, {"510100": 1})


def test_an_event_of_two_tasks_is_one_in_the_plan_and_one_in_each_task(either_app):
    first, second = a_task("E1.1"), a_task()
    held(chen(), tasks=[first, second])

    counted = tally(a_plan(), AS_OF)

    assert (counted.task(first.id).done, counted.task(second.id).done, counted.whole.done) == (1, 1, 1)
    assert counted.whole.attendances == 80


def test_an_office_counts_its_own_and_what_lies_below(either_app):
    task, by, city = a_task(), chen(), a_city_office()
    for office in (an_office(), city, an_office("锦江区市场监督管理局", "锦江区", parent=city)):
        held(by, tasks=[task], organization=office)

    assert [count_of(task.indicators[0], within=office).done for office in (None, an_office(), city)] == [3, 3, 2]


def test_a_time_takes_what_begins_in_it_by_the_offices_clocks(either_app):
    task, by = a_task(), chen()
    for hours in (-41.1, -40.9):  # 28 February, before and after midnight in Chengdu: AS_OF is 2 March, 09:00
        held(by, tasks=[task], starts_at=AS_OF + timedelta(hours=hours + 8))

    days = [date(2026, 2, 28), date(2026, 3, 1)]

    assert [count_of(task.indicators[0], since=day, until=day).done for day in days] == [1, 1]


def test_a_stage_or_session_counts_for_nothing_of_its_own(either_app):
    task = a_task()
    contest = an_event("竞赛", kind=EventKind.COMPETITION, starts_at=AS_OF - timedelta(days=9), tasks=[task])
    contest.add_part(an_event("初赛", kind=EventKind.COMPETITION, starts_at=AS_OF - timedelta(days=8), tasks=[task],
                              published=False), AS_OF)
    db.session.flush()

    assert tally(a_plan(), AS_OF).task(task.id).coming == 1
