import datetime as clock
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from dateutil import rrule as oracle
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from calendars.errors import RuleNotFollowed, TooMuch
from calendars.observances import WEEKDAYS
from calendars.periods import FREQUENCIES
from calendars.recurrence import Budget, occurrences
from tests.calendars.test_reading_costs_what_it_weighs import steps
from tests.calendars.test_reading_foreign_calendars import NINE, the_entry

SINCE, UNTIL = date(2026, 1, 1), date(2027, 6, 30)


def starts(rule: str, *lines: str, start: str = "DTSTART;TZID=Asia/Shanghai:20260420T090000", **bounds) -> list:
    entry = the_entry(*([f"RRULE:{rule}"] if rule else []), *lines, start=start)
    return list(occurrences(entry, bounds.get("since", SINCE), bounds.get("until", UNTIL), Budget()))


def test_a_rule_falls_due_at_the_same_hour_of_its_own_clocks():
    summer = starts("FREQ=MONTHLY;COUNT=3", start="DTSTART;TZID=Europe/Berlin:20260220T090000")

    assert [one.astimezone(UTC).hour for one in summer] == [8, 8, 7]


def test_days_taken_out_are_out_and_days_put_in_are_in():
    found = starts("FREQ=DAILY;COUNT=4", "EXDATE;TZID=Asia/Shanghai:20260421T090000", "EXDATE;VALUE=DATE:20260423",
                   "RDATE;TZID=Asia/Shanghai:20260501T090000,20260420T090000")

    assert found == [NINE, NINE + timedelta(days=2), NINE + timedelta(days=11)]


def test_a_day_put_in_takes_the_hour_of_the_start_and_a_moment_only_its_day():
    assert starts("", "RDATE;VALUE=DATE:20260501") == [NINE, NINE + timedelta(days=11)]
    assert starts("", "RDATE:20260501T010000Z", start="DTSTART;VALUE=DATE:20260420") == [
        date(2026, 4, 20), date(2026, 5, 1)]


def test_whole_days_recur_as_days():
    assert starts("FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20260428", start="DTSTART;VALUE=DATE:20260420") == [
        date(2026, 4, day) for day in (20, 21, 27, 28)]


def test_only_the_window_is_gone_through():
    found = starts("FREQ=DAILY", start="DTSTART;VALUE=DATE:19000101", since=date(2026, 1, 30), until=date(2026, 2, 2))

    assert found == [date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 2)]


@pytest.mark.parametrize("rule", [
    "FREQ=SECONDLY", "FREQ=HOURLY;INTERVAL=24", "FREQ=YEARLY;BYWEEKNO=20", "FREQ=YEARLY;BYYEARDAY=100", "COUNT=3",
    "FREQ=DAILY;BYHOUR=9", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;UNTIL=never", "x",
    "FREQ=WEEKLY;BYDAY=1MO", "FREQ=WEEKLY;BYDAY=XX", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=YEARLY;BYMONTH=-1",
    "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;WKST=NO", "RSCALE=CHINESE;FREQ=YEARLY", "FREQ=WEEKLY;BYMONTHDAY=1"])
def test_a_rule_that_is_not_followed_says_which_part(rule):
    with pytest.raises(RuleNotFollowed):
        starts(rule)


def test_a_rule_never_due_costs_no_more_than_its_window_and_a_count_no_more_than_its_days():
    never, daily = (the_entry(f"RRULE:{rule}") for rule in ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY"))

    def work(entry, **changes):
        return steps(lambda: occurrences(entry, SINCE, UNTIL, Budget(), **changes))

    assert work(never) < 2 * work(daily)


@pytest.mark.parametrize(("rule", "start", "budget", "most"), [
    ("FREQ=DAILY", "DTSTART:20260420T010000Z", Budget(), 100),
    ("FREQ=DAILY;COUNT=2000000000", "DTSTART:19000420T010000Z", Budget(1_000), 1_000)], ids=["starts", "steps"])
def test_more_than_is_allowed_is_refused_and_not_cut_off(rule, start, budget, most):
    with pytest.raises(TooMuch):
        occurrences(the_entry(f"RRULE:{rule}", start=start), SINCE, UNTIL, budget, most=most)


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    some = st.lists(st.integers(low, high).filter(bool), min_size=1, max_size=3)
    return some.map(lambda found: ",".join(map(str, found)))


@pytest.fixture(scope="module")
def soon_over() -> Iterator[None]:
    """The oracle looks for what never falls due until the year 9999, which is why it is none of ours."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(oracle, "datetime", SimpleNamespace(**vars(clock) | {"MAXYEAR": 2027}))
        yield


PARTS = {
    "INTERVAL": st.integers(1, 14).map(str), "COUNT": st.integers(1, 60).map(str),
    "UNTIL": st.dates(date(2026, 1, 1), date(2027, 3, 1)).map(lambda day: f"{day:%Y%m%d}T000000Z"),
    "BYMONTH": numbers(1, 12), "BYMONTHDAY": numbers(-31, 31), "BYSETPOS": numbers(-3, 3),
    # Not mixed: the oracle takes plain days and ordinals of one list for two conditions.
    "BYDAY": st.one_of(*(st.lists(st.sampled_from(one), min_size=1, max_size=3).map(",".join)
                         for one in (WEEKDAYS, ("1MO", "-1FR", "2WE")))),
    "WKST": st.sampled_from(WEEKDAYS),
}


@settings(max_examples=300, deadline=None)
@given(frequency=st.sampled_from(FREQUENCIES), names=st.sets(st.sampled_from(sorted(PARTS)), max_size=4),
       first=st.dates(date(2023, 1, 1), date(2026, 12, 31)), data=st.data())
def test_rules_fall_due_as_an_independent_reading_says(soon_over, frequency, names, first, data):
    assume(not {"COUNT", "UNTIL"} <= names)
    assume("BYSETPOS" not in names or names & {"BYDAY", "BYMONTHDAY", "BYMONTH"})
    drawn = {name: data.draw(PARTS[name]) for name in sorted(names)}
    rule = ";".join(f"{name}={value}" for name, value in {"FREQ": frequency, **drawn}.items())
    if frequency == "WEEKLY" and "BYSETPOS" in names:  # the oracle lets the first week begin on the first day
        first -= timedelta((first.weekday() - WEEKDAYS.index(drawn.get("WKST", "MO"))) % 7)
    try:
        ours = starts(rule, start=f"DTSTART:{first:%Y%m%d}T000000Z")
    except RuleNotFollowed:
        return

    began = datetime(first.year, first.month, first.day, tzinfo=UTC)
    theirs = oracle.rrulestr(rule, dtstart=began).between(
        datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 6, 30, tzinfo=UTC), inc=True)
    assert set(ours) - {began} == set(theirs) - {began}
