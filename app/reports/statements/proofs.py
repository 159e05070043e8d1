"""What the evidence pack holds beside events: milestones, register entries, figures from elsewhere, a query each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.places import Organization, below
from app.db import db
from app.plans.indicators import Indicator, Measure
from app.plans.milestones import Milestone
from app.plans.models import Plan, Task
from app.plans.outside import OutsideFigure
from app.plans.registers import Register, RegisterEntry
from app.reports.counting.scope import Scope
from app.reports.statements.period import Period


@dataclass(frozen=True, slots=True)
class Whose:
    """A plan's tasks, as an office and those below it brought them about in a period.

    `shown_below`: paths of the offices whose registered people the reader may know by their full names.
    """

    plan: Plan
    office: Organization
    period: Period
    shown_below: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        return self.office.path

    def name_of(self, entry: RegisterEntry) -> str:
        """In full where the reader may see it on the register's page, else as lists show it."""
        return entry.name if self.shows(entry) else entry.shown_name

    def shows(self, entry: RegisterEntry) -> bool:
        return any(entry.organization.path.startswith(path) for path in self.shown_below)


@dataclass(frozen=True, slots=True)
class Proofs:
    """By task's code; `registers` are the ids of those by which a task's numbers are counted."""

    milestones: Mapping[str, Sequence[Milestone]]
    outside: Mapping[str, Sequence[OutsideFigure]]
    registers: Mapping[str, Sequence[int]]
    entries: Mapping[int, Sequence[RegisterEntry]]

    @classmethod
    def of(cls, whose: Whose) -> Proofs:
        return cls(_milestones(whose), _outside(whose), _registers(whose), _entries(whose))

    def entries_of(self, code: str) -> list[RegisterEntry]:
        return [entry for id in self.registers.get(code, ()) for entry in self.entries.get(id, ())]


def names_in(whose: Whose) -> list[tuple[Register, int]]:
    """The registers of people whose full names the pack will show, and of how many."""
    wanted = select(Register, func.count()).select_from(RegisterEntry).join(RegisterEntry.register).join(
        RegisterEntry.organization).where(
        _in_period(whose), below(whose.shown_below), Register.is_personal).group_by(Register.id)
    return [(register, count) for register, count in db.session.execute(wanted)]


def _in_period(whose: Whose) -> ColumnElement[bool]:
    counted = RegisterEntry.counted().whereclause
    assert counted is not None
    return and_(counted, below(frozenset({whose.path})), RegisterEntry.approved_on >= whose.period.starts_on,
                RegisterEntry.approved_on <= whose.period.ends_on)


def _entries(whose: Whose) -> Mapping[int, Sequence[RegisterEntry]]:
    """Those that count in the period, by register."""
    found = defaultdict(list)
    for entry in db.session.scalars(
            select(RegisterEntry).join(RegisterEntry.organization).where(_in_period(whose)).options(
                joinedload(RegisterEntry.register), joinedload(RegisterEntry.region),
                joinedload(RegisterEntry.organization), selectinload(RegisterEntry.files))
            .order_by(RegisterEntry.register_id, RegisterEntry.region_code, RegisterEntry.id)):
        found[entry.register_id].append(entry)
    return found


def _registers(whose: Whose) -> Mapping[str, Sequence[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for code, register in db.session.execute(
            select(Task.code, Indicator.register_id).join(Indicator, Indicator.task_id == Task.id)
            .where(Task.plan_id == whose.plan.id, Indicator.measure == Measure.REGISTER.value,
                   Indicator.register_id.is_not(None)).distinct().order_by(Task.code, Indicator.register_id)):
        found[code].append(register)
    return found


def _milestones(whose: Whose) -> Mapping[str, Sequence[Milestone]]:
    wanted: Select[tuple[str, Milestone]] = select(Task.code, Milestone).join(
        Milestone.task).join(Milestone.organization).where(
        Task.plan_id == whose.plan.id, Milestone.deleted_at.is_(None), below(frozenset({whose.path}))).options(
        selectinload(Milestone.files), joinedload(Milestone.organization)).order_by(Milestone.due_on, Milestone.id)
    found = defaultdict(list)
    for code, milestone in db.session.execute(wanted):
        found[code].append(milestone)
    return found


def _outside(whose: Whose) -> Mapping[str, Sequence[OutsideFigure]]:
    """Every month's number until the period's end, as it was entered."""
    scope, found = Scope(whose.plan.year, whose.office), defaultdict(list)
    for code, figure in db.session.execute(
            select(Task.code, OutsideFigure).join(Indicator, Indicator.id == OutsideFigure.indicator_id)
            .join(Task, Task.id == Indicator.task_id)
            .where(Task.plan_id == whose.plan.id, OutsideFigure.month <= whose.period.ends_on)
            .options(joinedload(OutsideFigure.indicator), joinedload(OutsideFigure.region),
                     joinedload(OutsideFigure.entered_by))
            .order_by(OutsideFigure.source, OutsideFigure.region_code, OutsideFigure.month, OutsideFigure.id)):
        if scope.covers(figure.region_code):
            found[code].append(figure)
    return found
