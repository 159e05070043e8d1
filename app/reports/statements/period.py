"""A month, quarter, half-year or year that is reported: a value with the word that stands in addresses."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _


class PeriodKind(enum.StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def label(self) -> str:
        return {"month": _("月报"), "quarter": _("季报"), "half": _("半年报"), "year": _("年报")}[self.value]

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "half": 6, "year": 12}[self.value]


_WORD = re.compile(r"(\d{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])|H([12])))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """`number` is the month, quarter or half of the year, from 1; 1 for a year."""

    year: int
    kind: PeriodKind
    number: int = 1

    @classmethod
    def read(cls, word: str) -> Period | None:
        """2026, 2026-11, 2026-Q4 or 2026-H2; None for anything else."""
        found = _WORD.fullmatch(word)
        if found is None or not 1990 <= int(found[1]) <= 2199:
            return None
        for kind, part in ((PeriodKind.MONTH, found[2]), (PeriodKind.QUARTER, found[3]), (PeriodKind.HALF, found[4])):
            if part:
                return cls(int(found[1]), kind, int(part))
        return cls(int(found[1]), PeriodKind.YEAR)

    @classmethod
    def of_day(cls, kind: PeriodKind, day: date) -> Period:
        return cls(day.year, kind, (day.month - 1) // kind.months + 1)

    @property
    def word(self) -> str:
        return {PeriodKind.MONTH: f"{self.year}-{self.number:02}", PeriodKind.QUARTER: f"{self.year}-Q{self.number}",
                PeriodKind.HALF: f"{self.year}-H{self.number}", PeriodKind.YEAR: f"{self.year}"}[self.kind]

    @property
    def starts_on(self) -> date:
        return date(self.year, (self.number - 1) * self.kind.months + 1, 1)

    @property
    def ends_on(self) -> date:
        """The last day."""
        after = self.starts_on.month + self.kind.months
        return (date(self.year + 1, 1, 1) if after > 12 else date(self.year, after, 1)) - timedelta(days=1)

    @property
    def before(self) -> Period:
        """The one of the same length just before it."""
        return Period.of_day(self.kind, self.starts_on - timedelta(days=1))

    @property
    def label(self) -> str:
        if self.kind is PeriodKind.MONTH:
            return _("%(year)d年%(month)d月", year=self.year, month=self.number)
        if self.kind is PeriodKind.QUARTER:
            return _("%(year)d年第%(number)d季度", year=self.year, number=self.number)
        if self.kind is PeriodKind.HALF:
            return (_("%(year)d年上半年", year=self.year) if self.number == 1
                    else _("%(year)d年下半年", year=self.year))
        return _("%(year)d年", year=self.year)

    @property
    def kept(self) -> str:
        """Its label in the language of the data, whoever asks: for what is stored, files and their names."""
        with force_locale("zh"):
            return self.label
