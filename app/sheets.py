"""A stranger's sheet (.csv or .xlsx) as rows of text. Only called in a limited child (`limits.run`)."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from app.limits import Progress, Unfit

MOST_BYTES, MOST_RATIO, MOST_PARTS = 50 * 1024 * 1024, 100, 500
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 10_000, 60, 500
ZIP = b"PK\x03\x04"
TELL_EVERY = 500


def read(attachment: bytes, told: Progress) -> list[list[str]]:
    """The rows with something in them, cells trimmed, as far as they are filled.

    What kind of file it is tell the bytes, never a name.

    :raises Unfit: for anything else, in a sentence.
    """
    if attachment.startswith(ZIP):
        return _kept(_xlsx(attachment), told)
    if attachment.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unfit("这是旧格式的 .xls，或者是加了密码的表格。请另存为 .xlsx 或 .csv 再上传。")
    words = _decoded(attachment)
    head = words[:2000].partition("\n")[0]
    separator = max(",;\t", key=head.count)
    return _kept(csv.reader(io.StringIO(words, newline=""), delimiter=separator), told)


def _kept(rows: Iterable[Iterable[Any]], told: Progress) -> list[list[str]]:
    kept: list[list[str]] = []
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS + 1:
            raise Unfit(f"表格超过 {MOST_ROWS} 行，请分成几份。")
        cells = [_text(cell) for cell in list(row)[:MOST_COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            kept.append(cells)
        if number % TELL_EVERY == 0:
            told(number, 0)
    if not kept:
        raise Unfit("表格里没有内容。")
    return kept


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # a mobile number that the sheet took for a number
    if isinstance(cell, datetime | date):
        cell = cell.isoformat()
    words = unicodedata.normalize("NFC", str(cell))
    words = "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") else sign for sign in words)
    return " ".join(words.split())[:LONGEST_CELL]


def _decoded(words: bytes) -> str:
    if words.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as(words, "utf-16")
    try:
        return words.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _as(words, "gb18030")  # what Excel in China saves as CSV


def _as(words: bytes, encoding: str) -> str:
    try:
        return words.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unfit("认不出文件的文字编码。请另存为 .xlsx，或“CSV UTF-8”。") from error


def _xlsx(words: bytes) -> Iterator[tuple[Any, ...]]:
    _weigh(words)
    import openpyxl  # heavy, and wanted in the child alone

    book = openpyxl.load_workbook(io.BytesIO(words), read_only=True, data_only=True, keep_links=False)
    sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
    if sheet is None:
        raise Unfit("表格里没有看得见的工作表。")
    sheet.reset_dimensions()  # what the file claims of its size is not believed
    yield from sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True)


def _weigh(words: bytes) -> None:
    """Sizes summed before anything is unpacked, and no document type in any part: entities live there."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(words))
    except zipfile.BadZipFile as error:
        raise Unfit("文件读不出来，可能已经损坏。请用表格软件打开、另存一份再试。") from error
    parts = packed.infolist()
    size, stored = sum(one.file_size for one in parts), sum(one.compress_size for one in parts)
    if len(parts) > MOST_PARTS or size > MOST_BYTES or size > MOST_RATIO * max(stored, 1):
        raise Unfit("表格打开后太大，没有读。请只留要导入的工作表再试。")
    names = {one.filename for one in parts}
    if len(names) != len(parts) or "[Content_Types].xml" not in names:
        raise Unfit("这不是 .xlsx 表格。")
    for one in parts:
        if one.filename.endswith((".xml", ".rels", ".vml")):
            _refuse_document_type(packed, one)


def _refuse_document_type(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    with packed.open(part) as stream:
        try:
            next(iter(iterparse(stream, events=("start",), forbid_dtd=True)), None)  # it stands before the first tag
        except DefusedXmlException as error:
            raise Unfit("表格里有不允许的定义（DTD），没有读。") from error
