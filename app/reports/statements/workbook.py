"""The sheets that offices know: the ledger of events (活动台账) and the task sheet (任务分解表) with its figures."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from app.exporting import Sheet, write_xlsx
from app.reports.statements.ledger import COLUMNS
from app.reports.statements.prose import told
from app.reports.statements.statement import Statement

PROGRESS_COLUMNS = ("编号", "任务", "指标", "要求", "口径", "完成", "单位", "已安排", "还差", "灯", "说明",
                    "本期已办（场）", "待办（场）", "本期人次")
TO_DATE_COLUMNS = ("年初至今已办（场）", "年初至今人次")  # where they are not the period's own
TASK_COLUMNS = ("编号", "板块", "类别", "任务", "计划原文", "牵头单位", "配合单位", "责任人", "完成时限", "成果形式",
                "完成情况", "存在问题")
STEP_COLUMNS = ("编号", "任务", "节点", "单位", "应完成", "完成", "说明", "材料（份）")
ENTRY_COLUMNS = ("编号", "任务", "登记", "名称", "地区", "级别", "批复文号", "批复日期", "授牌日期")
OUTSIDE_COLUMNS = ("编号", "任务", "指标", "来源", "地区", "月份", "截至", "数字", "单位", "口径")
LIGHTS = {"blue": "蓝", "yellow": "黄", "red": "红", "met": "已达标", "grey": "不计数"}
BASES = {"stated": "计划写明", "working": "内部目标", "counted": "据文字统计"}


def ledger(path: Path, title: str, rows: Iterable[Sequence[Any]]) -> int:
    """The ledger of events as a file; how many rows. Memory stays that of a row."""
    return write_xlsx(path, ledger_sheet(title, rows))


def ledger_sheet(title: str, rows: Iterable[Sequence[Any]]) -> Sheet:
    return Sheet("活动台账", chain([(title,), _head(COLUMNS)], rows), head=2, is_a3=True, widths=(
        5, 8, 22, 6, 11, 11, 16, 14, 8, 8, 9, 11, 10, 6, 6, 6, 5, 9, 12, 6, 25, 8, 11, 7, 6, 9))


def task_sheet(out: Path | io.BytesIO, statement: Statement) -> None:
    """Sheets each of a width that can be printed: how far each indicator is, what each task is and came to, and what
    its numbers are made of."""
    of_what = f"（{statement['office']}，{statement['label']}）"
    to_date = () if statement["is_from_january"] else TO_DATE_COLUMNS
    write_xlsx(
        out,
        Sheet("进展", chain([(f"{statement['plan']} 任务进展表{of_what}",), _head((*PROGRESS_COLUMNS, *to_date))],
                          _progress(statement)),
              head=2, widths=(7, 24, 18, 18, 9, 7, 5, 7, 6, 7, 36, 9, 7, 9, 13, 9)),
        filled("任务分解", f"{statement['plan']} 任务分解表{of_what}", TASK_COLUMNS, list(_tasks(statement)),
                widths=(7, 8, 14, 18, 34, 13, 13, 9, 11, 12, 44, 14)),
        *behind(statement["tasks"], of_what))


def filled(name: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]],
            widths: Sequence[float]) -> Sheet:
    """Columns in which nothing stands would only make the others narrow."""
    kept = [number for number in range(len(columns)) if any(row[number] not in (None, "") for row in rows)]
    return Sheet(name, [(title,), *([row[number] for number in kept] for row in (_head(columns), *rows))], head=2,
                 widths=[widths[number] for number in kept])


def behind(tasks: Sequence[dict[str, Any]], of_what: str) -> Iterator[Sheet]:
    """Milestones, register entries and outside figures of the tasks; no sheet where there are none."""
    for name, columns, rows, widths in (
            ("节点", STEP_COLUMNS, _steps(tasks), (7, 26, 26, 18, 11, 11, 34, 8)),
            ("登记", ENTRY_COLUMNS, _entries(tasks), (7, 24, 16, 30, 12, 9, 22, 11, 11)),
            ("外部数字", OUTSIDE_COLUMNS, _outside(tasks), (7, 24, 22, 26, 12, 9, 11, 11, 7, 9))):
        if told := list(rows):
            yield filled(name, f"{name}{of_what}", columns, told, widths)


def task_sheet_bytes(statement: Statement) -> bytes:
    """The same, for an answer at once."""
    out = io.BytesIO()
    task_sheet(out, statement)
    return out.getvalue()


def _head(columns: Sequence[str]) -> list[str]:
    """In a narrow column a unit in brackets stands on a line of its own, not torn."""
    return [column.replace("（", "\n（") for column in columns]


def _progress(statement: Statement) -> Iterator[list[Any]]:
    """A row an indicator; one for a task that has none."""
    for task in statement["tasks"]:
        for one in task["indicators"] or [{}]:
            yield [
                task["code"], task["title"], one.get("name", ""), one.get("wording") or one.get("asked", ""),
                BASES.get(one.get("basis", ""), ""), _number(one.get("done", "")), one.get("unit", ""),
                _number(one.get("scheduled", "")), _number(one.get("missing", "")),
                LIGHTS[one.get("light") or task["light"]], one.get("reason") or task["reason"],
                task["own"]["events"], task["to_date"]["coming"], task["own"]["attendances"],
                *(() if statement["is_from_january"] else (
                    task["to_date"]["events"], task["to_date"]["attendances"]))]


def _tasks(statement: Statement) -> Iterator[list[Any]]:
    for task in told(statement)["tasks"]:
        yield [task["code"], task["sector"], task["category"], task["title"], task["wording"], task["lead"],
               task["supporting"], task["in_charge"], task["due_on"], task["form_of_result"],
               "\n".join(task["story"]), task["problems"]]


def _steps(tasks: Iterable[dict[str, Any]]) -> Iterator[list[Any]]:
    for task in tasks:
        for one in task["milestones"]:
            yield [task["code"], task["title"], one["title"], one["office"], one["due_on"],
                   one["reached_on"] or "未完成", one["note"], one["files"]]


def _entries(tasks: Iterable[dict[str, Any]]) -> Iterator[list[Any]]:
    """Of people, and of what is too much to name, the number alone."""
    for task in tasks:
        for kind in task["entries"]:
            for one in kind["named"]:
                yield [task["code"], task["title"], kind["register"], one["name"], one["region"], one["level"],
                       one["approval_number"], one["approved_on"], one["plaque_on"]]
            if rest := kind["count"] - len(kind["named"]):
                yield [task["code"], task["title"], kind["register"],
                       f"{'另有' if kind['named'] else '共'} {rest} {kind['unit']}", "", "", "", "", ""]


def _outside(tasks: Iterable[dict[str, Any]]) -> Iterator[list[Any]]:
    for task in tasks:
        for one in task["outside"]:
            yield [task["code"], task["title"], one["indicator"], one["source"], one["region"], one["month"],
                   one["true_on"], one["amount"], one["unit"], "累计" if one["is_running_total"] else "当月"]


def _number(word: str) -> int | float | str:
    try:
        return float(word) if "." in word else int(word)
    except ValueError:
        return word
