"""What cells come out as: one line of text or several, under caps whatever the kind of file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.limits import Progress, Unfit

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 10_000, 60, 5_000
MOST_SIGNS = 8_000_000  # in all cells together; what comes out of the child is bounded too
MOST_MERGED = 20_000
TELL_EVERY = 500

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Merged:
    """A range of cells drawn as one, counted from 0, its ends within it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Raw:
    """One worksheet or table as its file has it."""

    name: str
    rows: Iterable[Iterable[Any]]
    merged: Sequence[Merged] = ()


def told_in_text(raw: Raw, told: Progress, *, keeps_lines: bool) -> Rows:
    """The rows as far as they are filled; a blank row between others is an empty list, so that a row stands
    where it stands in the file. What was drawn as one cell is said in each of the cells below it.

    :raises Unfit: for more than a sheet of people holds.
    """
    kept, signs, blank = [], 0, 0
    for number, cells in enumerate(_texts(raw.rows, keeps_lines), 1):
        if not cells:
            blank += 1
            continue
        if number > MOST_ROWS + 1:
            raise Unfit(f"表格超过 {MOST_ROWS} 行，请分成几份。")
        signs += sum(map(len, cells))
        if signs > MOST_SIGNS:
            raise Unfit("表格里的字太多，没有读。请分成几份。")
        kept += [[] for _ in range(blank)] + [cells]
        blank = 0
        if number % TELL_EVERY == 0:
            told(number, 0)
    return _spread(kept, raw.merged)


def _texts(rows: Iterable[Iterable[Any]], keeps_lines: bool) -> Iterator[list[str]]:
    for row in rows:
        cells = [text_of(cell, keeps_lines=keeps_lines) for cell in list(row)[:MOST_COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def text_of(cell: Any, *, keeps_lines: bool = False) -> str:
    """As people would write it down: whole numbers without a point, days without an hour, nothing invisible."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        cell = str(cell).upper()
    elif isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # a mobile number that the sheet took for a number
    elif isinstance(cell, datetime) and cell.time() == datetime.min.time():
        cell = cell.date()
    if isinstance(cell, datetime | date):
        cell = cell.isoformat()
    words = unicodedata.normalize("NFC", str(cell))
    lines = words.splitlines() if keeps_lines else [words]
    return "\n".join(line for line in map(_one_line, lines) if line)[:LONGEST_CELL]


def month_and_day(day: date) -> str:
    """What a cell shows that was typed without a year: the program put in the year of the typing."""
    return f"{day.month}月{day.day}日"


def _one_line(words: str) -> str:
    visible = "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") else sign for sign in words)
    return " ".join(visible.split())


def _spread(rows: Rows, merged: Sequence[Merged]) -> Rows:
    """:raises Unfit: where ranges lie over each other so often that filling them would never end."""
    left = MOST_ROWS * MOST_COLUMNS
    for one in merged:
        bottom, right = min(one.bottom, len(rows) - 1), min(one.right, MOST_COLUMNS - 1)
        word = _at(rows, one.top, one.left)
        if not word:
            continue
        left -= (bottom - one.top + 1) * (right - one.left + 1)
        if left < 0:
            raise Unfit("表格里合并的单元格太多，没有读。请取消合并再试。")
        for row in rows[one.top:bottom + 1]:
            row.extend("" for _ in range(right + 1 - len(row)))
            row[one.left:right + 1] = [word] * (right + 1 - one.left)
    return rows


def _at(rows: Rows, row: int, column: int) -> str:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
