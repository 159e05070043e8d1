"""The sheets that offices know: the ledger of events (活动台账) and the task sheet (任务分解表) with its figures."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from app.exporting import Sheet, write_xlsx
from app.reports.statements.ledger import COLUMNS
from app.reports.statements.statement import Statement

PROGRESS_COLUMNS = ("编号", "任务", "指标", "要求", "口径", "完成", "单位", "已安排", "还差", "灯", "说明",
                    "本期已办（场）", "年初至今已办（场）", "待办（场）", "年初至今人次")
TASK_COLUMNS = ("编号", "板块", "类别", "任务", "计划原文", "牵头单位", "配合单位", "责任人", "完成时限", "成果形式",
                "节点", "进展", "存在问题")
LIGHTS = {"blue": "蓝", "yellow": "黄", "red": "红", "met": "已达标", "grey": "不计数"}
BASES = {"stated": "计划写明", "working": "内部目标", "counted": "据文字统计"}


def ledger(path: Path, title: str, rows: Iterable[Sequence[Any]]) -> int:
    """The ledger of events as a file; how many rows. Memory stays that of a row."""
    return write_xlsx(path, Sheet("活动台账", chain([(title,), _head(COLUMNS)], rows), head=2, is_a3=True, widths=(
        5, 8, 22, 6, 11, 11, 16, 14, 8, 8, 9, 11, 10, 6, 6, 6, 5, 9, 12, 6, 28, 8, 11, 7, 6)))


def task_sheet(out: Path | io.BytesIO, statement: Statement) -> None:
    """Two sheets, each of a width that can be printed: how far each indicator is, and what each task is."""
    of_what = f"（{statement['office']}，{statement['label']}）"
    write_xlsx(
        out,
        Sheet("进展", chain([(f"{statement['plan']} 任务进展表{of_what}",), _head(PROGRESS_COLUMNS)],
                          _progress(statement)),
              head=2, widths=(7, 24, 18, 18, 9, 7, 5, 7, 6, 7, 36, 9, 13, 7, 9)),
        Sheet("任务分解", chain([(f"{statement['plan']} 任务分解表{of_what}",), TASK_COLUMNS], _tasks(statement)),
              head=2, widths=(7, 8, 14, 20, 40, 13, 13, 9, 11, 12, 20, 20, 16)))


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
                task["own"]["events"], task["to_date"]["events"], task["to_date"]["coming"],
                task["to_date"]["attendances"]]


def _tasks(statement: Statement) -> Iterator[list[Any]]:
    for task in statement["tasks"]:
        milestones = "；".join(f"{one['title']}（{one['reached_on'] or '未完成'}）" for one in task["milestones"])
        yield [task["code"], task["sector"], task["category"], task["title"], task["wording"], task["lead"],
               task["supporting"], task["in_charge"], task["due_on"], task["form_of_result"], milestones,
               task["progress"], task["problems"]]


def _number(word: str) -> int | float | str:
    try:
        return float(word) if "." in word else int(word)
    except ValueError:
        return word
