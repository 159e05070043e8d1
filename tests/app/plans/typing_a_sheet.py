"""The plan's task sheet as an office types it: a title above the head, cells merged, digits full width."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl.utils import get_column_letter as letter

from app.plans.sheet.columns import Layout, find_head
from app.plans.sheet.differences import Difference, difference
from app.plans.sheet.reading import read as task_sheet
from app.plans.sheet.standing import Standing
from app.plans.sheet.tasks import TaskSheet
from tests.factories import SEED, an_office

HEAD = ["序号", "“五进”板块", "类别", "工作任务", "主要内容", "目标", "责任单位", "配合单位", "完成时限", "成果形式"]
SECTORS = {"E": "进企业", "I": "进单位", "C": "进社区", "S": "进学校", "N": "进网络"}
Range = tuple[int, int, int, int]
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def seed() -> list[dict[str, str]]:
    with SEED.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def as_typed(tasks: Sequence[Mapping[str, str]] | None = None) -> tuple[list[list[Any]], list[Range]]:
    """Rows, and the ranges (top, left, bottom, right from 0) that are merged: only their first cell says anything."""
    rows: list[list[Any]] = [["２０２６年知识产权“五进”任务分解表", *[None] * 9], [None] * 10, list(HEAD)]
    merged: list[Range] = [(0, 0, 0, 9)]
    above: dict[int, tuple[str, int]] = {}
    for number, one in enumerate(tasks or seed(), 1):
        said = {1: SECTORS[one["sector_code"]], 2: one["category"]}
        row: list[Any] = [number, None, None, one["title_ours"], one["official_wording"].replace("|", "\n"),
                          _target(one).translate(WIDE), "省知识产权服务促进中心", None, "12月底", "工作总结"]
        for column, word in said.items():
            if above.get(column, ("", 0))[0] != word:
                above[column], row[column] = (word, len(rows)), word
            elif (span := _span(merged, column, above[column][1])) is not None:
                merged[span] = (above[column][1], column, len(rows), column)
            else:
                merged.append((above[column][1], column, len(rows), column))
        rows.append(row)
    return rows, merged


def _span(merged: Sequence[Range], column: int, top: int) -> int | None:
    return next((at for at, one in enumerate(merged) if one[:2] == (top, column)), None)


def _target(one: Mapping[str, str]) -> str:
    return "；".join(word for word in (one["target_wording"], one["second_target_wording"]) if word)


def ranges(merged: Sequence[Range]) -> list[str]:
    """As a workbook names them."""
    return [f"{letter(left + 1)}{top + 1}:{letter(right + 1)}{bottom + 1}" for top, left, bottom, right in merged]


def child(words: bytes) -> list[list[str]]:
    """The rows that the limited child makes of a file."""
    return task_sheet(words, lambda done, total: None)["rows"]


def laid_out(rows: Sequence[Sequence[str]]) -> Layout:
    head = find_head(rows)
    return Layout(head.until, head.guesses)


def read(rows: Sequence[Sequence[str]], year: int = 2026) -> TaskSheet:
    return TaskSheet.read(rows, laid_out(rows), year)


def against(rows: Sequence[Sequence[str]], year: int = 2026, chosen: Mapping[int, int] | None = None) -> Difference:
    return difference(read(rows, year), Standing.of(an_office(), year), chosen or {})


SMALL = ("编号", "板块", "类别", "任务", "目标")


def a_sheet(*tasks: Sequence[object], head: Sequence[str] = SMALL) -> list[list[str]]:
    """A small one: rows below a head."""
    return [list(head), *([str(cell) for cell in task] for task in tasks)]
