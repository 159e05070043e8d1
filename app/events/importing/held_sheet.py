"""A sheet of events that were held: each cell judged, and what is here already told from what is new."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.accounts.places import Organization, Region
from app.accounts.region_names import Regions
from app.events.approval import Approval, approvals_among
from app.events.asking import MOST_REGIONS, MOST_TASKS
from app.events.counting import MOST_HEADS
from app.events.importing.held_columns import COLUMNS, EXAMPLE, LONGEST, NEEDED, kind_in, yes_in
from app.events.importing.held_days import When, when_in
from app.events.importing.held_known import Known, PlanTasks
from app.events.span import EARLIEST, LATEST
from app.events.words import EventKind
from app.plans.outside_sheet import amount_in
from app.plans.sheet_head import JudgedSheet, Line, NoLines, lines_of, mark_doubles, plain, unread
from app.plans.sheet_units import Units

if TYPE_CHECKING:
    from app.accounts.models import Actor

MOST_HOURS = 100
TOTALS = frozenset(("合计", "总计", "小计", "共计", "累计", "总合计"))
_BETWEEN = re.compile(r"[、,，;；/\s]+")
_BETWEEN_TASKS = re.compile(r"[、,，;；\n]+")


@dataclass(frozen=True, slots=True)
class HeldSheet(JudgedSheet):
    """Judged against what is here now and what the actor may do. `approvals`: by office and kind, who must agree."""

    approvals: dict[tuple[int, str], Approval] = field(default_factory=dict)

    @classmethod
    def read(cls, rows: Sequence[Sequence[str]], year: int, actor: Actor, own: Organization, zone: str,
             as_of: datetime) -> HeldSheet:
        """`year`: of days that name none; `own`: whose event it is where the sheet does not say it.

        :raises NoSuchColumns, NoLines, TooManyLines: when it is no such sheet, or too long for one turn.
        """
        columns, found = lines_of(rows, COLUMNS, NEEDED)
        lines = [line for line in found if not _adds_up(rows[line.number - 1])]
        if not lines:
            raise NoLines
        told = _told(unread(rows, COLUMNS, NEEDED), [line.number for line in found if line not in lines])
        columns = columns if "regions" in columns else [*columns, "regions"]
        judge = _Judge(actor, own, zone, as_of, year)
        for line in lines:
            judge.judge(line)
        mark_doubles(lines, _key, "title", lambda count: _(
            "表里有 %(count)d 行是同一单位同一天的同名活动；不是同一场的，请在名称里写清楚。", count=count))
        good = [line for line in lines if line.is_good]
        known = Known.of([line.values for line in good], zone)
        for line in good:
            known.tell(line)
        return cls(columns, lines, told, approvals_among(
            {(one.values["organization"], one.values["kind"].value) for one in good}))

    @property
    def fresh(self) -> list[Line]:
        return [line for line in self.good if line.what == "new"]

    @property
    def reviewing(self) -> list[Organization]:
        """Who must agree before some of them count."""
        found = {one.reviewing.id: one.reviewing for one in self.approvals.values() if one.reviewing}
        return sorted(found.values(), key=lambda one: one.id)


class _Judge:
    """Knows what lines are judged against, fetched once for all."""

    def __init__(self, actor: Actor, own: Organization, zone: str, as_of: datetime, year: int) -> None:
        self.own, self.zone, self.as_of, self.year = own, zone, as_of, year
        self.today = as_of.astimezone(ZoneInfo(zone)).date()
        self.regions, self.units, self.tasks = Regions(), Units(actor), PlanTasks(actor)

    def judge(self, line: Line) -> None:
        for name, most in LONGEST.items():
            if len(line.words.get(name, "")) > most:
                line.problems[name] = _("最多 %(count)d 个字。", count=most)
        if not line.words["title"]:
            line.problems["title"] = _("没有名称。")
        elif line.words["title"] == EXAMPLE:
            line.problems["title"] = _("这是空表里的示例。")
        when, organization = self._when(line), self._organization(line)
        regions = self._regions(line, organization)
        self._tasks(line, when)
        self._numbers(line, when)
        line.values |= {"title": line.words["title"], "location": line.words.get("location", ""),
                        "organization": organization, "regions": regions or [organization.region],
                        "kind": self._kind(line), "confirmed": self._confirmed(line)}

    def _when(self, line: Line) -> When | None:
        said = dict.fromkeys(line.words.get(name, "") for name in ("day", "until", "time"))
        found = when_in(" ".join(word for word in said if word), self.year)
        if found is None or not EARLIEST < found.first.year < LATEST:
            line.problems["day"] = _("没有日期。") if not line.words["day"] else _(
                "看不懂这个日期。请写成 2026-04-20、4月20日至22日，或 4月20日 14:00-16:00。")
            return None
        if found.last > self.today:
            line.problems["day"] = _("这一天还没有到。还没办的活动请用“新建活动”。")
        elif (span := found.span(self.zone)).starts_at > self.as_of:
            line.problems["day"] = _("这个时间还没有到。")
        else:
            line.values["span"] = span
            if found.is_half:
                line.hints["day"] = _("没有写结束时间，按两小时记。") if found.starts else _(
                    "没有写结束时间，按全天记。")
        return found

    def _organization(self, line: Line) -> Organization:
        found, problem = self.units.find(line.words.get("organization", ""))
        if problem:
            line.problems["organization"] = problem
        return found or self.own

    def _regions(self, line: Line, organization: Organization) -> list[Region]:
        words = [word for word in _BETWEEN.split(line.words.get("regions", "")) if word]
        found = {word: self.regions.find(word) for word in words}
        unknown = next((word for word, region in found.items() if region is None), None)
        if unknown is not None:
            line.problems["regions"] = _(
                "没有叫“%(word)s”的地区，或者不止一个；区县请写成“成都市锦江区”。", word=unknown[:20])
        if not words:
            line.words["regions"] = ""
            line.hints["regions"] = _("没有写，按单位的地区记：%(region)s。", region=organization.region.name)
        if len(words) > MOST_REGIONS:
            line.problems["regions"] = _("一次活动最多选 %(count)d 个地区；再多请选上一级。", count=MOST_REGIONS)
        return list({one.code: one for one in found.values() if one}.values())

    def _tasks(self, line: Line, when: When | None) -> None:
        words = [word.strip() for word in _BETWEEN_TASKS.split(line.words.get("tasks", "")) if word.strip()]
        found, unknown = self.tasks.find(words, when.first.year if when else self.year)
        if unknown:
            line.problems["tasks"] = _("计划里没有任务“%(code)s”，请写编号或任务的全名。", code=unknown[:20])
        elif len(found) > MOST_TASKS:
            line.problems["tasks"] = _("一次活动最多对应 %(count)d 项任务。", count=MOST_TASKS)
        elif not found:
            line.hints["tasks" if "tasks" in line.words else "title"] = _("没有写任务，不计入任何任务。")
        elif when and any(task.plan.year != when.first.year for task in found):
            line.hints["tasks"] = _(
                "活动在 %(year)d 年，不在任务的计划年度，不计入当年的数字。", year=when.first.year)
        line.values["tasks"] = found

    def _kind(self, line: Line) -> EventKind:
        """What the sheet says, else what its task suggests, else a lecture."""
        word = line.words.get("kind", "")
        suggested = next((EventKind(task.event_kind) for task in line.values["tasks"]
                          if task.event_kind in set(EventKind)), EventKind.LECTURE)
        kind = kind_in(word) or suggested
        if word and kind_in(word) is None:
            line.hints["kind"] = _("没有这个类型，记为“%(kind)s”。", kind=kind.label)
        return kind

    def _numbers(self, line: Line, when: When | None) -> None:
        """People and attendances are different units; of a single day people came once each."""
        whole = {name: self._number(line, name, amount_in, MOST_HEADS)
                 for name in ("attendances", "people", "materials")}
        line.values |= whole | {"credit_hours": self._number(line, "hours", _tenths, MOST_HOURS * 10)}
        attendances, people = whole["attendances"], whole["people"]
        if attendances is None and "attendances" not in line.problems:
            if people is None or when is None or when.first != when.last:
                line.problems["attendances" if "attendances" in line.words else "title"] = _(
                    "没有人次；没有人来写 0。") if people is None else _("办了几天的活动要写人次，人数不能代替。")
            else:
                line.values["attendances"] = people
                line.hints["people"] = _("没有写人次，按人数记。")
        elif people is not None and attendances is not None and people > attendances:
            line.problems["people"] = _("人数不会多于人次。")

    def _number(self, line: Line, name: str, read: Callable[[str], int | None], most: int) -> int | None:
        word = line.words.get(name, "")
        number = read(word) if word else None
        if word and (number is None or number > most):
            line.problems[name] = _("学时要在 0 到 100 之间，最多一位小数。") if name == "hours" else _(
                "请写成 86 这样的整数，最多 1000 万。")
            return None
        return number

    def _confirmed(self, line: Line) -> bool:
        said = yes_in(line.words.get("confirmed", ""))
        if said is None:
            line.problems["confirmed"] = _("请写“是”或“否”。")
        return bool(said)


def _adds_up(row: Sequence[str]) -> bool:
    """A row of sums under the others."""
    return plain(next((word for word in row if word), "")) in TOTALS


def _told(columns: Sequence[str], totals: Sequence[int]) -> list[str]:
    told = [_("没有用到的列：%(columns)s。", columns=_("、").join(columns))] if columns else []
    return told + ([_("第 %(rows)s 行是合计，没有当作活动。", rows=_("、").join(map(str, totals)))] if totals else [])


def _tenths(word: str) -> int | None:
    """3.5学时 as 35; None for what is no such number."""
    try:
        tenths = Decimal(re.sub(r"\s*(学时|课时|小时|个)+$", "", word)) * 10
    except InvalidOperation:
        return None
    return int(tenths) if tenths.is_finite() and tenths == tenths.to_integral_value() and tenths >= 0 else None


def _key(line: Line) -> tuple[str, date, int]:
    return line.values["title"], line.values["span"].starts_on, line.values["organization"].id
