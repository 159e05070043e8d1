"""Worksheets of an .xlsx, streamed: a workbook that says it is huge costs no more than what is in it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Set
from datetime import date
from typing import IO, Any

from app.limits import Unfit
from app.sheets.cells import MOST_COLUMNS, MOST_MERGED, Merged, Raw, month_and_day

LAST_ROW = 1_048_576  # Excel's own; a file may claim any number
MOST_SHEETS = 20
FIRST_OWN = 164  # the number of the first format that a file brings itself
# Formats of Chinese programs that a file names by number alone (ECMA-376, 18.8.30): all are days or hours.
EAST_ASIAN = frozenset((*range(27, 37), *range(50, 59)))
WITHOUT_YEAR = frozenset((16, 28, 29, 51, 53, 54, 58))
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


def pages(words: bytes, shown_days: bool) -> Iterator[Raw]:
    """The visible worksheets, in their order. `shown_days`: a day that is shown without its year has none."""
    import openpyxl  # heavy, and wanted in the child alone

    book = openpyxl.load_workbook(io.BytesIO(words), read_only=True, data_only=True, keep_links=False)
    book._date_formats |= {at for at, style in enumerate(book._cell_styles) if style.numFmtId in EAST_ASIAN}
    own = dict(enumerate(book._number_formats, FIRST_OWN))
    yearless = {at for at, style in enumerate(book._cell_styles)
                if shown_days and shows_no_year(style.numFmtId, own.get(style.numFmtId, ""))}
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise Unfit("表格里没有看得见的工作表。")
    for sheet in visible[:MOST_SHEETS]:
        sheet.reset_dimensions()  # what the file claims of its size is not believed
        with book._archive.open(sheet._worksheet_path) as part:
            merged = _merged(part)
        rows = sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS)
        yield Raw(sheet.title, (tuple(_shown(cell, yearless) for cell in row) for row in rows), merged)


def shows_no_year(number: int, words: str) -> bool:
    """Whether a format shows a day without its year. `words`: of one that is not known by its number."""
    letters = _QUOTED.sub("", words).casefold()
    return number in WITHOUT_YEAR or ("d" in letters and "m" in letters and not set("yhse") & set(letters))


def _shown(cell: Any, yearless: Set[int]) -> Any:
    value = cell.value
    is_yearless = isinstance(value, date) and getattr(cell, "_style_id", None) in yearless
    return month_and_day(value) if is_yearless else value


def _merged(part: IO[bytes]) -> list[Merged]:
    """openpyxl gives merged ranges only with every cell as an object; they stand behind the cells, so the part is
    read through once more, each row let go as it passes."""
    from lxml import etree
    from openpyxl.utils import range_boundaries

    found: list[Merged] = []
    for _event, element in etree.iterparse(part, tag=("{*}row", "{*}mergeCell"), resolve_entities=False,
                                           no_network=True):
        if element.tag.endswith("}mergeCell"):
            left, top, right, bottom = range_boundaries(element.get("ref", ""))
            found.append(Merged(top - 1, left - 1, bottom - 1, right - 1))
        if len(found) > MOST_MERGED:
            raise Unfit("表格里合并的单元格太多，没有读。请取消合并再试。")
        _let_go(element)
    return found


def _let_go(element: Any) -> None:
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]
