from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.workdays import is_workday, workday_before, workdays

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(DAYS, st.integers(-3, 400))
def test_workdays_are_counted_as_one_by_one(first, length):
    last = first + timedelta(days=length)

    assert workdays(first, last) == sum(is_workday(first + timedelta(days=number)) for number in range(length + 1))


@given(DAYS, st.integers(1, 60))
def test_between_a_day_and_the_workday_before_it_lie_as_many_as_asked(day, count):
    earlier = workday_before(day, count)

    assert is_workday(earlier)
    assert workdays(earlier, day - timedelta(days=1)) == count
