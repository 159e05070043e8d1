"""Two years of an office beside each other: targets and results of each task, and the totals, like with like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload, selectinload

from app.db import db
from app.events.asking import office_zone
from app.exporting import Sheet
from app.plans.indicators import Indicator, Measure
from app.plans.lineage import Pair, pairs
from app.plans.models import Plan, Task
from app.plans.yearly import same_date
from app.reports.counting.cells import Amount, Count, rolled_up, whole
from app.reports.counting.tally import Tally, TaskFigures, tally

MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class Numbers:
    """One indicator in both years; None where a year has none like it, or nothing is known of it."""

    now: Count | None
    before: Count | None
    name: str
    asked: str
    asked_before: str

    @property
    def difference(self) -> Amount | None:
        """None where the numbers cannot be compared: another unit, or only one year has it."""
        if self.now is None or self.before is None or self.now.target.unit != self.before.target.unit:
            return None
        return whole(self.now.done - self.before.done)


@dataclass(frozen=True, slots=True)
class Line:
    """One task in both years; `now` and `before` are what its events brought."""

    pair: Pair
    now: TaskFigures | None
    before: TaskFigures | None
    numbers: Sequence[Numbers]

    @property
    def task(self) -> Task:
        return self.pair.either

    @property
    def difference(self) -> int | None:
        return self.now.done - self.before.done if self.now and self.before else None

    @property
    def standing(self) -> str:
        """“new”, “gone”, or nothing."""
        return "gone" if self.pair.now is None else "new" if self.pair.before is None else ""


@dataclass(frozen=True, slots=True)
class Total:
    """A number of both years; None where the system holds nothing of the other year. `then`: the other year's until
    the same day, where this one still runs."""

    name: str
    now: Amount
    before: Amount | None
    then: Amount | None

    @property
    def difference(self) -> Amount | None:
        base = self.before if self.then is None else self.then
        return None if base is None else whole(self.now - base)


class TwoYears:
    """`plan` beside an earlier or later one of the same office. A bounded number of queries."""

    def __init__(self, plan: Plan, other: Plan, as_of: datetime) -> None:
        self.plan, self.other = plan, other
        self.today = as_of.astimezone(office_zone()).date()
        self.now, self.before = tally(plan, as_of), tally(other, as_of)
        # A year that still runs is compared with the other one until the same day, not with the whole of it.
        self.until = same_date(self.today, other.year) if plan.year == self.today.year else None
        self._then = tally(other, as_of, until=self.until) if self.until else None

    @cached_property
    def lines(self) -> list[Line]:
        return [self._line(pair) for pair in pairs(self.plan, self.other, _tasks(self.plan), _tasks(self.other))]

    @property
    def totals(self) -> list[Total]:
        nothing: list[Amount | None] = [None] * 5
        then = _totals(self._then) if self._then and self.is_kept else nothing
        return [Total(name, *numbers) for name, *numbers in zip(
            (_("活动（场）"), _("人次"), _("人数"), _("资料（份）"), _("覆盖市（州）")), _totals(self.now),
            _totals(self.before) if self.is_kept else nothing, then, strict=True)]

    @property
    def is_kept(self) -> bool:
        """Whether the other year's events are here at all: one from before the system is no year without events."""
        return self.before.whole.done > 0

    @property
    def months(self) -> tuple[list[int | None], list[int | None]]:
        """Events done by month in both years; None for months that have not begun, or of which nothing is kept."""
        own = [None if date(self.plan.year, month, 1) > self.today else self.now.events_by_month.get(
            date(self.plan.year, month, 1), 0) for month in MONTHS]
        return own, [self.before.events_by_month.get(date(self.other.year, month, 1), 0) if self.is_kept else None
                     for month in MONTHS]

    @property
    def finding(self) -> str:
        """What is to be seen, in a sentence."""
        events = self.totals[0]
        words = {"now": self.plan.year, "before": self.other.year}
        if events.difference is None:
            return ngettext(
                "%(now)d年办了 %(num)d 场；%(before)d年的活动不在系统里。",
                "%(now)d年办了 %(num)d 场；%(before)d年的活动不在系统里。",
                events.now, **words)
        words["base"] = events.now - events.difference
        if self.until:
            return ngettext(
                "%(now)d年到今天办了 %(num)d 场，%(before)d年同期 %(base)d 场，",
                "%(now)d年到今天办了 %(num)d 场，%(before)d年同期 %(base)d 场，",
                events.now, **words) + _change(events.difference)
        return ngettext(
            "%(now)d年办了 %(num)d 场，%(before)d年 %(base)d 场，",
            "%(now)d年办了 %(num)d 场，%(before)d年 %(base)d 场，",
            events.now, **words) + _change(events.difference)

    def _line(self, pair: Pair) -> Line:
        return Line(
            pair, self.now.task(pair.now.id) if pair.now else None,
            self.before.task(pair.before.id) if pair.before and self.is_kept else None,
            [_numbers(one, was, self.now.of(one) if one else None, self._known(was))
             for one, was in pair.indicators])

    def _known(self, indicator: Indicator | None) -> Count | None:
        """None where nothing was counted because nothing is kept."""
        count = self.before.of(indicator) if indicator else None
        return count if count and (count.amount or count.is_entered or self.is_kept) else None


