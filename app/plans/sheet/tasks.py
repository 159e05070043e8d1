"""A task as the sheet says it, each of its cells judged: what is wrong stands beside the cell that is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.plans.indicators import Basis
from app.plans.models import Sector
from app.plans.sheet.columns import QUARTERS, Layout, Rows
from app.plans.sheet.columns import Column as C
from app.plans.sheet.dates import due_day, is_endless
from app.plans.sheet.proposals import Proposal, proposals_in, proposals_of, with_unit
from app.plans.sheet.quarters import Node, quarters_of
from app.plans.sheet.rows import Aside, Gathered, gathered
from app.plans.sheet.words import LONGEST_TITLE, clauses_of, code_in, sector_in, short_title, without_ordinal
from app.sheets.cells import LONGEST_CELL

# The columns that a task keeps as they are typed: name in the table, and how long it may be (0: as long as a cell).
KEPT: dict[C, tuple[str, int]] = {
    C.LEAD: ("lead_wording", 200), C.SUPPORTING: ("supporting", 300), C.IN_CHARGE: ("in_charge", 120),
    C.RESULT: ("form_of_result", 300), C.PROGRESS: ("progress_note", 0), C.PROBLEMS: ("problems", 0),
    C.AUDIENCE: ("audience", 200),
}
LONGEST_CATEGORY, LONGEST_TARGET = 120, 300
MOST_TARGETS = 20
_COLUMNS = {Basis.STATED: C.TARGET, Basis.WORKING: C.WORKING}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one cell. A grave one keeps its task out; any other only keeps the cell's words out."""

    row: int
    column: C
    sentence: str
    is_grave: bool = True


@dataclass(slots=True)
class SheetTask:
    """One task of the sheet. `said`: by the names of a task's columns, only what the sheet has a column for."""

    rows: list[int]
    sector: Sector | None
    category: str
    code: str  # as the sheet gives it; empty where it gives none
    title: str
    wording: str
    said: dict[str, Any]
    due_on: date | None
    targets: dict[Basis, tuple[Proposal, ...]]
    nodes: tuple[Node, ...]
    is_title_said: bool  # and not made of the wording
    is_wording_said: bool
    has_other_letter: bool = False  # its code begins with the letter of another sector than it stands in
    problems: list[Problem] = field(default_factory=list)

    def says(self, basis: Basis) -> bool:
        """Whether the sheet has a column for targets of this kind, so that an empty cell means none."""
        return _COLUMNS[basis].value in self.said

    def words_of(self, basis: Basis) -> str:
        return str(self.said.get(_COLUMNS[basis].value, ""))

    @property
    def is_good(self) -> bool:
        return not any(problem.is_grave for problem in self.problems)

    @property
    def number(self) -> int:
        return self.rows[0]


@dataclass(frozen=True, slots=True)
class TaskSheet:
    """What a task sheet says, before it is held against a plan."""

    layout: Layout
    tasks: Sequence[SheetTask]
    aside: Sequence[Aside]

    @classmethod
    def read(cls, rows: Rows, layout: Layout, year: int) -> TaskSheet:
        """:raises TooManyTasks, NoTask: it is no sheet of one plan."""
        found, aside = gathered(rows, layout)
        tasks = [_Judging(one, layout, year).task for one in found]
        _mark_twice(tasks)
        return cls(layout, tasks, aside)

    @property
    def good(self) -> list[SheetTask]:
        return [task for task in self.tasks if task.is_good]

    @property
    def other_letters(self) -> int:
        """How many tasks bear the letter of another sector."""
        return sum(task.has_other_letter for task in self.tasks)

    @property
    def problems(self) -> list[Problem]:
        return [problem for task in self.tasks for problem in task.problems]


