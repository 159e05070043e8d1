"""A target's arithmetic and wording: values without an id."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _


class Comparison(enum.StrEnum):
    """How official wording compares: “1-2 期”, “30 所左右”, “突破 30 万”, “100 人”, “不少于 3 项”."""

    EXACT = "exact"
    RANGE = "range"
    ABOUT = "about"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"


class Per(enum.StrEnum):
    """What each number is asked of: the whole, or every city, county, school or firm (“每市至少 1 场”)."""

    TOTAL = "total"
    CITY = "city"
    COUNTY = "county"
    UNIT = "unit"

    @property
    def label(self) -> str:
        """Empty for the whole."""
        return {"total": "", "city": _("每个市（州）"), "county": _("每个县（市、区）"),
                "unit": _("每个单位")}[self.value]


class Period(enum.StrEnum):
    """In what time it is asked: within the year, again in each part of it, or since the counting began."""

    YEAR = "year"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    CUMULATIVE = "cumulative"

    @property
    def label(self) -> str:
        """Empty for the year, which goes without saying."""
        return {"year": "", "month": _("每月"), "quarter": _("每季度"), "half": _("每半年"),
                "cumulative": _("累计")}[self.value]


class Counting(enum.StrEnum):
    """What a head is: a person counts once (人), an attendance each time (人次)."""

    THINGS = "things"
    PEOPLE = "people"
    ATTENDANCES = "attendances"


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for: `minimum` to `maximum` (None: open) in `unit`, compared as worded."""

    comparison: Comparison
    minimum: int
    maximum: int | None
    unit: str
    tolerance: int = 10  # percent, for “about” only; an office's own setting
    counting: Counting = Counting.THINGS
    per: Per = Per.TOTAL
    period: Period = Period.YEAR

    @property
    def band(self) -> tuple[int, int | None]:
        """The lowest and highest number that meets it, in one place and one period; None: no upper end.

        “30 左右” at 10 % is 27 to 33; “more than 300,000” begins at 300,001; “1-2” is met at 1. The ends
        of “about” are whole numbers within the tolerance: the lower is rounded up and the upper down, so
        that “about 15” is 14 to 16 (not 13.5) and “about 5” is 5.
        """
        if self.comparison is Comparison.ABOUT:
            slack = Fraction(self.minimum * self.tolerance, 100)
            return -(-(self.minimum - slack) // 1), int((self.minimum + slack) // 1)
        if self.comparison is Comparison.MORE_THAN:
            return self.minimum + 1, None
        if self.comparison is Comparison.AT_LEAST:
            return self.minimum, None
        return self.minimum, self.maximum if self.maximum is not None else self.minimum

    def is_met_by(self, done: int | Fraction) -> bool:
        return done >= self.band[0]

    def describe(self) -> str:
        return spread_over(self._band_in_words(), self.per, self.period)

    def _band_in_words(self) -> str:
        low, high = self.band
        if self.comparison is Comparison.ABOUT:
            return _("%(low)d–%(high)d%(unit)s即达标（±%(slack)d%%）", low=low, high=high, unit=self.unit,
                     slack=self.tolerance)
        if high is None:
            return _("达到%(low)d%(unit)s即达标", low=low, unit=self.unit)
        if low == high:
            return _("%(low)d%(unit)s", low=low, unit=self.unit)
        return _("%(low)d%(unit)s即达标，%(high)d%(unit)s为上限", low=low, high=high, unit=self.unit)


def spread_over(what: str, per: Per, period: Period) -> str:
    """`what` with its places and times said: “每个市（州）每季度至少 1 场”; alone when it is the year's whole."""
    if period.label:
        what = _("%(period)s%(what)s", period=period.label, what=what)
    if per.label:
        what = _("%(place)s%(what)s", place=per.label, what=what)
    return what
