"""Tables of a .docx, cell by cell of their grid: what is merged downwards is said in each row."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from app.limits import Unfit
from app.sheets.cells import MOST_COLUMNS, Raw

MOST_TABLES = 200
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Wrappers that stand between a table and its rows, or a row and its cells: content controls, tracked insertions.
WRAPPERS = frozenset(W + name for name in ("sdt", "sdtContent", "customXml", "ins", "smartTag", "moveTo"))
GONE = frozenset((W + "del", W + "moveFrom", FALLBACK))


def pages(words: bytes) -> Iterator[Raw]:
    """Its tables in their order, those within cells of others too: some offices lay out a page with a table."""
    import docx  # heavy, and wanted in the child alone

    tables = docx.Document(io.BytesIO(words)).element.body.iter(W + "tbl")
    number = 0
    for number, table in zip(range(1, MOST_TABLES + 1), tables, strict=False):
        yield Raw(str(number), _rows(table))
    if not number:
        raise Unfit("文档里没有表格。")


def _rows(table: Any) -> Iterator[list[str]]:
    above: dict[int, str] = {}
    for row in _within(table, W + "tr"):
        properties = row.find(W + "trPr")
        if properties is not None and properties.find(W + "del") is not None:
            continue
        at, now = _number(properties, "gridBefore", 0), {}
        for cell in _within(row, W + "tc"):
            setting = cell.find(W + "tcPr")
            span = _number(setting, "gridSpan", 1)
            words = above.get(at, "") if _goes_on(setting) else _words(cell)
            now |= {column: words for column in range(at, min(at + span, MOST_COLUMNS))}
            at += span
        yield [now.get(column, "") for column in range(max(now, default=-1) + 1)]
        above = now


def _within(parent: Any, tag: str) -> Iterator[Any]:
    """Children of that kind, also behind wrappers, but not those of a table within."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in WRAPPERS:
            yield from _within(child, tag)


def _number(properties: Any, name: str, otherwise: int) -> int:
    found = None if properties is None else properties.find(W + name)
    value = "" if found is None else found.get(W + "val", "")
    return min(int(value), MOST_COLUMNS) if value.isascii() and value.isdigit() else otherwise


def _goes_on(properties: Any) -> bool:
    merge = None if properties is None else properties.find(W + "vMerge")
    return merge is not None and merge.get(W + "val", "continue") == "continue"


def _words(cell: Any) -> str:
    """Its text as it would be printed: what is deleted in tracked changes is gone, what is inserted is there."""
    said: list[str] = []
    _gather(cell, said)
    return "".join(said).strip("\n")


def _gather(element: Any, said: list[str]) -> None:
    for child in element:
        if child.tag in GONE:
            continue
        if child.tag == W + "t":
            said.append(child.text or "")
        elif child.tag in (W + "tab", W + "ptab"):
            said.append(" ")
        elif child.tag in (W + "br", W + "cr"):
            said.append("\n")
        elif child.tag == W + "noBreakHyphen":
            said.append("-")
        else:
            _gather(child, said)
            if child.tag == W + "p":
                said.append("\n")