def _numbers(one: Indicator | None, was: Indicator | None, now: Count | None, before: Count | None) -> Numbers:
    either = one or was
    name = either.name or Measure(either.measure).label if either else ""
    return Numbers(now, before, name, _asked(one), _asked(was))


def _asked(indicator: Indicator | None) -> str:
    return "" if indicator is None else indicator.wording or indicator.target.describe()


def _change(difference: Amount) -> str:
    if not difference:
        return _("一样多。")
    return _("多 %(gap)s 场。", gap=difference) if difference > 0 else _("少 %(gap)s 场。", gap=-difference)


def _tasks(plan: Plan) -> Sequence[Task]:
    return db.session.scalars(Task.of_plan(plan).options(
        joinedload(Task.category), joinedload(Task.plan).joinedload(Plan.organization),
        selectinload(Task.indicators))).all()


def _totals(counted: Tally) -> list[Amount]:
    figures = counted.whole
    return [figures.done, figures.attendances, figures.people, figures.materials,
            len(rolled_up(dict.fromkeys(figures.regions, 1), 4))]


def sheets(two: TwoYears) -> Iterator[Sheet]:
    """The comparison as a workbook: the tasks, the totals, the months."""
    year, other = two.plan.year, two.other.year
    yield Sheet(_("各项任务"), _task_rows(two), widths=(10, 34, 24, 20, 12, 20, 12, 10, 12))
    yield Sheet(_("合计"), [[_("项目"), str(year), _("%(year)d年同期", year=other) if two.until else "", str(other),
                           _("相差")], *([one.name, one.now, one.then, one.before, one.difference]
                                       for one in two.totals)], widths=(18, 12, 14, 12, 10))
    own, before = two.months
    yield Sheet(_("按月"), [[_("月份"), str(year), str(other)], *(
        [_("%(month)d月", month=month), own[month - 1], before[month - 1]] for month in MONTHS)])


def _task_rows(two: TwoYears) -> Iterator[list[object]]:
    year, other = two.plan.year, two.other.year
    yield [_("编号"), _("任务"), _("指标"), _("%(year)d年目标", year=year), _("%(year)d年完成", year=year),
           _("%(year)d年目标", year=other), _("%(year)d年完成", year=other), _("相差"), _("说明")]
    for line in two.lines:
        task, note = line.task, {"new": _("新增"), "gone": _("不再有")}.get(line.standing, "")
        yield [task.code, task.title, _("活动（场）"), "", line.now and line.now.done, "",
               line.before and line.before.done, line.difference, note]
        for one in line.numbers:
            yield [task.code, task.title, one.name, one.asked, _cell(one.now), one.asked_before, _cell(one.before),
                   None if one.difference is None else _plain(one.difference),
                   "；".join(filter(None, (note, _entered(one))))]


def _entered(numbers: Numbers) -> str:
    return _("人工填报") if any(one and one.is_entered for one in (numbers.now, numbers.before)) else ""


def _cell(count: Count | None) -> int | float | None:
    return None if count is None else _plain(count.done)


def _plain(amount: Amount) -> int | float:
    return amount if isinstance(amount, int) else round(float(amount), 1)
