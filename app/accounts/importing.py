"""A sheet of staff: its columns recognised, each cell judged, and all of it brought in at once."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts import staff
from app.accounts.models import Actor, Person, Role
from app.accounts.places import Organization, Region
from app.contact import BadContact, Contact
from app.db import db
from app.errors import Refused

LONGEST_NAME, LONGEST_UNIT = 60, 120
HEAD_WITHIN = 10  # rows: titles often stand above the head of a sheet
MOST_LINES = 2_000  # brought in by one transaction, which nobody else can write during
AT_ONCE = 500  # contacts asked for in one statement

COLUMNS: Mapping[str, frozenset[str]] = {
    "name": frozenset({"姓名", "名字", "人员", "人员姓名", "name"}),
    "unit": frozenset({"单位", "单位名称", "所在单位", "工作单位", "所属单位", "部门", "unit", "organization"}),
    "contact": frozenset({"邮箱或手机", "手机或邮箱", "邮箱/手机", "手机/邮箱", "联系方式", "contact"}),
    "email": frozenset({"邮箱", "电子邮箱", "电子邮件", "邮箱地址", "email", "e-mail"}),
    "mobile": frozenset({"手机", "手机号", "手机号码", "移动电话", "联系电话", "电话", "mobile"}),
    "role": frozenset({"角色", "权限", "身份", "role"}),
}
ROLES: Mapping[str, Role] = {
    "管理员": Role.ADMINISTRATOR, "系统管理员": Role.ADMINISTRATOR, "单位管理员": Role.ADMINISTRATOR,
    "安全管理员": Role.SECURITY_ADMIN, "审计员": Role.AUDITOR, "安全审计员": Role.AUDITOR,
    "计划管理": Role.PLANNER, "计划管理员": Role.PLANNER, "计划员": Role.PLANNER,
    "经办人": Role.ORGANIZER, "经办": Role.ORGANIZER, "组织者": Role.ORGANIZER, "工作人员": Role.ORGANIZER,
    "审核人": Role.REVIEWER, "审核": Role.REVIEWER, "审核员": Role.REVIEWER, "审批人": Role.REVIEWER,
    "领导": Role.LEADER, "分管领导": Role.LEADER, **{role.value: role for role in Role},
}
_AUTHORITY = re.compile(r"(市场监督管理|市场监管|知识产权).*局$")
_ASIDE = re.compile(r"[(（\[【].*?[)）\]】]|[\s*＊:：]")


class NoSuchColumns(Refused):
    """A sheet of something else."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("没有找到表头。第一行要有“姓名”“单位”“邮箱”或“手机”“角色”这几列。"))


class TooManyLines(Refused):
    status = 422

    def __init__(self, count: int) -> None:
        super().__init__(_("表里有 %(count)d 行，一次最多导入 %(most)d 行，请分成几份。",
                           count=count, most=MOST_LINES))


