"""Two maps of colour: the cities of a province as tiles, the days of a year as weeks. No database, no page."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from app.reports.charts import Bar, Number

DATA = Path(__file__).parent / "data"
STEPS = 4
TILE, PITCH = 48, 52  # a tile, and the way to the next, in units of the drawing
DAY, DAY_PITCH, STROKE, LEFT, ABOVE = 12, 15, 3, 30, 24
HALVES = ((1, 6), (7, 12))
MONTHS = tuple(date(2024, month, 1) for month in range(1, 13))  # of any year: their names
WEEKDAYS = tuple(date(2024, 1, day) for day in (1, 3, 5, 7))  # a Monday and on; every other row is named


@dataclass(frozen=True, slots=True)
class Heat:
    """Which of the steps 1 to 4 a figure above zero falls on; zero and “no data” are step 0.

    By quantiles: each step holds about a quarter, equal figures share a step, a larger one is never on a lower.
    """

    steps: Mapping[Number, int]

    @classmethod
    def of(cls, values: Iterable[Number | None]) -> Heat:
        times = Counter(value for value in values if value is not None and value > 0)
        all_of_them, below, steps = sum(times.values()), 0, {}
        for value in sorted(times, key=Fraction):
            middle = 2 * below + times[value]
            steps[value] = min(middle * STEPS // (2 * all_of_them) + 1, STEPS)
            below += times[value]
        return cls(steps)

    def step(self, value: Number | None) -> int:
        return self.steps[value] if value is not None and value > 0 else 0

    @property
    def legend(self) -> list[tuple[int, Number, Number]]:
        """(step, lowest, highest) of each step in use."""
        by_step = groupby(self.steps.items(), key=lambda item: item[1])  # as sorted as the values
        ranges = [(step, [value for value, _ in items]) for step, items in by_step]
        return [(step, values[0], values[-1]) for step, values in ranges]


# -- a province as tiles -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Locality:
    """A region and its figure; None: no data. `code` by GB/T 2260, `url` where the tile leads."""

    code: str
    name: str
    value: Number | None
    url: str = ""

    @property
    def bar(self) -> Bar:
        return Bar(self.name, (self.value,), self.url)


@dataclass(frozen=True, slots=True)
class Tile:
    place: Locality
    x: int
    y: int
    step: int


@dataclass(frozen=True, slots=True)
class TileMap:
    """Tiles in a drawing of `width` by `height` units; `rest` are the places that have no tile of their own."""

    tiles: tuple[Tile, ...]
    rest: tuple[Locality, ...]
    width: int
    height: int
    heat: Heat

    @classmethod
    def of(cls, province: str, places: Iterable[Locality]) -> TileMap | None:
        """None where we have no layout for `province` (two digits or six of GB/T 2260).

        A city of the layout that is not among `places` is drawn without data, under the layout's own name.
        """
        layout = _layout(province[:2])
        if not layout:
            return None
        given = {place.code: place for place in places}
        heat = Heat.of(place.value for place in given.values() if place.code in layout)
        tiles = tuple(
            Tile(place, col * PITCH, row * PITCH, heat.step(place.value))
            for place, col, row in ((given.get(code, Locality(code, name, None)), col, row)
                                    for code, (name, col, row) in layout.items()))
        return cls(tiles, tuple(place for code, place in given.items() if code not in layout),
                   max(tile.x for tile in tiles) + TILE, max(tile.y for tile in tiles) + TILE, heat)

    @property
    def places(self) -> list[Locality]:
        """Every place once, the highest figure first, those without data last."""
        all_of_them = [*(tile.place for tile in self.tiles), *self.rest]
        return sorted(all_of_them, key=lambda place: (place.value is None, -Fraction(place.value or 0)))


@lru_cache(maxsize=40)
def _layout(province: str) -> Mapping[str, tuple[str, int, int]]:
    path = DATA / f"tiles_{province}.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8") as file:
        return {row["code"]: (row["name"], int(row["col"]), int(row["row"])) for row in csv.DictReader(file)}


# -- a year as weeks ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Half:
    """Half a year: its first and last day, (first day, x) of each month, and where the squares of each step lie.

    A square is (x, y), the corner of a day; weeks are columns, Monday is the first row."""

    first: date
    last: date
    months: tuple[tuple[date, int], ...]
    squares: Mapping[int, tuple[tuple[int, int], ...]]
    today: tuple[int, int] | None

    def outline(self, step: int) -> str:
        """All squares of a step as one path: a year is a few hundred of them. The stroke rounds and fills them."""
        side = DAY - STROKE
        return "".join(f"M{x + STROKE / 2} {y + STROKE / 2}h{side}v{side}h-{side}z" for x, y in self.squares[step])


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of the table: its figures added up, the days that have any, and the (first) busiest of them."""

    first: date
    total: Number
    days: int
    busiest: date | None


@dataclass(frozen=True, slots=True)
class YearMap:
    """Two halves, side by side or one above the other, in drawings of `width` by `height` units each."""

    halves: tuple[Half, Half]
    months: tuple[MonthRow, ...]
    width: int
    height: int
    heat: Heat

    @classmethod
    def of(cls, year: int, counts: Mapping[date, Number], today: date | None = None) -> YearMap:
        """`counts` by day; a day that is not there counts nothing. Days of other years are left out."""
        days = [date(year, 1, 1) + timedelta(days=at) for at in range(date(year, 12, 31).timetuple().tm_yday)]
        heat = Heat.of({count for day, count in counts.items() if day.year == year})
        by_half = [[day for day in days if first <= day.month <= last] for first, last in HALVES]
        columns = max(_week(half[0], half[-1]) for half in by_half) + 1
        return cls(tuple(_half(half, counts, heat, today) for half in by_half),  # type: ignore[arg-type]
                   tuple(_month(month, list(of_month), counts)
                         for month, of_month in groupby(days, key=lambda day: day.replace(day=1))),
                   LEFT + columns * DAY_PITCH, ABOVE + 7 * DAY_PITCH, heat)


def _week(first: date, day: date) -> int:
    """Weeks begin on Monday; that of `first` is 0."""
    return ((day - first).days + first.weekday()) // 7


def _corner(first: date, day: date) -> tuple[int, int]:
    return LEFT + _week(first, day) * DAY_PITCH, ABOVE + day.weekday() * DAY_PITCH


def _half(days: Sequence[date], counts: Mapping[date, Number], heat: Heat, today: date | None) -> Half:
    squares: dict[int, list[tuple[int, int]]] = {}
    for day in days:
        squares.setdefault(heat.step(counts.get(day)), []).append(_corner(days[0], day))
    months = tuple((day, _corner(days[0], day)[0]) for day in days if day.day == 1)
    return Half(days[0], days[-1], months, {step: tuple(squares[step]) for step in sorted(squares)},
                _corner(days[0], today) if today and days[0] <= today <= days[-1] else None)


def _month(first: date, days: Sequence[date], counts: Mapping[date, Number]) -> MonthRow:
    busy = [day for day in days if counts.get(day, 0) > 0]
    return MonthRow(first, sum(counts[day] for day in busy), len(busy),
                    max(busy, key=lambda day: counts[day]) if busy else None)
