from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.charts import LEAST, Bar, Bullet, Sparkline, by_size, largest, percent, short, written

FIGURES = st.one_of(st.integers(0, 60), st.integers(0, 10**40), st.fractions(0, 500),
                    st.floats(0, 1e12, allow_nan=False), st.decimals(0, 10**6, places=2))
MAYBE = st.none() | FIGURES


def test_one_to_two_asked_and_one_done_reaches_the_band():
    lies = Bullet.of(1, 1, 2)

    assert (lies.done, lies.low, lies.high, lies.is_met, lies.is_open) == (40.0, 40.0, 80.0, True, False)


def test_about_thirty_is_a_band_from_27_to_33():
    lies = Bullet.of(13, 27, 33, scheduled=6, pace=15)

    assert [round(at * 41.25 / 100) for at in (lies.done, lies.scheduled, lies.low, lies.high, lies.pace)] == [
        13, 19, 27, 33, 15]


def test_at_least_fifty_is_open_to_the_right():
    lies = Bullet.of(21, 50)

    assert (lies.low, lies.high, lies.is_open, lies.is_met) == (80.0, 100.0, True, False)


def test_without_a_number_there_is_neither_band_nor_end():
    assert [Bullet.of(done) for done in (0, 4)] == [Bullet(0.0, 0.0), Bullet(50.0, 50.0)]


def test_one_of_three_hundred_thousand_still_shows():
    assert Bullet.of(1, 300_001).done == LEAST


def test_a_target_passed_many_times_stays_in_the_frame():
    lies = Bullet.of(1000, 1, 2)

    assert (lies.done > 95, lies.high < 1) == (True, True)


@given(MAYBE, MAYBE, MAYBE, MAYBE, MAYBE)
def test_everything_lies_in_the_frame_and_in_order(done, minimum, more, scheduled, pace):
    maximum = None if more is None or minimum is None else Fraction(minimum) + Fraction(more)
    lies = Bullet.of(done, minimum, maximum, scheduled, pace)
    band = [] if minimum is None else [lies.low, lies.high]

    assert 0 <= lies.done <= lies.scheduled <= 100
    assert [0, *band, 100] == sorted([0, *band, 100])
    assert lies.pace is None or 0 <= lies.pace <= 100
    assert (lies.done > 0) == bool(done)


@given(FIGURES, FIGURES.filter(bool))
def test_a_bar_is_as_long_against_its_target_as_its_figure(done, minimum):
    lies = Bullet.of(done, minimum)
    exact = Fraction(lies.low) * Fraction(done) / Fraction(minimum)

    assert abs(Fraction(lies.done) - exact) <= Fraction("0.01") * (1 + Fraction(done) / Fraction(minimum)) + (
        Fraction(LEAST) if lies.done == LEAST else 0)


@given(st.lists(st.lists(MAYBE, min_size=1, max_size=3), min_size=1, max_size=21))
def test_the_parts_of_a_bar_follow_each_other_within_the_frame(figures):
    rows = [Bar(str(at), tuple(parts)) for at, parts in enumerate(figures)]
    whole = largest(rows)

    for row in rows:
        segments = row.segments(whole)
        assert [part for part, _, _ in segments] == [at for at, part in enumerate(row.parts) if part]
        assert all(left >= 0 and width >= 0 and left + width <= 100.001 for _, left, width in segments)
        assert [left for _, left, _ in segments] == [
            percent(sum(Fraction(part) for part in row.parts[:at] if part), whole) for at, _, _ in segments]


def test_what_goes_beyond_the_whole_fills_the_frame_and_no_more():
    assert Bar("", (60, 70)).segments(100) == ((0, 0.0, 60.0), (1, 60.0, 40.0))
    assert Bar("", (150, 7)).segments(100) == ((0, 0.0, 100.0), (1, 100.0, 0.0))
    assert percent(150, 100) == 100.0


@given(st.lists(MAYBE, max_size=21))
def test_the_largest_comes_first_and_what_is_unknown_last(figures):
    rows = by_size(Bar(str(at), (figure,)) for at, figure in enumerate(figures))
    known = [figure for figure in figures if figure is not None]

    assert [row.total for row in rows] == sorted(known, reverse=True) + [None] * (len(figures) - len(known))


def test_a_line_stops_where_a_month_is_not_known_and_goes_on_after_it():
    line = Sparkline.of([2, None, 4, 1, None], [0] * 12)

    assert (line.now, line.last_month) == ("M4.17 50M20.83 6L29.17 72", 4)
    assert line.before.count("L") == 11


def test_a_year_without_anything_is_a_line_on_the_ground_or_none():
    assert (Sparkline.of([0, 0]).now, Sparkline.of([None] * 12).now, Sparkline.of([]).last) == (
        "M4.17 94L12.5 94", "", None)


@given(st.lists(MAYBE, max_size=12), st.lists(MAYBE, max_size=12))
def test_every_point_of_a_line_lies_in_its_frame(now, before):
    line = Sparkline.of(now, before)
    numbers = [float(number) for path in (line.now, line.before)
               for number in path.replace("M", " ").replace("L", " ").split()]

    assert all(0 <= number <= 100 for number in numbers)
    assert len(numbers) == 2 * sum(value is not None for value in [*now, *before])


@pytest.mark.parametrize(("value", "long", "brief"), [
    (None, "–", "–"), (0, "0", "0"), (6318, "6,318", "6,318"), (Fraction(5, 2), "2.5", "2.5"),
    (Fraction(1, 3), "0.33", "0.33"), (Fraction(3, 20), "0.15", "0.15"), (Fraction(-1, 2), "-0.5", "-0.5"),
    (Decimal("12.0"), "12", "12"),
    (412_345, "412,345", "41.2万"),
    (120_000_000, "120,000,000", "1.2亿"), (10**40, f"{10**40:,}", "1.0E+40")])
def test_a_figure_is_written_for_a_table_and_for_a_tile(value, long, brief):
    assert (written(value), short(value)) == (long, brief)
