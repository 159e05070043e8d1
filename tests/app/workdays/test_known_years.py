"""The State Council's days, held day by day against another package's."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from app.workdays import is_provisional, is_workday, workday_before
from app.workdays.calendar import COUNTRY, Entered, WorkingCalendar


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_every_day_is_as_the_notice_of_its_year_says(year):
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365 + (year % 4 == 0))]

    wrong = [day for day in days if is_workday(day) != chinese_calendar.is_workday(day)]

    assert wrong == []
    assert not is_provisional(year)


def test_a_year_without_a_notice_has_its_statutory_days_and_is_provisional():
    with pytest.raises(NotImplementedError):
        chinese_calendar.is_workday(date(2027, 1, 4))

    assert is_provisional(2027)
    assert [is_workday(date(2027, *day)) for day in ((1, 1), (2, 8), (10, 1), (10, 5), (1, 2), (1, 4))] == [
        False, False, False, False, False, True]


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1949, 10, 3), date(2199, 12, 31), date(2200, 1, 1),
                                 date(9999, 12, 31)])
def test_no_year_however_far_raises(day):
    assert isinstance(is_workday(day), bool)


def test_before_a_feast_lies_the_day_that_is_worked_instead_of_another():
    assert workday_before(date(2026, 2, 24)) == date(2026, 2, 14)
    assert workday_before(date(2026, 10, 8), 1) == date(2026, 9, 30)


def test_a_notice_makes_a_year_certain_and_keeps_the_regulation_s_own_days():
    notice = {date(2027, 2, 11): Entered(False, "春节", True), date(2027, 2, 20): Entered(True, "春节", True)}

    told = WorkingCalendar().with_(COUNTRY, notice)

    assert not told.is_provisional(2027)
    assert [told.is_workday(date(2027, *day)) for day in ((2, 11), (2, 20), (10, 1), (10, 5))] == [
        False, True, False, True]


def test_a_day_of_a_prefecture_is_off_there_and_below_and_nowhere_else():
    told = WorkingCalendar().with_("513400", {date(2026, 11, 20): Entered(False, "彝族年")})

    regions = ("", "510000", "513400", "513401", "510100")
    assert [told.is_workday(date(2026, 11, 20), region) for region in regions] == [True, True, False, False, True]
    assert told.workdays(date(2026, 11, 16), date(2026, 11, 20), "513401") == 4
    assert not told.is_provisional(2026)


def test_the_nearest_region_s_word_holds():
    told = WorkingCalendar().with_("510000", {date(2026, 11, 20): Entered(False)}).with_(
        "510100", {date(2026, 11, 20): Entered(True)})

    assert [told.is_workday(date(2026, 11, 20), region) for region in ("510000", "510100", "510700")] == [
        False, True, False]
