"""The registers that an office of this kind keeps, and which of them a number in the plan's wording is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from app.accounts.places import Organization
from app.db import Change, db, note
from app.plans.indicators import Indicator, Measure
from app.plans.registers import Register


class Usual(NamedTuple):
    """A register as it is made; `said` is what official wording calls its entries."""

    name: str
    name_en: str
    unit: str = "个"
    said: tuple[str, ...] = ()
    can_host: bool = False
    is_personal: bool = False


USUAL = (
    Usual("培训基地", "IP training bases", said=("知识产权培训基地",)),
    Usual("青少年知识产权普及教育基地", "IP education bases for young people", said=("青少年知识产权普及教育基地",)),
    Usual("“知识产权+蓉欧班列”基地", "“IP + Chengdu-Europe rail” bases", said=("“知识产权+蓉欧班列”基地",)),
    Usual("试点示范学校", "Pilot and model schools for IP education", "所", said=("试点示范学校",)),
    Usual("远程教育分站", "Branch stations for distance education", said=("远程教育分站",)),
    Usual("资源共享融合平台", "Shared-resource platforms", said=("资源共享融合平台",)),
    Usual("知识产权学院（研究院）", "IP colleges and institutes", "所", said=("知识产权学院", "知识产权研究院")),
    Usual("涉外培训教育师资", "Teachers of foreign-related IP", "人", said=("培训教育师资",), is_personal=True),
    Usual("涉外指导站", "Guidance stations for foreign-related IP work", said=("工作指导站",)),
    Usual("精品视频课程", "Quality video courses", "门", said=("精品视频课程",)),
    Usual("学校", "Schools", "所", can_host=True),
    Usual("企业", "Firms", "家", can_host=True),
    Usual("实践基地", "Practice bases", can_host=True),
)


def ensure_usual(root: Organization, as_of: datetime) -> list[Register]:
    """Makes those of the usual registers that the root office lacks, by name; the ones it made."""
    known = set(db.session.scalars(select(Register.name).where(Register.organization_id == root.id)))
    return [Register.founded(root, as_of, name=one.name, name_en=one.name_en, unit=one.unit, can_host=one.can_host,
                             is_personal=one.is_personal)
            for one in USUAL if one.name not in known]


def link(indicators: Iterable[Indicator], registers: Sequence[Register], as_of: datetime) -> None:
    """Points indicators that count a register, and do not say which, to the one that their clause names."""
    by_name = {one.name: one for one in registers}
    for indicator in indicators:
        if indicator.measure != Measure.REGISTER or indicator.register_id is not None:
            continue
        found = by_name.get(named_in(_clause(indicator)))
        if found is not None:
            indicator.register = found
            note(Change(indicator.task.plan, "register_linked", as_of,
                        after={"tasks": [indicator.task.code], "register": found.name}))


def named_in(clause: str) -> str:
    """The usual register that a clause of official wording is about; empty when it names none, or several."""
    found = {one.name for one in USUAL for said in one.said if said in clause}
    return found.pop() if len(found) == 1 else ""


def _clause(indicator: Indicator) -> str:
    """Where its number stands: a task may ask for two things in two clauses."""
    return next((one for one in indicator.task.clauses if indicator.wording and indicator.wording in one), "")
