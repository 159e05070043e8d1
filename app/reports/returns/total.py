"""Adding up a month: an office's own return and all approved ones below it, each event once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.places import Organization, below
from app.db import db
from app.reports.returns.figures import Correction, Heads, Held, MonthFigures, TaskName, by_task, corrections
from app.reports.returns.gathering import as_they_are, gather
from app.reports.returns.month import Month
from app.reports.returns.monthly import MonthlyReturn, ReturnState
from app.reports.returns.outstanding import Filing, filings
from app.reports.returns.scope import Branch, ids_along


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the office's own return, or one office below with all that is below it."""

    office: Organization
    is_own: bool
    held: tuple[Held, ...]
    joint: tuple[Held, ...]
    asked: int  # how many offices are to file
    filed: int  # how many returns are counted here

    @property
    def heads(self) -> Heads:
        return Heads.of(self.held)


@dataclass(frozen=True)
class Total:
    """`own_is_draft`: the office has not filed yet, so its own line is of today."""

    month: Month
    rows: Sequence[Row]
    filings: Sequence[Filing]
    own_is_draft: bool
    corrections: Sequence[Correction]

    @cached_property
    def held(self) -> list[Held]:
        """What the offices of the table held, each event once, also when two returns name it."""
        return list({one.id: one for row in self.rows for one in row.held}.values())

    @cached_property
    def partners(self) -> list[Held]:
        """Events in which somebody of the table was a partner and whose holder is not in the table (yet)."""
        known = {one.id for one in self.held}
        return list({one.id: one for row in self.rows for one in row.joint if one.id not in known}.values())

    @property
    def partners_heads(self) -> Heads:
        return Heads.of(self.partners)

    @property
    def twice(self) -> Heads:
        """What the lines tell twice, and is taken off again."""
        whole = Heads.of(self.held)
        lines = [row.heads for row in self.rows]
        return Heads(*(sum(getattr(one, name) for one in lines) - getattr(whole, name)
                       for name in ("events", "attendances", "people", "materials")))

    @property
    def whole(self) -> Heads:
        return Heads.of([*self.held, *self.partners])

    @property
    def by_task(self) -> list[tuple[TaskName, Heads]]:
        return by_task([*self.held, *self.partners])

    @property
    def regions(self) -> list[str]:
        return sorted({code for one in self.held for code in one.regions})

    @property
    def missing(self) -> list[Filing]:
        """Who is not in the table: below the office, and not approved."""
        return [one for one in self.filings if one.state != ReturnState.APPROVED and one.office.id != self.top.id]

    @property
    def top(self) -> Organization:
        return self.rows[0].office


def add_up(office: Organization, month: Month, as_of: datetime) -> Total:
    """In a bounded number of queries, whatever the number of offices and events."""
    branch = Branch.of(office)
    found = db.session.scalars(select(MonthlyReturn).join(MonthlyReturn.organization).where(
        MonthlyReturn.month == month.first, below(frozenset({office.path})),
        (MonthlyReturn.state == ReturnState.APPROVED.value) | (MonthlyReturn.organization_id == office.id))
        .options(joinedload(MonthlyReturn.organization))
        .order_by(MonthlyReturn.submitted_at, MonthlyReturn.id)).all()
    own = next((one for one in found if one.organization_id == office.id and one.is_filed), None)
    own_figures = own.frozen if own and own.frozen else gather(branch, office, month, as_of)
    approved = [one for one in found if one.organization_id != office.id]
    asked = filings(branch, month, as_of)
    rows = [Row(office, True, own_figures.held, own_figures.joint, _count(asked, office.id), int(own is not None)),
            *_rows_below(branch, approved, asked)]
    counted = approved + ([own] if own else [])
    return Total(month, rows, asked, own is None, _corrections(branch, counted, month))


def _rows_below(branch: Branch, approved: Iterable[MonthlyReturn], asked: Sequence[Filing]) -> Iterator[Row]:
    """In the order of the offices; one that neither files nor has anything below it to tell has no line."""
    by_child: dict[int, list[MonthFigures]] = {}
    for one in approved:
        if one.frozen:
            by_child.setdefault(_child(branch, one.organization), []).append(one.frozen)
    wanted = {_child(branch, one.office) for one in asked if one.office.id != branch.top.id} | by_child.keys()
    at = {one.id: place for place, one in enumerate(branch.filing)}
    for child in sorted((one for one in branch.all if one.id in wanted), key=lambda one: at.get(one.id, len(at))):
        those = by_child.get(child.id, [])
        yield Row(child, False, tuple(one for figures in those for one in figures.held),
                  tuple(one for figures in those for one in figures.joint),
                  sum(_child(branch, one.office) == child.id for one in asked if one.office.id != branch.top.id),
                  len(those))


def _child(branch: Branch, office: Organization) -> int:
    """The office right below the top in whose branch this one lies."""
    way = ids_along(office.path)
    return way[way.index(branch.top.id) + 1]


def _count(asked: Iterable[Filing], id: int) -> int:
    return sum(one.office.id == id for one in asked)


def _corrections(branch: Branch, counted: Sequence[MonthlyReturn], month: Month) -> list[Correction]:
    """What became other than it was filed, of all that is added up here."""
    filed = {one.id: one for each in counted if each.frozen for one in each.frozen.all}
    ours = {id for each in counted for id in branch.told_with(each.organization)}
    return corrections(filed.values(), as_they_are(filed.keys(), ours, month)) if counted else []


def sheet(total: Total) -> Iterator[list[object]]:
    """The table as rows for a spreadsheet: by office, then by task."""
    head = [_("场"), _("人次"), _("人数"), _("资料（份）")]
    yield [_("%(office)s %(month)s月报汇总", office=total.top.name, month=total.month.word)]
    yield [_("单位"), *head, _("应报"), _("已计入")]
    for row in total.rows:
        yield [row.office.name + (_("（本级）") if row.is_own else ""), *_cells(row.heads), row.asked, row.filed]
    if total.partners:
        yield [_("合办（主办单位不在表内）"), *_cells(total.partners_heads)]
    if total.twice.events:
        yield [_("减：同一活动报了两次"), *(-one for one in _cells(total.twice))]
    yield [_("合计"), *_cells(total.whole), *(sum(getattr(row, name) for row in total.rows)
                                            for name in ("asked", "filed"))]
    yield []
    yield [_("任务"), *head]
    for task, heads in total.by_task:
        yield [f"{task.code} {task.title}", *_cells(heads)]


def _cells(heads: Heads) -> list[int]:
    return [heads.events, heads.attendances, heads.people, heads.materials]
