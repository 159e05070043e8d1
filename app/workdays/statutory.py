"""What the package `holidays` knows of the People's Republic, year by year. Never raises for a year to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

FIRST, LAST = 1950, 2199
_SUBSTITUTED = "休息日"  # how the package calls a day off that is worked on another day


@dataclass(frozen=True, slots=True)
class Year:
    """`feasts` are the days of the regulation itself, by name; `off` these and all days off that follow from them;
    `work` the weekend days that are worked instead."""

    feasts: Mapping[date, str]
    off: Mapping[date, str]
    work: frozenset[date]

    @property
    def is_announced(self) -> bool:
        """The State Council's notice is known: there was never one without days to make up for."""
        return bool(self.work)


@cache
def of_year(year: int) -> Year:
    if not FIRST <= year <= LAST:
        return Year({}, {}, frozenset())
    from holidays.countries.china import China  # a tenth of a second, for a process that asks

    off = {day: name.split("; ")[0] for day, name in China(years=year, language="zh_CN").items() if day.year == year}
    proper = China(years=year, language="zh_CN", observed=False)
    feasts = {day: name.split("; ")[0] for day, name in proper.items()
              if day.year == year and not name.startswith(_SUBSTITUTED)}
    named = {day: _short(name) for day, name in off.items()}
    return Year(feasts, named, frozenset(day for day in proper.weekend_workdays if day.year == year))


def _short(name: str) -> str:
    if name.startswith(_SUBSTITUTED):
        return "调休"
    return name.removesuffix("（补假）").replace("农历除夕", "春节")
