"""A sheet of figures from elsewhere: each cell judged, old and new told, and all brought in at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.accounts.models import Person
from app.accounts.places import Region
from app.accounts.region_names import Regions
from app.db import db
from app.plans.indicators import Indicator
from app.plans.outside import MOST, BadFigure, OutsideFigure, require_apart, require_days, taken_by
from app.plans.sheet_head import JudgedSheet, Line, day_in, lines_of, mark_doubles, plain

COLUMNS: Mapping[str, Sequence[str]] = {
    "month": ("月份", "月", "统计月份", "时间", "month"),
    "amount": ("数字", "数量", "人数", "人次", "选课人数", "累计人数", "累计数", "合计", "amount"),
    "source": ("来源", "数据来源", "平台", "平台名称", "source"),
    "true_on": ("截至日期", "截至", "截止日期", "统计日期"),
    "kind": ("口径", "累计或当月", "累计/当月", "类型"),
    "region": ("地区", "市州", "区县", "region"),
}
RUNNING = frozenset({"累计", "累计数", "running"})
ONE_MONTH = frozenset({"当月", "本月", "新增", "当月新增", "month"})
LONGEST_SOURCE = 120
_MONTH = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*月?(?:份)?")
_DIGITS = re.compile(r"(\d{4})(\d{2})")
_AMOUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(万)?\s*\D{0,3}")


@dataclass(frozen=True, slots=True)
class FigureSheet(JudgedSheet):
    """What a sheet says of one indicator, judged against what stands there now. `sources`: those that stand."""

    sources: Sequence[str] = ()

    @property
    def adding(self) -> list[str]:
        """Sources of the sheet whose numbers would add to those of another for the first time."""
        fresh = sorted({line.values["source"] for line in self.good} - set(self.sources))
        return fresh if len(fresh) + len(self.sources) > 1 else []

    @property
    def all_sources(self) -> list[str]:
        return sorted({*self.sources, *(line.values["source"] for line in self.good)})

    @classmethod
    def read(cls, rows: Sequence[Sequence[str]], indicator: Indicator, today: date) -> FigureSheet:
        """:raises NoSuchColumns, TooManyLines: when it is no such sheet, or too long for one turn."""
        columns, lines = lines_of(rows, COLUMNS, ("month", "amount"))
        judge = _Judge(indicator, today)
        for line in lines:
            judge.judge(line)
        mark_doubles(lines, _key, "month",
                     lambda count: _("表里有 %(count)d 行写了同一个月。", count=count))
        return cls(columns, lines, sources=judge.stood)

    def bring_in(self, indicator: Indicator, as_of: datetime, by: Person) -> None:
        for line in self.good:
            if line.what != "same":
                OutsideFigure.record(indicator, as_of, by, **line.values)


class _Judge:
    """Knows what lines are judged against, fetched once for all."""

    def __init__(self, indicator: Indicator, today: date) -> None:
        self.indicator, self.today, self.regions = indicator, today, Regions()
        self.own = indicator.task.plan.organization.region
        self.taken = taken_by(indicator)
        self.stood = self.sources = sorted({source for source, _region in self.taken})
        self.known = {(one.month, one.region_code, one.source): one for one in db.session.scalars(
            OutsideFigure.of_indicator(indicator).options(joinedload(OutsideFigure.region)))}

    def judge(self, line: Line) -> None:
        words, problems = line.words, line.problems
        month, amount = month_in(words["month"], self.indicator.task.plan.year), amount_in(words["amount"])
        if month is None:
            problems["month"] = _("请写成 2026-03 或 3月 这样的月份。")
        if amount is None:
            problems["amount"] = _("请写成 286400 或 28.64万 这样的数字。")
        region, source, is_running = self._region(line), self._source(line), self._kind(line)
        true_on = self._true_on(line, month)
        if problems or month is None or true_on is None or region is None:
            return
        try:
            require_days(self.indicator, month, true_on, self.today)
            require_apart(region, source, self.taken)
        except BadFigure as error:
            problems[error.field if error.field in words else "month"] = error.sentence
            return
        self.taken.append((source, region))
        line.values = {"month": month, "region": region, "source": source, "true_on": true_on, "amount": amount,
                       "is_running_total": is_running}
        self._compare(line)

    def _region(self, line: Line) -> Region | None:
        word = line.words.get("region", "")
        found = self.regions.find(word) if word else self.own
        if found is None:
            line.problems["region"] = _(
                "没有叫“%(word)s”的地区，或者不止一个；区县请写成“成都市锦江区”。", word=word[:20])
        elif not found.code.startswith(self.own.stem):
            line.problems["region"] = _("“%(region)s”不在计划的地区里。", region=found.name)
        return found

    def _source(self, line: Line) -> str:
        """The only one known, where the sheet says none."""
        word = line.words.get("source", "") or (self.sources[0] if len(self.sources) == 1 else "")
        if not word or len(word) > LONGEST_SOURCE:
            line.problems["source" if "source" in line.words else "month"] = _("没有来源。") if not word else _(
                "最多 %(count)d 个字。", count=LONGEST_SOURCE)
        return word

    def _kind(self, line: Line) -> bool:
        """A running total, unless the sheet says that it is the month's own."""
        word = plain(line.words.get("kind", ""))
        if word and word not in RUNNING | ONE_MONTH:
            line.problems["kind"] = _("请写“累计”或“当月”。")
        return word not in ONE_MONTH

    def _true_on(self, line: Line, month: date | None) -> date | None:
        """The month's last day, or today, where the sheet does not say it."""
        if word := line.words.get("true_on", ""):
            found = day_in(word)
            if found is None:
                line.problems["true_on"] = _("请写成 2026-04-20 这样的日期。")
            return found
        return min(last_of(month), max(self.today, month)) if month else None

    def _compare(self, line: Line) -> None:
        values = line.values
        line.found = self.known.get((values["month"], values["region"].code, values["source"]))
        if line.found is None:
            return
        pairs = [(_("数字"), f"{line.found.amount:,}", f"{values['amount']:,}"),
                 (_("截至"), str(line.found.true_on), str(values["true_on"])),
                 (_("口径"), kind_word(line.found.is_running_total), kind_word(values["is_running_total"]))]
        line.changes = [(word, old, new) for word, old, new in pairs if old != new]
        line.what = "changed" if line.changes else "same"


