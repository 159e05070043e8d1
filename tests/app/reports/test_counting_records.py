from datetime import date

from app.db import db
from app.reports.counting.tally import tally
from tests.app.reports.asking import a_figure, a_milestone, a_register, an_entry, asked, held
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_plan, chen


def count_of(indicator, **scope):
    return tally(a_plan(), AS_OF, **scope).of(indicator)


def test_a_register_counts_what_was_approved_in_the_plans_year(either_app):
    register = a_register()
    indicator = asked("register", register=register)
    for name, standing, day in (("甲", "approved", date(2026, 1, 1)), ("乙", "plaque", date(2026, 12, 31)),
                                ("丙", "approved", date(2025, 12, 31)), ("丁", "approved", date(2027, 1, 1)),
                                ("戊", "withdrawn", date(2026, 3, 1)), ("己", "announced", None)):
        an_entry(register, name, standing=standing, approved_on=day)
    an_entry(a_register("基地"))

    assert (count_of(indicator).done, count_of(indicator).scheduled) == (2, 1)


def test_a_number_that_grows_over_years_counts_all_until_the_plans_year_ends(either_app):
    register = a_register()
    indicator = asked("register", register=register, period="cumulative")
    for number, day in enumerate((date(2019, 5, 1), date(2026, 1, 1), date(2027, 1, 1))):
        an_entry(register, f"学校{number}", approved_on=day)

    assert count_of(indicator).done == 2


def test_milestones_count_when_reached_and_only_for_the_indicator_they_point_to(either_app):
    indicator = asked("milestones")
    a_milestone(indicator, reached_on=date(2026, 2, 1))
    a_milestone(indicator, due_on=date(2026, 9, 1))
    a_milestone(indicator, reached_on=date(2026, 2, 1)).indicator = None
    db.session.flush()

    assert (count_of(indicator).done, count_of(indicator).scheduled) == (1, 1)


def test_a_running_total_replaces_the_one_before_and_sources_add_up(either_app):
    indicator = asked("outside")
    for month, amount in ((1, 100_000), (2, 180_000), (3, 170_000)):
        a_figure(indicator, month, amount)
    a_figure(indicator, 2, 5_000, source="另一平台")

    count = count_of(indicator)

    assert count.done == 175_000
    assert count.by_month == {date(2026, 1, 1): 100_000, date(2026, 2, 1): 85_000, date(2026, 3, 1): -10_000}


def test_single_months_are_summed_and_a_later_total_takes_their_place(either_app):
    indicator = asked("outside")
    for month in (1, 2):
        a_figure(indicator, month, 100, is_running_total=False)
    summed = count_of(indicator).done
    a_figure(indicator, 3, 450)
    a_figure(indicator, 4, 60, is_running_total=False)

    assert (summed, count_of(indicator).done) == (200, 510)


def test_what_a_platform_tells_of_the_province_is_no_citys(either_app):
    indicator = asked("outside")
    a_figure(indicator, 1, 100)

    assert [count_of(indicator, within=office).done for office in (None, a_city_office())] == [100, 0]


def test_an_earlier_year_shows_what_was_entered_until_something_is_counted(either_app):
    indicator = asked(entered_result=7, entered_source="2025年总结")
    entered = count_of(indicator)
    held(chen(), tasks=[indicator.task])

    assert (entered.done, entered.is_entered) == (7, True)
    assert (count_of(indicator).done, count_of(indicator).is_entered) == (1, False)
