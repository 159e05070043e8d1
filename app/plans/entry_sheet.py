"""A sheet of entries of one register: each cell judged, new told from changed, and all brought in at once.

The same name in the same region is the same entry: a second import replaces, it never doubles. An empty cell says
nothing, and leaves what is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import Actor
from app.accounts.places import Organization, Region
from app.accounts.region_names import Regions
from app.db import db
from app.plans.registers import Register, RegisterEntry
from app.plans.sheet_head import JudgedSheet, Line, day_in, lines_of, mark_doubles, plain
from app.plans.sheet_units import Units
from app.plans.standing import DAYS, Course, OutOfOrder, Standing

COLUMNS: Mapping[str, Sequence[str]] = {
    "name": ("名称", "姓名", "学校", "学校名称", "企业名称", "单位名称", "基地名称", "课程名称", "分站名称",
             "平台名称", "name"),
    "region": ("地区", "所在地", "所在地区", "市州", "市", "区县", "县", "所属地区", "region"),
    "organization": ("管理单位", "由谁管理", "推荐单位", "申报单位", "主管单位", "主管部门"),
    "level": ("级别", "等级", "level"),
    "standing": ("状态", "进展", "进度", "standing"),
    "approval_number": ("批复文号", "文号", "认定文号", "批准文号"),
    "applied_on": ("申报日期", "申报时间"), "reviewed_on": ("评审日期", "评审时间"),
    "announced_on": ("公示日期", "公示时间"),
    "approved_on": ("批复日期", "批复时间", "认定日期", "认定时间", "批准日期"),
    "plaque_on": ("授牌日期", "授牌时间"), "withdrawn_on": ("撤销日期", "撤销时间"),
    "address": ("地址", "工作单位", "详细地址"), "note": ("备注", "说明"),
}
LONGEST = {"name": 160, "level": 40, "approval_number": 80, "address": 200, "note": 2000}
WORDS = ("level", "approval_number", "address", "note")
AT_ONCE = 500  # names asked for in one statement


class EntrySheet(JudgedSheet):
    """What a sheet says of a register, judged against what is there now and what the actor may do."""

    @classmethod
    def read(cls, rows: Sequence[Sequence[str]], register: Register, actor: Actor, own: Organization,
             today: date) -> EntrySheet:
        """`own`: who looks after entries of which the sheet does not say it.

        :raises NoSuchColumns, TooManyLines: when it is no such sheet, or too long for one turn.
        """
        columns, lines = lines_of(rows, COLUMNS, ("name",))
        judge = _Judge(register, actor, own, today, [line.words["name"] for line in lines])
        for line in lines:
            judge.judge(line)
        mark_doubles(lines, _key, "name",
                     lambda count: _("表里有 %(count)d 行写了同一个名称。", count=count))
        return cls(columns, lines)

    def bring_in(self, register: Register, as_of: datetime) -> None:
        """All good lines, by the verbs."""
        for line in self.good:
            values = dict(line.values)
            if line.what == "new":
                RegisterEntry.entered(register, values.pop("organization"), values.pop("region"),
                                      values.pop("name"), as_of, **values)
            elif line.what == "changed":
                line.found.correct(as_of, **values)


class _Judge:
    """Knows what lines are judged against, fetched once for all."""

    def __init__(self, register: Register, actor: Actor, own: Organization, today: date,
                 names: Iterable[str]) -> None:
        self.register, self.actor, self.own, self.today = register, actor, own, today
        self.regions, self.units = Regions(), Units(actor)
        self.known = _known(register, sorted(set(names)))

    def judge(self, line: Line) -> None:
        words, problems = line.words, line.problems
        for name, most in LONGEST.items():
            if len(words.get(name, "")) > most:
                problems[name] = _("最多 %(count)d 个字。", count=most)
        if not words["name"]:
            problems["name"] = _("没有名称。")
        region, organization, days = self._region(line), self._organization(line), self._days(line)
        if problems:
            return
        line.found = self._found(words["name"], region)
        if line.found is not None and not self.actor.reaches(line.found.organization):
            problems["name"] = _("这一条归“%(unit)s”管，您不能改。", unit=line.found.organization.name)
            return
        self._judge_course(line, days)
        if not problems:
            self._settle(line, region, organization)

    def _region(self, line: Line) -> Region | None:
        word = line.words.get("region", "")
        found = self.regions.find(word) if word else None
        if word and found is None:
            line.problems["region"] = _(
                "没有叫“%(word)s”的地区，或者不止一个；区县请写成“成都市锦江区”。", word=word[:20])
        return found

    def _organization(self, line: Line) -> Organization | None:
        found, problem = self.units.find(line.words.get("organization", ""))
        if problem:
            line.problems["organization"] = problem
        return found

    def _found(self, name: str, region: Region | None) -> RegisterEntry | None:
        """Of that name in that region; where the sheet says no region, the only one of that name in reach."""
        named = self.known.get(name, [])
        if region is not None:
            return next((one for one in named if one.region_code == region.code), None)
        own = [one for one in named if self.actor.reaches(one.organization)]
        return own[0] if len(own) == 1 else next(
            (one for one in named if one.region_code == self.own.region_code), None)

    def _days(self, line: Line) -> dict[str, date]:
        days: dict[str, date] = {}
        for name in DAYS:
            if word := line.words.get(name, ""):
                if (day := day_in(word)) is None:
                    line.problems[name] = _("请写成 2026-04-20 这样的日期。")
                else:
                    days[name] = day
        return days

    def _judge_course(self, line: Line, days: Mapping[str, date]) -> None:
        course = replace(line.found.course if line.found else Course(), **days)
        try:
            course.require_order(self.today)
        except OutOfOrder as error:
            line.problems[error.field if error.field in line.words else "name"] = error.sentence
        if (said := line.words.get("standing", "")) and plain(said) not in _words_of(course.standing):
            line.problems["standing"] = _("和日期对不上：按日期是“%(now)s”。", now=course.standing.label)
        line.values["course"] = course

    def _settle(self, line: Line, region: Region | None, organization: Organization | None) -> None:
        """What would be written, and how it differs from what is there."""
        said = {name: line.words[name] for name in WORDS if line.words.get(name)}
        if line.found is None:
            unit = organization or self.own
            if region is not None and not region.code.startswith(unit.region.stem):
                line.problems["region"] = _(
                    "“%(region)s”不在“%(unit)s”的地区里。", region=region.name, unit=unit.name)
            line.values |= said | {"name": line.words["name"], "organization": unit, "region": region or unit.region}
            return
        entry, course = line.found, line.values["course"]
        line.values |= said | ({"organization": organization} if organization else {})
        line.changes = [(word_of(name), str(getattr(entry, name)), value) for name, value in said.items()
                        if getattr(entry, name) != value]
        line.changes += [(word_of(name), str(getattr(entry, name) or ""), str(getattr(course, name)))
                         for name in DAYS if getattr(entry, name) != getattr(course, name)]
        if organization and organization.id != entry.organization_id:
            line.changes.append((word_of("organization"), entry.organization.name, organization.name))
        line.what = "changed" if line.changes else "same"


def word_of(column: str) -> str:
    return {"name": pgettext("name", "名称"), "region": _("地区"), "organization": _("管理单位"), "level": _("级别"),
            "standing": _("状态"), "approval_number": _("批复文号"), "applied_on": _("申报日期"),
            "reviewed_on": _("评审日期"), "announced_on": _("公示日期"), "approved_on": _("批复日期"),
            "plaque_on": _("授牌日期"), "withdrawn_on": _("撤销日期"), "address": _("地址"),
            "note": _("备注")}[column]


def _words_of(standing: Standing) -> set[str]:
    """已批复, 批复, approved."""
    return {plain(word) for word in (standing.label, standing.step, standing.value)}


def _known(register: Register, names: Sequence[str]) -> dict[str, list[RegisterEntry]]:
    found: dict[str, list[RegisterEntry]] = defaultdict(list)
    for start in range(0, len(names), AT_ONCE):
        for one in db.session.scalars(select(RegisterEntry).where(
                RegisterEntry.register_id == register.id, RegisterEntry.name.in_(names[start:start + AT_ONCE]),
                RegisterEntry.deleted_at.is_(None)).options(
                    joinedload(RegisterEntry.organization), joinedload(RegisterEntry.register))):
            found[one.name].append(one)
    return found


def _key(line: Line) -> tuple[str, str]:
    return line.words["name"], line.found.region_code if line.found else line.values["region"].code
