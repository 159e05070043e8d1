"""Sheets that leave: the one writer of rows as CSV or .xlsx; no cell holds what a program would run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

# A cell that begins so is a formula to Excel, WPS or LibreOffice; some take the full-width signs too.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
BOM = "\ufeff"  # without it Excel takes Chinese for GBK
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_767  # Excel's own
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_PIECES = re.compile(r"[!-~]+|.")  # what a line is not broken within, where it can be helped
_ADDRESS = re.compile(r"https?://\S+")
_LINE, _TITLE, _TALLEST = 16.5, 28, 409  # points; the last is Excel's own
_OTHERWISE = 8.43  # the width of a column of which nothing is said


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet. `head` rows stay in view and are printed on each page, A4 (or A3) across; `widths` in signs;
    `marked` cells (row, column) are coloured. `rows` may be made while they are written: one is held at a time."""

    name: str
    rows: Iterable[Iterable[object]]
    head: int = 1
    widths: Sequence[float] = ()
    marked: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    is_a3: bool = False


def csv_of(rows: Iterable[Iterable[object]]) -> bytes:
    """UTF-8 with its mark, CRLF; numbers stay numbers."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    for row in rows:
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in row])
    return (BOM + sheet.getvalue()).encode()


def xlsx_of(*sheets: Sheet) -> bytes:
    """A workbook. Text is written as text, whatever it begins with; numbers and days as what they are."""
    out = io.BytesIO()
    write_xlsx(out, *sheets)
    return out.getvalue()


def write_xlsx(out: Path | io.BytesIO, *sheets: Sheet) -> int:
    """The same into a file, in little memory; how many rows there are below the heads."""
    import xlsxwriter  # only who asks for a workbook waits for it

    book = xlsxwriter.Workbook(str(out) if isinstance(out, Path) else out, {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False})
    looks = {name: book.add_format({"text_wrap": True, "valign": "top"} | more) for name, more in (
        ("", {}), ("head", {"bold": True, "bg_color": "#E6EEFB", "border": 1, "border_color": "#7B8798"}),
        ("marked", {"bg_color": "#FDEBE6"}), ("day", {"num_format": "yyyy-mm-dd", "align": "left"}),
        ("address", {"text_wrap": False}),
        ("title", {"bold": True, "font_size": 16, "text_wrap": False, "valign": "vcenter"}))}
    count = sum(_fill(book.add_worksheet(_NOT_IN_A_NAME.sub(" ", sheet.name)[:31] or None), sheet, looks)
                for sheet in sheets)
    book.close()
    return count


def _fill(page: Any, sheet: Sheet, looks: dict[str, Any]) -> int:
    page.freeze_panes(sheet.head, 0)
    page.set_landscape()
    page.set_paper(8 if sheet.is_a3 else 9)  # the numbers of A3 and A4 in ECMA-376 18.3.1.63
    page.hide_gridlines(0)  # nothing hidden: they are printed too
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, max(sheet.head - 1, 0))
    for column, width in enumerate(sheet.widths):
        page.set_column(column, column, width)
    number = -1
    for number, row in enumerate(sheet.rows):
        cells = list(row)
        head = "title" if number + 1 < sheet.head and len(cells) == 1 else "head"
        _make_room(page, number, cells, sheet.widths, is_title=head == "title")
        for column, cell in enumerate(cells):
            look = head if number < sheet.head else "marked" if (number, column) in sheet.marked else ""
            _write(page, number, column, cell, looks, look)
    return max(number + 1 - sheet.head, 0)


def _make_room(page: Any, row: int, cells: Sequence[object], widths: Sequence[float], *, is_title: bool) -> None:
    """Before the cells, as rows are written once. A row of one line is left to grow with what is typed into it."""
    lines = max((_lines(str(cell), widths[column] if column < len(widths) else _OTHERWISE)
                 for column, cell in enumerate(cells) if cell is not None), default=1)
    if is_title:
        page.set_row(row, _TITLE)
    elif lines > 1:
        page.set_row(row, min(lines * _LINE + 2, _TALLEST))


def _lines(text: str, width: float) -> int:
    """How many lines the words take in a column `width` signs wide. A Chinese sign is a little more than two."""
    if _ADDRESS.fullmatch(text):
        return 1
    lines = 0
    for paragraph in text[:LONGEST_CELL].splitlines() or [""]:
        lines, used = lines + 1, 0.0
        for piece in _PIECES.findall(paragraph):
            size = len(piece) * 1.0 if piece.isascii() else 2.1
            if used and used + size > width:
                lines, used = lines + 1, 0.0
            used += size
            while used > width:  # a word longer than the column is broken where it ends
                lines, used = lines + 1, used - width
    return lines


def _write(page: Any, row: int, column: int, cell: object, looks: dict[str, Any], look: str) -> None:
    if cell is None or cell == "":
        page.write_blank(row, column, None, looks[look])
    elif isinstance(cell, bool):
        page.write_boolean(row, column, cell, looks[look])
    elif isinstance(cell, int | float):
        page.write_number(row, column, cell, looks[look])
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), looks["day"])
    else:
        is_address = not look and _ADDRESS.fullmatch(str(cell))
        page.write_string(row, column, str(cell)[:LONGEST_CELL], looks["address" if is_address else look])


def defused(cell: str) -> str:
    """As text, whatever it begins with: also behind blanks, which some programs skip."""
    return f"'{cell}" if cell.startswith(_STARTS) or cell.lstrip().startswith(_STARTS) else cell


def as_typed(cell: str) -> str:
    """What somebody typed before `defused` put a mark before it, when our own sheet comes back."""
    return cell[1:] if cell.startswith("'") and defused(cell[1:]) == cell else cell
