import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.plans.target import Comparison, Counting, Per, Period, Target
from tests.factories import a_plan


@pytest.mark.parametrize(("target", "band"), [
    (Target(Comparison.RANGE, 1, 2, "期"), (1, 2)),
    (Target(Comparison.ABOUT, 30, 30, "所"), (27, 33)),
    (Target(Comparison.ABOUT, 1, 1, "个"), (1, 1)),
    (Target(Comparison.MORE_THAN, 300_000, None, "人"), (300_001, None)),
    (Target(Comparison.EXACT, 100, 100, "人"), (100, 100)),
    (Target(Comparison.AT_LEAST, 3, None, "项"), (3, None)),
])
def test_official_wording_is_met_within_its_band(target, band):
    assert target.band == band


@pytest.mark.parametrize(("target", "done", "met"), [
    (Target(Comparison.RANGE, 1, 2, "期"), 1, True),
    (Target(Comparison.ABOUT, 30, 30, "所"), 29, True),
    (Target(Comparison.ABOUT, 30, 30, "所"), 26, False),
    (Target(Comparison.MORE_THAN, 300_000, None, "人"), 300_000, False),
])
def test_one_more_or_less_decides(target, done, met):
    assert target.is_met_by(done) is met


@given(st.sampled_from(Comparison), st.integers(1, 10**7), st.integers(0, 100), st.integers(0, 50))
def test_a_band_is_never_upside_down_and_always_met_at_its_lower_end(comparison, minimum, more, tolerance):
    target = Target(comparison, minimum, minimum + more, "个", tolerance)

    low, high = target.band

    assert high is None or low <= high
    assert target.is_met_by(low) and not target.is_met_by(low - 1)


@pytest.mark.parametrize(("minimum", "tolerance", "band"), [
    (15, 10, (14, 16)), (5, 10, (5, 5)), (30, 15, (26, 34)), (21, 5, (20, 22))])
def test_the_ends_of_about_are_whole_numbers_within_the_tolerance(minimum, tolerance, band):
    assert Target(Comparison.ABOUT, minimum, minimum, "所", tolerance).band == band


@pytest.mark.parametrize(("target", "described"), [
    (Target(Comparison.AT_LEAST, 1, None, "场", per=Per.CITY), "每个市（州）达到1场即达标"),
    (Target(Comparison.EXACT, 1, 1, "次", per=Per.COUNTY, period=Period.QUARTER), "每个县（市、区）每季度1次"),
    (Target(Comparison.AT_LEAST, 9, None, "家", period=Period.CUMULATIVE), "累计达到9家即达标"),
    (Target(Comparison.RANGE, 1, 2, "期"), "1期即达标，2期为上限"),
])
def test_a_target_says_its_places_and_times(app, target, described):
    assert target.describe() == described


def test_an_indicator_asks_what_its_row_says_of_each_place(app):
    indicator = next(task for task in a_plan().tasks if task.code == "I2.1").indicators[0]
    indicator.counting, indicator.per, indicator.period = "people", "county", "quarter"

    target = indicator.target

    assert (target.counting, target.per, target.period) == (Counting.PEOPLE, Per.COUNTY, Period.QUARTER)
