"""Worksheets of an .xlsx, streamed: a workbook that says it is huge costs no more than what is in it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any

from app.limits import Unfit
from app.sheets.cells import MOST_COLUMNS, MOST_MERGED, Merged, Raw

LAST_ROW = 1_048_576  # Excel's own; a file may claim any number
MOST_SHEETS = 20


def pages(words: bytes) -> Iterator[Raw]:
    """The visible worksheets, in their order."""
    import openpyxl  # heavy, and wanted in the child alone

    book = openpyxl.load_workbook(io.BytesIO(words), read_only=True, data_only=True, keep_links=False)
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise Unfit("表格里没有看得见的工作表。")
    for sheet in visible[:MOST_SHEETS]:
        sheet.reset_dimensions()  # what the file claims of its size is not believed
        with book._archive.open(sheet._worksheet_path) as part:
            merged = _merged(part)
        yield Raw(sheet.title, sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS, values_only=True), merged)


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