def kind_word(is_running_total: bool) -> str:
    return _("累计") if is_running_total else _("当月")


def column_word(name: str) -> str:
    return {"month": _("月份"), "amount": _("数字"), "source": _("来源"), "true_on": _("截至"), "kind": _("口径"),
            "region": _("地区")}[name]


def month_in(word: str, year: int) -> date | None:
    """2026-03, 2026年3月, 202603, a day of it; 3月 of `year`; None for what is no month."""
    said = unicodedata.normalize("NFKC", word).strip()
    if (day := day_in(said)) is not None:
        return day.replace(day=1)
    found = _DIGITS.fullmatch(said) or _MONTH.fullmatch(said)
    if found is None:
        return None
    try:
        first = date(int(found[1] or year), int(found[2]), 1)
    except ValueError:
        return None
    return first if 1970 < first.year < 2200 else None


def amount_in(word: str) -> int | None:
    """286400, 286,400, 28.64万, 286400人; None for what is no whole number."""
    found = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", word).strip())
    if found is None:
        return None
    try:
        amount = Decimal(found[1].replace(",", "")) * (10_000 if found[2] else 1)
    except InvalidOperation:
        return None
    return int(amount) if amount == amount.to_integral_value() and amount <= MOST else None


def last_of(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _key(line: Line) -> tuple[date, str, str]:
    return line.values["month"], line.values["region"].code, line.values["source"]