@dataclass(slots=True)
class Line:
    """One person of the sheet; `problems` by column, in sentences. `is_new_unit`: nobody knows it yet."""

    number: int
    words: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    contact: Contact | None = None
    role: Role | None = None
    unit: Organization | None = None
    is_new_unit: bool = False

    @property
    def is_good(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class StaffSheet:
    """What a sheet says, judged against who and what is there now."""

    columns: tuple[str, ...]
    lines: Sequence[Line]

    @property
    def good(self) -> list[Line]:
        return [line for line in self.lines if line.is_good]

    @property
    def new_units(self) -> list[str]:
        return list(dict.fromkeys(line.words["unit"] for line in self.good if line.is_new_unit))

    @classmethod
    def read(cls, rows: Sequence[Sequence[str]], actor: Actor) -> StaffSheet:
        """:raises NoSuchColumns, TooManyLines: it is no sheet of staff, or one for several turns."""
        at, columns = _head(rows)
        lines = [Line(number, {name: row[column] if column < len(row) else "" for name, column in columns.items()})
                 for number, row in enumerate(rows[at + 1:], at + 2)]
        lines = [line for line in lines if any(line.words.values())]
        if len(lines) > MOST_LINES:
            raise TooManyLines(len(lines))
        units = _units(actor)
        for line in lines:
            _judge(line, units)
        _mark_known(lines)
        return cls(tuple(columns), lines)


def bring_in(sheet: StaffSheet, actor: Actor, parent: Organization, as_of: datetime) -> list[Person]:
    """All whose lines are good; units that nobody knew are founded under `parent`. In one transaction."""
    regions = db.session.scalars(
        select(Region).where(Region.code.startswith(parent.region.stem)).order_by(Region.code)).all()
    founded = {}
    for name in sheet.new_units:
        region = _region_of(name, regions) or parent.region
        founded[name] = Organization.ensure(name, parent, region, as_of, kind=_kind_of(name, parent, region))
    people = []
    for line in sheet.good:
        assert line.contact is not None and line.role is not None
        unit = line.unit or founded[line.words["unit"]]
        people.append(staff.bring_in(actor, name=line.words["name"], contact=line.contact, role=line.role,
                                     organization=unit, as_of=as_of, is_judged=True))
    db.session.flush()
    return people


def likely_parent(sheet: StaffSheet, actor: Actor) -> Organization | None:
    """Under which of the actor's units the new ones belong: the office of the city in which all of them lie, or the
    only office that the sheet itself names; None when that is not plain."""
    units = list(db.session.scalars(Organization.open_under(actor.paths).options(joinedload(Organization.region))))
    if len(units) < 2:
        return next(iter(units), None)
    regions = db.session.scalars(select(Region).order_by(Region.code)).all()
    lying = {region.code for name in sheet.new_units if (region := _region_of(name, regions))}
    cities = {code[:4] + "00" for code in lying}
    found = [one for one in units if one.kind == "office" and {one.region_code} == cities]
    if not cities:
        found = [one for one in units if one.kind == "office" and one in {line.unit for line in sheet.good}]
    highest = min((one.path.count("/") for one in found), default=0)
    found = [one for one in found if one.path.count("/") == highest]
    return found[0] if len(found) == 1 else None


def _kind_of(name: str, parent: Organization, region: Region) -> str:
    """A county's own authority is an office like its city's, and answers for what is below; a school is a unit."""
    is_narrower = len(region.stem) > len(parent.region.stem)
    body = parent.name.removeprefix(parent.region.name)
    return "office" if is_narrower and ((body and name.endswith(body)) or _AUTHORITY.search(name)) else "unit"


def _head(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    for at, row in enumerate(rows[:HEAD_WITHIN]):
        found: dict[str, int] = {}
        for column, word in enumerate(row):
            plain = _ASIDE.sub("", unicodedata.normalize("NFKC", word)).casefold()
            name = next((name for name, words in COLUMNS.items() if plain in words), None)
            if name and name not in found:
                found[name] = column
        if {"name", "unit", "role"} <= found.keys() and found.keys() & {"contact", "email", "mobile"}:
            return at, found
    raise NoSuchColumns


def _units(actor: Actor) -> dict[str, list[Organization]]:
    """Units in reach by each word they go by."""
    known: dict[str, list[Organization]] = {}
    for unit in db.session.scalars(Organization.open_under(actor.paths).options(selectinload(Organization.past))):
        for word in unit.known_as:
            known.setdefault(_plain(word), []).append(unit)
    return known


def _judge(line: Line, units: Mapping[str, list[Organization]]) -> None:
    words, problems = line.words, line.problems
    if not words["name"]:
        problems["name"] = _("没有姓名。")
    elif len(words["name"]) > LONGEST_NAME:
        problems["name"] = _("姓名太长。")
    _judge_unit(line, units)
    line.role = ROLES.get(_plain(words["role"]))
    if line.role is None:
        problems["role"] = _("没有角色。") if not words["role"] else _(
            "不认识这个角色。可以写：%(words)s。", words=_("、").join(role.label for role in Role))
    _judge_contact(line)


def _judge_unit(line: Line, units: Mapping[str, list[Organization]]) -> None:
    word = line.words["unit"]
    found = units.get(_plain(word), [])
    if not word or len(word) > LONGEST_UNIT:
        line.problems["unit"] = _("没有单位。") if not word else _("单位名称太长。")
    elif len(found) > 1:
        line.problems["unit"] = _("有 %(count)d 个单位用过这个名称，请写全称。", count=len(found))
    elif found:
        line.unit = found[0]
    else:
        line.is_new_unit = True


def _judge_contact(line: Line) -> None:
    """One column for both, or one each; a problem stands in the cell that is wrong."""
    kept = {"email": "", "mobile": ""}
    for column in ("email", "mobile", "contact"):
        if not (written := line.words.get(column, "").replace("＠", "@")):
            continue
        kind = column if column in kept else "email" if "@" in written else "mobile"
        try:
            kept[kind] = Contact.of(**{kind: written}).key
        except BadContact as error:
            line.problems[column] = error.sentence
    if any(kept.values()):
        line.contact = Contact(**kept)
    elif not line.problems.keys() & {"contact", "email", "mobile"}:
        line.problems[next(name for name in ("contact", "mobile", "email") if name in line.words)] = _(
            "邮箱和手机号至少写一个。")


def _mark_known(lines: Sequence[Line]) -> None:
    """Who has an account already, and who stands on the sheet twice."""
    good = [line for line in lines if line.contact]
    keys = [key for line in good for key in _keys(line)]
    times, known = Counter(keys), _accounts(keys)
    for line in good:
        for column, key in zip(_columns_of(line), _keys(line), strict=True):
            if key in known:
                line.problems[column] = _("已经有账号了。")
            elif times[key] > 1:
                line.problems[column] = _(
                    "表里有 %(count)d 行写了同一个。一个人写一行，别的角色导入后再加。", count=times[key])


def _accounts(keys: Iterable[str]) -> set[str]:
    wanted, known = sorted(set(keys)), set()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start:start + AT_ONCE]
        for column in (Person.email, Person.mobile):
            known |= {one for one in db.session.scalars(select(column).where(column.in_(some))) if one}
    return known


def _keys(line: Line) -> list[str]:
    assert line.contact is not None
    return [key for key in (line.contact.email, line.contact.mobile) if key]


def _columns_of(line: Line) -> list[str]:
    assert line.contact is not None
    return [name if line.words.get(name) else "contact"
            for name, value in (("email", line.contact.email), ("mobile", line.contact.mobile)) if value]


def _region_of(name: str, regions: Iterable[Region]) -> Region | None:
    """锦江区市场监督管理局 lies in 锦江区: the narrowest region whose name stands in the unit's."""
    found = [one for one in regions if one.name in name or (len(one.short_name) > 1 and one.short_name in name)]
    return max(found, key=lambda one: (len(one.stem), len(one.name)), default=None)


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).replace(" ", "").casefold()
