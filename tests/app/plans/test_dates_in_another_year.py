from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.plans.yearly import DateRule, Days, another_year, same_date
from app.workdays import is_workday

DAYS = st.dates(date(2001, 1, 1), date(2098, 12, 31))
AHEAD = st.integers(1, 5)
RULES = st.sampled_from(DateRule)


@given(DAYS, AHEAD)
def test_the_same_week_keeps_the_weekday_and_stays_near_the_date(day, ahead):
    moved = DateRule.WEEK.of(day, day.year + ahead)

    assert moved.weekday() == day.weekday()
    assert abs((moved - same_date(day, day.year + ahead)).days) <= (3 if 4 <= day.timetuple().tm_yday <= 362 else 6)


@given(DAYS, AHEAD, RULES)
def test_nothing_lands_outside_its_year(day, ahead, rule):
    assert another_year(day, day.year + ahead, rule).year == day.year + ahead


@given(DAYS, AHEAD, RULES)
def test_what_was_on_a_working_day_lands_on_one_and_a_saturday_may_stay_one(day, ahead, rule):
    moved = another_year(day, day.year + ahead, rule)

    assert is_workday(moved) or not is_workday(day)
    assert is_workday(day) or moved == rule.of(day, day.year + ahead)


@given(DAYS, st.integers(0, 364), AHEAD, RULES)
def test_what_lay_in_one_year_lies_in_one_and_is_as_long(first, length, ahead, rule):
    days = Days(first, first + timedelta(days=length))
    assume(days.last.year == first.year)

    moved = days.another_year(first.year + ahead, rule)

    assert (moved.first.year, moved.last.year) == (first.year + ahead, first.year + ahead)
    assert moved.last - moved.first == days.last - days.first


@given(DAYS, st.integers(0, 60), st.integers(0, 60), AHEAD, RULES)
def test_a_part_keeps_its_distance_but_for_working_days_and_the_end_of_the_year(first, length, offset, ahead, rule):
    parent = Days(first, first + timedelta(days=length))
    part = Days(first + timedelta(days=offset), first + timedelta(days=offset))
    assume(parent.last.year == first.year == part.last.year)

    after = parent.another_year(first.year + ahead, rule)
    moved = part.with_parent(parent, after)

    assert moved.first.year == first.year + ahead
    exact = after.first + timedelta(days=offset)
    if exact.year == after.first.year and (is_workday(exact) or not is_workday(part.first)):
        assert moved.first == exact
    assert is_workday(moved.first) or not is_workday(part.first)


@pytest.mark.parametrize(("rule", "day", "moved"), [
    (DateRule.WEEK, date(2026, 3, 18), date(2027, 3, 17)),  # the third Wednesday of March again
    (DateRule.WEEK, date(2026, 1, 1), date(2027, 1, 7)),  # no Thursday lies nearer within the year
    (DateRule.DATE, date(2026, 3, 31), date(2027, 3, 31)),
    (DateRule.DATE, date(2026, 6, 15), date(2027, 6, 15)),
    (DateRule.DATE, date(2026, 3, 20), date(2027, 3, 22)),  # a Saturday: Monday instead
    (DateRule.DATE, date(2028, 2, 29), date(2029, 2, 28)),
    (DateRule.IP_DAY, date(2026, 4, 24), date(2027, 4, 26)),  # two days before is a Saturday
])
def test_a_day_moves_by_its_rule(rule, day, moved):
    assert another_year(day, moved.year, rule) == moved


def test_the_week_around_world_ip_day_stays_around_it():
    week = Days(date(2026, 4, 20), date(2026, 4, 26))

    assert week.another_year(2027, DateRule.IP_DAY) == Days(date(2027, 4, 20), date(2027, 4, 26))
