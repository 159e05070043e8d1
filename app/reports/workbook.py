"""The sheets that offices know: the ledger of events (活动台账) and the task sheet (任务分解表) with its figures."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from app.exporting import Sheet, write_xlsx
from app.reports.ledger import COLUMNS
from app.reports.statement import Statement

TASK_COLUMNS = ("编号", "板块", "类别", "任务", "计划原文", "指标", "指标原文", "要求", "口径", "牵头单位",
                "配合单位", "责任人", "完成时限", "成果形式", "本期已办（场）", "年初至今已办（场）", "待办（场）",
                "人次", "人数", "指标完成", "单位", "已安排", "还差", "灯", "说明", "进展", "存在问题", "节点")
LIGHTS = {"blue": "蓝", "yellow": "黄", "red": "红", "met": "已达标", "grey": "不计数"}
BASES = {"stated": "计划写明", "working": "内部目标", "counted": "据文字统计"}


def ledger(path: Path, title: str, rows: Iterable[Sequence[Any]]) -> int:
    """The ledger of events as a file; how many rows. Memory stays that of a row."""
    return write_xlsx(path, Sheet("活动台账", chain([(title,), COLUMNS], rows), head=2, widths=(
        6, 12, 36, 8, 17, 17, 24, 28, 14, 12, 16, 20, 16)))


def task_sheet(out: Path | io.BytesIO, statement: Statement) -> int:
    """The task sheet (任务分解表) with its figures; a row an indicator."""
    title = f"{statement['plan']} 任务分解和进展表（{statement['office']}，{statement['label']}）"
    return write_xlsx(out, Sheet("任务进展表", chain([(title,), TASK_COLUMNS], _task_rows(statement)), head=2,
                                 widths=(8, 8, 24, 28, 48, 20, 16, 24, 12)))


def task_sheet_bytes(statement: Statement) -> bytes:
    """The same, for an answer at once."""
    out = io.BytesIO()
    task_sheet(out, statement)
    return out.getvalue()


def _task_rows(statement: Statement) -> Iterator[list[Any]]:
    for task in statement["tasks"]:
        milestones = "；".join(f"{one['title']}（{one['reached_on'] or '未完成'}）" for one in task["milestones"])
        for one in task["indicators"] or [{}]:
            yield [
                task["code"], task["sector"], task["category"], task["title"], task["wording"], one.get("name", ""),
                one.get("wording", ""), one.get("asked", ""), BASES.get(one.get("basis", ""), ""), task["lead"],
                task["supporting"], task["in_charge"], task["due_on"], task["form_of_result"],
                task["own"]["events"], task["to_date"]["events"], task["to_date"]["coming"],
                task["to_date"]["attendances"], task["to_date"]["people"], _number(one.get("done", "")),
                one.get("unit", ""), _number(one.get("scheduled", "")), _number(one.get("missing", "")),
                LIGHTS[one.get("light") or task["light"]], one.get("reason") or task["reason"], task["progress"],
                task["problems"], milestones]


def _number(word: str) -> int | float | str:
    try:
        return float(word) if "." in word else int(word)
    except ValueError:
        return word
