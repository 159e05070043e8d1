"""Where bars and lines lie, in percent of their frame, and how a figure is written. No database, no page.

Values are whole or part (joint events count by shares); None is “not known” and draws nothing. What is larger than
nothing shows, however small. `templates/charts/` draws what stands here; `heat.py` holds the two heat maps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from babel.numbers import format_compact_decimal

from app.languages import language

Number = int | float | Fraction | Decimal

ROOM = Fraction(5, 4)  # the frame beyond a target, so that an open band can be seen to go on
EDGE = Fraction(26, 25)  # the frame beyond what is done
LEAST = 0.8  # percent: the smallest bar that still shows
MONTHS = 12


def written(value: Number | None) -> str:
    """“6,318”, “2.5”, “0.15”, rounded to hundredths, a half upwards; “–” where there is no figure."""
    if value is None:
        return "–"
    hundredths = int((Fraction(value) * 100 + Fraction(1, 2)) // 1)
    whole, rest = divmod(abs(hundredths), 100)
    return ("-" if hundredths < 0 else "") + (f"{whole:,}.{rest:02}".rstrip("0") if rest else f"{whole:,}")


def short(value: Number | None) -> str:
    """As `written`, from ten thousand on in the reader's own steps: “12.3万”, “123.5K”."""
    if value is None or abs(value) < 10_000:
        return written(value)
    if abs(value) >= 10**16:
        return f"{Decimal(int(value)):.1E}"
    return format_compact_decimal(int(value), locale=language(), fraction_digits=1)


def percent(value: Number | None, whole: Number) -> float:
    """0 to 100, two decimals; nothing of nothing is 0."""
    exact, all_of_it = _counted(value), _counted(whole)
    return round(float(min(exact / all_of_it, Fraction(1)) * 100), 2) if all_of_it else 0.0


def _counted(value: Number | None) -> Fraction:
    return max(Fraction(value), Fraction(0)) if value is not None else Fraction(0)


def _shown(value: Number | None, whole: Number) -> float:
    return max(percent(value, whole), LEAST) if value is not None and value > 0 else 0.0


# -- a figure against its target ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bullet:
    """Percent of the frame: the bar of what is done ends at `done`, with what is scheduled at `scheduled`; the band
    that meets the target is `low` to `high` (None: no target); `pace` is where today should be."""

    done: float
    scheduled: float
    low: float | None = None
    high: float | None = None
    pace: float | None = None
    is_open: bool = False
    is_met: bool = False

    @classmethod
    def of(cls, done: Number | None, minimum: Number | None = None, maximum: Number | None = None,
           scheduled: Number | None = 0, pace: Number | None = None) -> Bullet:
        """`maximum` None with a `minimum`: any number from there on meets it."""
        reached = _counted(done) + _counted(scheduled)
        target = max(_counted(minimum), _counted(maximum))
        beyond = reached * EDGE if minimum is not None else reached * 2  # no target: half, the rest stays open
        end = max(target * ROOM, beyond, _counted(pace) * EDGE) or Fraction(1)
        bar = _shown(done, end)
        low = percent(minimum, end) if minimum is not None else None
        return cls(
            done=bar, scheduled=max(_shown(reached, end), bar), low=low,
            high=None if low is None else 100.0 if maximum is None else max(percent(maximum, end), low),
            pace=percent(pace, end) if pace is not None else None,
            is_open=minimum is not None and maximum is None,
            is_met=minimum is not None and done is not None and done >= minimum)


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One line of the list of targets. `wording` is the target as written, `mark` says where it is ours and not the
    document's, `words` the finding for who listens; `level` and `light` are those of `charts/light.html`. Without
    `minimum` there is nothing to count against."""

    id: str
    title: str
    wording: str = ""
    done: Number | None = 0
    minimum: Number | None = None
    maximum: Number | None = None
    scheduled: Number | None = 0
    pace: Number | None = None
    unit: str = ""
    words: str = ""
    level: str = ""
    light: str = ""
    code: str = ""
    url: str = ""
    mark: str = ""


# -- a sorted list of bars ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A name and its figures: one, or several that add up (held, to come, missing). None: no data."""

    name: str
    parts: tuple[Number | None, ...]
    url: str = ""
    note: str = ""

    @property
    def total(self) -> Number | None:
        known = [part for part in self.parts if part is not None]
        return sum(map(Fraction, known)) if known else None

    def segments(self, whole: Number) -> tuple[tuple[int, float, float], ...]:
        """(which part, where it begins, how wide), in percent of `whole`; parts that are nothing are left out."""
        found, before = [], Fraction(0)
        for at, part in enumerate(self.parts):
            begin, before = before, before + _counted(part)
            if part is not None and part > 0:
                left = percent(begin, whole)
                found.append((at, left, round(min(max(percent(before, whole) - left, LEAST), 100 - left), 2)))
        return tuple(found)


def by_size(rows: Iterable[Bar]) -> list[Bar]:
    """The largest first, those without data last; equal ones stay in the order given."""
    return sorted(rows, key=lambda row: (row.total is None, -_counted(row.total)))


def largest(rows: Iterable[Bar]) -> Number:
    return max((row.total for row in rows if row.total is not None), default=0)


# -- twelve months -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Two lines in a frame of 100 by 100, a month in the middle of its twelfth; a gap where a month is None."""

    now: str
    before: str
    last: tuple[float, float] | None
    last_month: int | None

    @classmethod
    def of(cls, now: Sequence[Number | None], before: Sequence[Number | None] = ()) -> Sparkline:
        """At most twelve values each, January first."""
        most = max((value for value in (*now, *before) if value is not None), default=0)
        points, earlier = _points(now, most), _points(before, most)
        known = [(at, point) for at, point in enumerate(points) if point]
        at, last = known[-1] if known else (None, None)
        return cls(_path(points), _path(earlier), last, at + 1 if at is not None else None)


def _points(values: Sequence[Number | None], most: Number) -> list[tuple[float, float] | None]:
    """The lowest and the highest keep clear of the edge, where a line would be cut in half."""
    middles = [round((at + 0.5) / MONTHS * 100, 2) for at in range(MONTHS)]
    return [None if value is None else (x, round(94 - percent(value, most) * 0.88, 2))
            for x, value in zip(middles, values, strict=False)]


def _path(points: Sequence[tuple[float, float] | None]) -> str:
    drawn, is_joined = [], False
    for point in points:
        if point:
            drawn.append(f"{'L' if is_joined else 'M'}{point[0]:g} {point[1]:g}")
        is_joined = point is not None
    return "".join(drawn)