class _Judging:
    """Of one task, column after column."""

    def __init__(self, found: Gathered, layout: Layout, year: int) -> None:
        self.found, self.layout, self.year = found, layout, year
        self.problems: list[Problem] = []
        self.has_other_letter = False
        title, wording = self._names()
        code = self._code()
        sector = self._sector(code)
        said: dict[str, Any] = {}
        due_on = self._due(said)
        self._keep(said)
        targets = self._targets(said, title, wording)
        nodes = self._quarters(targets)
        self._too_long()
        self.task = SheetTask(found.numbers, sector, self._category(), code, title, wording, said, due_on, targets,
                              nodes, self.is_title_said, self.is_wording_said, self.has_other_letter, self.problems)

    def _wrong(self, column: C, sentence: str, *, is_grave: bool = True) -> None:
        self.problems.append(Problem(self.found.row_of(column), column, sentence, is_grave))

    def _names(self) -> tuple[str, str]:
        """The short name and the official wording; one column may have to say both."""
        title, wording = self.found.one(C.TITLE), clauses_of(self.found.one(C.WORDING))
        if not title and not wording:
            self._wrong(C.TITLE if C.TITLE in self.layout.columns else C.WORDING, _("没有任务。"))
        name = without_ordinal(" ".join(title.split()))
        self.is_title_said = 0 < len(name) <= LONGEST_TITLE
        self.is_wording_said = bool(wording) or len(name) > LONGEST_TITLE
        wording = wording or clauses_of(title)
        return (name if self.is_title_said else short_title(title or wording)), wording

    def _code(self) -> str:
        words = self.found.one(C.CODE)
        code = code_in(words)
        if words and not code:
            self._wrong(C.CODE, _("编号只能用字母、数字、点和横线，最多 12 个字。"))
        return code

    def _sector(self, code: str) -> Sector | None:
        words = self.found.sector_words
        sector = self.found.sector
        if sector is None and not words:
            sector = sector_in(code[:1]) or sector_in(self.found.category)
        if sector is None:
            column = C.SECTOR if C.SECTOR in self.layout.columns else C.CODE if (
                C.CODE in self.layout.columns) else C.TITLE
            self._wrong(column, _("看不出属于“五进”的哪一个，请写进企业、进单位、进社区、进学校或进网络。"))
        elif code[:1] in set(Sector) and code[1:2].isdigit() and code[0] != sector:
            words = {"other": Sector(code[0]).label, "sector": sector.label}
            self.has_other_letter = True
            self._wrong(C.CODE, _("编号是“%(other)s”的字母，照板块记在“%(sector)s”。", **words)
                        if self.layout.has_own_letters else
                        _("编号是“%(other)s”的字母，板块写的是“%(sector)s”。", **words),
                        is_grave=not self.layout.has_own_letters)
        return sector

    def _category(self) -> str:
        if len(self.found.category) > LONGEST_CATEGORY:
            self._wrong(C.CATEGORY, _("太长，最多 %(most)d 个字。", most=LONGEST_CATEGORY))
        return self.found.category[:LONGEST_CATEGORY]

    def _due(self, said: dict[str, Any]) -> date | None:
        if C.DUE not in self.layout.columns:
            return None
        words = self.found.one(C.DUE)
        day = due_day(words, self.year)
        if words and day is None and not is_endless(words):
            self._wrong(C.DUE, _("看不懂这个时限，没有记。可以写 12月31日、6月底、二季度、年底。"), is_grave=False)
        elif day and not self.year <= day.year <= self.year + 1:
            self._wrong(C.DUE, _("时限不在 %(year)d 年。", year=self.year), is_grave=False)
        said["due_on"] = day
        return day

    def _keep(self, said: dict[str, Any]) -> None:
        for column, (name, longest) in KEPT.items():
            if column in self.layout.columns:
                said[name] = self.found.one(column)
                if longest:  # a field of one line
                    said[name] = said[name].replace("\n", "；" if column is C.RESULT else "、")
                if longest and len(said[name]) > longest:
                    self._wrong(column, _("太长，最多 %(most)d 个字。", most=longest))
        if C.PROGRAMMES in self.layout.columns:
            words = self.found.one(C.PROGRAMMES)
            parts = re.split(r"[;；\n]", words) if re.search(r"[;；\n]", words) else words.split("、")
            said["programmes"] = [one.strip() for one in parts if one.strip()]

    def _targets(self, said: dict[str, Any], title: str, wording: str) -> dict[Basis, tuple[Proposal, ...]]:
        """What can be read of each basis; the words of the official ones are kept beside."""
        targets: dict[Basis, tuple[Proposal, ...]] = {}
        for basis, column in _COLUMNS.items():
            if column not in self.layout.columns:
                continue
            cells = list(dict.fromkeys(
                (with_unit(cells.get(column, ""), cells.get(C.UNIT, "")), cells.get(C.UNIT, ""),
                 cells.get(C.INDICATOR, "")) for cells in self.found.cells))
            words = "；".join(dict.fromkeys(" ".join(word.split()) for word, _unit, _name in cells if word))
            targets[basis] = tuple(one for cell in cells for one in proposals_of(*cell))[:MOST_TARGETS]
            said[column.value] = words
            if len(words) > LONGEST_TARGET:
                self._wrong(column, _("太长，最多 %(most)d 个字。", most=LONGEST_TARGET))
        if C.TARGET not in self.layout.columns:
            targets[Basis.STATED] = proposals_in([wording])[:MOST_TARGETS]
        return targets

    def _quarters(self, targets: dict[Basis, tuple[Proposal, ...]]) -> tuple[Node, ...]:
        """Numbers belong to the first target, the official one before the office's own."""
        cells = [self.found.one(column) for column in QUARTERS]
        first = next((basis for basis in (Basis.STATED, Basis.WORKING) if targets.get(basis)), None)
        one = targets[first][0] if first else None
        found = quarters_of(cells, one and one.lowest, one and one.highest)
        if found.problem:
            self._wrong(next(column for column in QUARTERS if self.found.one(column)), found.problem, is_grave=False)
        if first and one and found.numbers:
            targets[first] = (one.over(found.numbers), *targets[first][1:])
        return found.nodes

    def _too_long(self) -> None:
        for column in self.layout.used:
            if any(len(word) >= LONGEST_CELL for word in self.found.all(column)):
                self._wrong(column, _("这一格超过 %(most)d 个字，读不全。", most=LONGEST_CELL))


def _mark_twice(tasks: Sequence[SheetTask]) -> None:
    times = Counter(task.code for task in tasks if task.code)
    for task in tasks:
        if times[task.code] > 1:
            task.problems.append(Problem(task.number, C.CODE, _(
                "表里有 %(count)d 项任务用了这个编号。", count=times[task.code])))
    alike = Counter((task.sector, task.category, task.wording, task.title) for task in tasks)
    for task in tasks:
        if (count := alike[task.sector, task.category, task.wording, task.title]) > 1 and not task.code:
            task.problems.append(Problem(task.number, C.TITLE, _(
                "表里有 %(count)d 项一样的任务。", count=count), is_grave=False))
