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


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked for: `minimum` to `maximum` (None: open) in `unit`, compared as worded."""

    comparison: Comparison
    minimum: int
    maximum: int | None
    unit: str
    tolerance: int = 10  # percent, for “about” only; an office's own setting

    @property
    def band(self) -> tuple[int, int | None]:
        """The lowest and highest number that meets it; None: no upper end.

        “30 左右” at 10 % is 27 to 33; “more than 300,000” begins at 300,001; “1-2” is met at 1.
        """
        if self.comparison is Comparison.ABOUT:
            slack = Fraction(self.minimum * self.tolerance, 100)
            return -(-(self.minimum - slack) // 1), int((self.minimum + slack) // 1)
        if self.comparison is Comparison.MORE_THAN:
            return self.minimum + 1, None
        if self.comparison is Comparison.AT_LEAST:
            return self.minimum, None
        return self.minimum, self.maximum if self.maximum is not None else self.minimum

    def is_met_by(self, done: int) -> bool:
        return done >= self.band[0]

    def describe(self) -> str:
        low, high = self.band
        if self.comparison is Comparison.ABOUT:
            return _("%(low)d–%(high)d%(unit)s即达标（±%(slack)d%%）", low=low, high=high, unit=self.unit,
                     slack=self.tolerance)
        if high is None:
            return _("达到%(low)d%(unit)s即达标", low=low, unit=self.unit)
        if low == high:
            return _("%(low)d%(unit)s", low=low, unit=self.unit)
        return _("%(low)d%(unit)s即达标，%(high)d%(unit)s为上限", low=low, high=high, unit=self.unit)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task's indicator is: `done` of `target`; a task without a number has no target."""

    done: int
    target: Target | None

    @property
    def is_counted(self) -> bool:
        return self.target is not None

    @property
    def is_met(self) -> bool:
        return self.target is not None and self.target.is_met_by(self.done)
