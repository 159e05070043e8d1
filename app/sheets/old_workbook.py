"""Worksheets of an .xls, the format of before 2007 that many offices still send."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from app.limits import BROKEN, Unfit
from app.sheets.cells import MOST_MERGED, Merged, Raw, month_and_day
from app.sheets.workbook import MOST_SHEETS, shows_no_year

MOST_BYTES = 8 * 1024 * 1024
PASSWORD = "表格加了密码。请去掉密码，另存一份再上传。"
OTHERS = {"EncryptedPackage": PASSWORD, "WordDocument": "这是旧格式的 Word 文档（.doc）。请另存为 .docx 再上传。"}


def pages(words: bytes, shown_days: bool) -> Iterator[Raw]:
    """The visible worksheets, in their order; `shown_days` as of those of today.

    :raises Unfit: for one with a password, one that is damaged, or a Word document of old.
    """
    import xlrd

    if not _has(words, "Workbook", "Book"):
        raise Unfit(next((sentence for stream, sentence in OTHERS.items() if _has(words, stream)), BROKEN))
    if len(words) > MOST_BYTES:
        raise Unfit("旧格式的 .xls 太大，没有读。请另存为 .xlsx 再上传。")
    try:
        # Merged ranges come with formatting only. What it has to say must not go to our standard output.
        book = xlrd.open_workbook(file_contents=words, logfile=io.StringIO(), formatting_info=True, on_demand=True,
                                  ragged_rows=True)
        yield from _visible(book, shown_days)
    except xlrd.XLRDError as error:
        raise Unfit(PASSWORD if "encrypted" in str(error) else BROKEN) from error


def _has(words: bytes, *streams: str) -> bool:
    """Whether the container holds one of these; their names stand in its directory."""
    return any(name.encode("utf-16-le") + b"\0\0" in words for name in streams)


def _visible(book: Any, shown_days: bool) -> Iterator[Raw]:
    indexes = [index for index, visibility in enumerate(book._sheet_visibility) if visibility == 0]
    if not indexes:
        raise Unfit("表格里没有看得见的工作表。")
    for index in indexes[:MOST_SHEETS]:
        sheet = book.sheet_by_index(index)
        if len(sheet.merged_cells) > MOST_MERGED:
            raise Unfit("表格里合并的单元格太多，没有读。请取消合并再试。")
        merged = [Merged(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells]
        yield Raw(sheet.name, (_row(book, sheet, number, shown_days) for number in range(sheet.nrows)), merged)
        book.unload_sheet(index)


def _row(book: Any, sheet: Any, number: int, shown_days: bool) -> list[Any]:
    values = [_value(book, kind, value) for kind, value in
              zip(sheet.row_types(number), sheet.row_values(number), strict=True)]
    return [month_and_day(value) if shown_days and isinstance(value, date) and _is_yearless(
        book, sheet.cell_xf_index(number, at)) else value for at, value in enumerate(values)]


def _is_yearless(book: Any, at: int) -> bool:
    key = book.xf_list[at].format_key
    known = book.format_map.get(key)
    return shows_no_year(key, known.format_str if known else "")


def _value(book: Any, kind: int, value: Any) -> Any:
    import xlrd

    if kind == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(value, book.datemode)
        except (xlrd.xldate.XLDateError, OverflowError, ValueError):
            return value
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(value, "")
    return value
