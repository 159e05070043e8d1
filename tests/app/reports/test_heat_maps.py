from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.accounts.places import Region
from app.db import db
from app.reports.heat import ABOVE, DAY, DAY_PITCH, LEFT, TILE, Heat, Locality, TileMap, YearMap

FIGURES = st.lists(
    st.none() | st.integers(0, 10**30) | st.fractions(0, 100) | st.decimals(0, 9, places=1), max_size=40)


def test_a_quarter_of_the_figures_falls_on_each_step():
    heat = Heat.of([0, None, *range(1, 9)])

    assert [heat.step(value) for value in (None, 0, *range(1, 9))] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert heat.legend == [(1, 1, 2), (2, 3, 4), (3, 5, 6), (4, 7, 8)]


def test_where_all_are_equal_none_looks_like_the_highest_or_the_lowest():
    assert [Heat.of([3] * size).step(3) for size in (1, 2, 21)] == [3, 3, 3]


@given(FIGURES)
def test_a_larger_figure_is_never_paler(figures):
    heat = Heat.of(figures)
    known = sorted((value for value in figures if value is not None), key=Fraction)
    steps = [heat.step(value) for value in known]

    assert steps == sorted(steps)
    assert [step > 0 for step in steps] == [value > 0 for value in known]
    assert all(step <= 4 for step in steps)


def test_every_city_of_the_province_has_its_tile_under_its_short_name(app):
    cities = db.session.scalars(db.select(Region).where(Region.parent_code == "510000")).all()

    tiles = TileMap.of("510000", []).tiles

    assert {tile.place.code: tile.place.name for tile in tiles} == {city.code: city.short_name for city in cities}


def test_tiles_lie_in_the_drawing_and_never_on_each_other():
    drawing = TileMap.of("51", [])
    corners = [(tile.x, tile.y) for tile in drawing.tiles]

    assert (len(set(corners)), drawing.width, drawing.height) == (21, 360, 256)
    assert all(x + TILE <= drawing.width and y + TILE <= drawing.height for x, y in corners)


def test_the_capital_stands_where_the_look_has_it():
    place = {tile.place.name: (tile.x // 52, tile.y // 52) for tile in TileMap.of("51", []).tiles}

    assert [place[name] for name in ("成都", "阿坝", "攀枝花", "宜宾")] == [(2, 1), (1, 0), (1, 4), (3, 4)]


def test_a_city_that_is_not_given_has_no_data_and_a_place_without_a_tile_is_kept_apart():
    drawing = TileMap.of("51", [Locality("510100", "Chengdu", 3), Locality("510000", "省本级", 9)])

    assert [(tile.place.name, tile.step) for tile in drawing.tiles if tile.step] == [("Chengdu", 3)]
    assert sum(tile.place.value is None for tile in drawing.tiles) == 20
    assert [place.name for place in drawing.rest] == ["省本级"]
    assert [place.name for place in drawing.places][:2] == ["省本级", "Chengdu"]


@pytest.mark.parametrize("province", ["52", "", "..", "五一", "99"])
def test_a_province_without_a_layout_has_no_map(province):
    assert TileMap.of(province, [Locality("520100", "贵阳", 1)]) is None


@settings(max_examples=30)
@given(st.integers(1, 9999))
def test_every_day_of_any_year_has_one_square_in_the_row_of_its_weekday(year):
    drawing = YearMap.of(year, {})
    first = date(year, 1, 1)
    squares = [corner for half in drawing.halves for corners in half.squares.values() for corner in corners]
    rows = [(y - ABOVE) // DAY_PITCH for _, y in squares]

    assert len(squares) == (date(year, 12, 31) - first).days + 1
    assert [len(set(half.squares[0])) for half in drawing.halves] == [
        (half.last - half.first).days + 1 for half in drawing.halves]
    assert rows == [(first.weekday() + at) % 7 for at in range(len(rows))]
    assert all(LEFT <= x <= drawing.width - DAY and y <= drawing.height - DAY for x, y in squares)


def test_the_months_stand_above_the_week_of_their_first_day():
    first, second = YearMap.of(2026, {}).halves

    assert [(day.month, (x - LEFT) // DAY_PITCH) for day, x in first.months] == [
        (1, 0), (2, 4), (3, 8), (4, 13), (5, 17), (6, 22)]
    assert [day.month for day, _ in second.months] == [7, 8, 9, 10, 11, 12]


def test_today_is_marked_in_its_half_and_another_years_day_nowhere():
    marked = [half.today for half in YearMap.of(2026, {}, date(2026, 9, 16)).halves]

    assert marked == [None, (LEFT + 11 * DAY_PITCH, ABOVE + 2 * DAY_PITCH)]
    assert [half.today for half in YearMap.of(2026, {}, date(2025, 9, 16)).halves] == [None, None]


@given(st.dictionaries(st.dates(date(2025, 12, 1), date(2027, 1, 31)), st.integers(0, 9), max_size=80))
def test_the_months_of_the_table_add_up_to_the_year(counts):
    drawing = YearMap.of(2026, counts)
    of_year = {day: count for day, count in counts.items() if day.year == 2026}

    assert sum(month.total for month in drawing.months) == sum(of_year.values())
    assert sum(month.days for month in drawing.months) == sum(count > 0 for count in of_year.values())
    assert sum(len(corners) for half in drawing.halves for step, corners in half.squares.items() if step) == sum(
        count > 0 for count in of_year.values())


def test_the_busiest_day_of_a_month_is_the_first_of_them():
    april = YearMap.of(2026, {date(2026, 4, 20) + timedelta(days=at): 2 for at in range(7)}).months[3]

    assert (april.total, april.days, april.busiest) == (14, 7, date(2026, 4, 20))
