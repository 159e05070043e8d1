"""A notice of days off and days worked: each line judged, and compared with what the calendar says now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from app.plans.sheet_head import Line, day_in, lines_of
from app.workdays.calendar import COUNTRY, Entered, WorkingCalendar
from app.workdays.models import CalendarDay, DayKind
from app.workdays.statutory import of_year

COLUMNS: Mapping[str, Sequence[str]] = {
    "first": ("开始", "日期", "开始日期", "起", "day", "date"),
    "last": ("结束", "结束日期", "止", "到"),
    "kind": ("类型", "休或班", "休/班", "性质", "安排", "type"),
    "name": ("名称", "节日", "节日名称", "假期", "name"),
}
LONGEST = 31  # days that one line may be for
# Work is looked for first: “春节调休上班” holds a word for a day off, too.
WORK = re.compile(r"班|补班|上班|工作日|补课|\bwork", re.IGNORECASE)
OFF = re.compile(r"休|放假|假期|假日|\b(?:off|holiday)\b", re.IGNORECASE)
_ASIDE = re.compile(r"[（(\[【].*|(?:休假?|放假|假期|补班|上班|班|调休|假日|第.*)\s*.*$")


@dataclass(frozen=True, slots=True)
class Notice:
    """The lines of a notice; `days` is what the good ones come to."""

    columns: Sequence[str]
    lines: Sequence[Line]

    @classmethod
    def read(cls, rows: Sequence[Sequence[str]], calendar: WorkingCalendar) -> Notice:
        """:raises NoSuchColumns, TooManyLines: when it is no such sheet."""
        columns, lines = lines_of(rows, COLUMNS, ("first", "kind"))
        taken: dict[date, bool] = {}
        for line in lines:
            _judge(line, calendar, taken)
        return cls(columns, lines)

    @property
    def good(self) -> list[Line]:
        return [line for line in self.lines if line.is_good]

    @property
    def days(self) -> dict[date, Entered]:
        return {day: one for line in self.good for day, one in line.values["days"].items()}

    @property
    def years(self) -> list[int]:
        return sorted({day.year for day in self.days})

    def unnamed(self, calendar: WorkingCalendar) -> list[str]:
        """The feasts of a year that was provisional until now of which it says no day: is it the whole notice?"""
        days = self.over(calendar).entered[COUNTRY]
        return sorted({name for year in self.years if calendar.is_provisional(year)
                       for day, name in of_year(year).feasts.items() if day not in days})

    def count(self, what: str) -> int:
        return sum(line.what == what for line in self.good)

    def over(self, calendar: WorkingCalendar) -> WorkingCalendar:
        return calendar.with_(COUNTRY, self.days)

    def bring_in(self, as_of: datetime) -> None:
        CalendarDay.enter(COUNTRY, self.days, as_of)


def changed_days(before: WorkingCalendar, after: WorkingCalendar, years: Sequence[int]) -> list[tuple[date, bool]]:
    """The days that are worked under one and not under the other, and whether they are under `after`."""
    return [(day, after.is_workday(day)) for year in years for day in _of_year(year)
            if before.is_workday(day) != after.is_workday(day)]


def kind_in(word: str) -> DayKind | None:
    return DayKind.WORK if WORK.search(word) else DayKind.OFF if OFF.search(word) else None


def _judge(line: Line, calendar: WorkingCalendar, taken: dict[date, bool]) -> None:
    first = day_in(line.words["first"])
    last = day_in(line.words["last"]) if line.words.get("last") else first
    kind = kind_in(line.words["kind"])
    if first is None:
        line.problems["first"] = _("请写成 2026-04-20 这样的日期。")
    if last is None and "last" in line.words:
        line.problems["last"] = _("请写成 2026-04-20 这样的日期。")
    if kind is None:
        line.problems["kind"] = _("看不出是休息还是上班，请写“休”或“班”。")
    if first is None or last is None or kind is None:
        return
    if not timedelta(0) <= last - first < timedelta(days=LONGEST):
        line.problems["last" if "last" in line.words else "first"] = _("一行最多 %(count)d 天，结束不能早于开始。",
                                                                       count=LONGEST)
        return
    is_work = kind is DayKind.WORK
    days = {first + timedelta(days=number): Entered(is_work, _name(line), True)
            for number in range((last - first).days + 1)}
    if any(taken.get(day, is_work) != is_work for day in days):
        line.problems["first"] = _("同一天前面写的是另一样。")
        return
    taken |= dict.fromkeys(days, is_work)
    line.values["days"] = days
    changed = [day for day in days if calendar.is_workday(day) != is_work]
    known = all(calendar.entered.get(COUNTRY, {}).get(day) == one for day, one in days.items())
    line.what = "changed" if changed else "same" if known else "new"
    if changed:
        line.changes = [(_("原来"), DayKind.OFF.label if is_work else DayKind.WORK.label, kind.label)]


def _name(line: Line) -> str:
    said = line.words.get("name", "").strip()
    return (_ASIDE.sub("", said).strip() or said)[:40]


def _of_year(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)
