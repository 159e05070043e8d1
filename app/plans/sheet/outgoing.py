"""The task sheet as it leaves: what comes back of it makes no difference, and wrong rows have their reason beside."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from app.exporting import Sheet
from app.plans.indicators import Basis
from app.plans.milestones import Milestone
from app.plans.models import Sector, Task
from app.plans.sheet.columns import QUARTERS, Rows
from app.plans.sheet.columns import Column as C
from app.plans.sheet.standing import Standing, lead_words
from app.plans.sheet.targets import target_words
from app.plans.sheet.tasks import TaskSheet
from app.plans.sheet.words import SECTOR_WORDS

COLUMNS = (C.CODE, C.SECTOR, C.CATEGORY, C.TITLE, C.WORDING, C.TARGET, C.WORKING, C.LEAD, C.SUPPORTING, C.IN_CHARGE,
           *QUARTERS, C.DUE, C.RESULT, C.PROGRESS, C.PROBLEMS, C.AUDIENCE, C.PROGRAMMES)
WIDTHS = {C.WORDING: 50, C.TITLE: 26, C.CATEGORY: 24, C.PROGRESS: 30, C.PROBLEMS: 24, C.TARGET: 20, C.LEAD: 20,
          C.SUPPORTING: 20, C.RESULT: 20, C.DUE: 12}
OTHERWISE = 12


def plan_sheet(standing: Standing) -> Sheet:
    """The plan's tasks in force, a row each, in the plan's order."""
    places = {one.id: (one.position, one.id) for one in standing.categories}
    tasks = sorted((one for one in standing.tasks.values() if one.withdrawn_at is None),
                   key=lambda task: (places[task.category_id], task.position, task.id))
    rows = [_row(task, standing.milestones.get(task.id, ())) for task in tasks]
    return _sheet(f"{standing.year}年任务分解表", COLUMNS, rows)


def empty_sheet() -> Sheet:
    """A sheet to fill, with a row that shows how."""
    shown = {C.SECTOR: "进单位", C.CATEGORY: "开展党政人才知识产权普及教育", C.TITLE: "省委党校“蜀光讲坛”",
             C.WORDING: "举办1-2期省委党校“蜀光讲坛”", C.TARGET: "1-2期", C.DUE: "12月底"}
    columns = [column for column in COLUMNS if column not in (C.AUDIENCE, C.PROGRAMMES)]
    return _sheet("任务分解表", columns, [[shown.get(column, "") for column in columns]])


def problem_sheet(rows: Rows, sheet: TaskSheet) -> Sheet:
    """The sheet as it came, with what is wrong beside each row and the cells coloured."""
    by_row: dict[int, list[str]] = {}
    marked: set[tuple[int, int]] = set()
    for one in sheet.problems:
        by_row.setdefault(one.row, []).append(_("%(column)s：%(sentence)s", column=one.column.label,
                                                sentence=one.sentence))
        if one.column in sheet.layout.columns:
            marked.add((one.row - 1, sheet.layout.columns.index(one.column)))
    width = max(map(len, rows))
    head = sheet.layout.until - 1
    out: list[list[str]] = []
    for number, row in enumerate(rows, 1):
        reason = "\n".join(by_row.get(number, [])) or (_("原因") if number - 1 == head else "")
        out.append([*row, *[""] * (width - len(row)), reason])
        marked |= {(number - 1, width)} if number in by_row else set()
    return Sheet(_("有问题的格子"), out, sheet.layout.until, [*[16] * width, 50], frozenset(marked))


def _sheet(name: str, columns: Sequence[C], rows: Sequence[Sequence[object]]) -> Sheet:
    """In Chinese whoever asks: it is an official table, and its head must be known when it comes back."""
    return Sheet(name, [[column.head for column in columns], *rows],
                 widths=[WIDTHS.get(column, OTHERWISE) for column in columns])


def _row(task: Task, milestones: Sequence[Milestone]) -> list[object]:
    said = {
        C.CODE: task.code, C.SECTOR: SECTOR_WORDS[Sector(task.category.sector)], C.CATEGORY: task.category.name,
        C.TITLE: task.title, C.WORDING: "\n".join(task.clauses), C.TARGET: target_words(task, Basis.STATED),
        C.WORKING: target_words(task, Basis.WORKING), C.LEAD: lead_words(task),
        C.SUPPORTING: task.supporting, C.IN_CHARGE: task.in_charge, C.DUE: task.due_on, C.RESULT: task.form_of_result,
        C.PROGRESS: task.progress_note, C.PROBLEMS: task.problems, C.AUDIENCE: task.audience,
        C.PROGRAMMES: "；".join(task.programmes)}
    return [_quarter(task, number, milestones) if column in QUARTERS else said[column]
            for column, number in ((one, QUARTERS.index(one) if one in QUARTERS else 0) for one in COLUMNS)]


def _quarter(task: Task, index: int, milestones: Sequence[Milestone]) -> object:
    """The number to be there by then, of the first target that has one; else what is to be reached in it."""
    planned = next((one.quarters for basis in (Basis.STATED, Basis.WORKING) for one in task.indicators
                    if one.basis == basis and one.quarters), None)
    if planned:
        return planned[index]
    return "\n".join(one.title for one in milestones
                     if one.due_on is not None and (one.due_on.month - 1) // 3 == index)
