"""Sheets as people make them: a workbook, a document with a table, text with separators."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import docx
import openpyxl

Row = Sequence[Any]


def as_csv(rows: Iterable[Row], encoding: str = "utf-8", separator: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Iterable[Row], merged: Iterable[str] = (), before: Iterable[tuple[str, Row]] = ()) -> bytes:
    """`merged` are ranges such as A1:F1; `before` are sheets of one row that stand before it."""
    book = openpyxl.Workbook()
    for number, (name, row) in enumerate(before):
        book.create_sheet(name, number).append(row)
    for row in rows:
        book.worksheets[-1].append(row)
    for one in merged:
        book.worksheets[-1].merge_cells(one)
    return _saved(book)


def as_docx(*tables: Iterable[Row], merged: Iterable[tuple[int, int, int, int]] = ()) -> bytes:
    """`merged` are (top, left, bottom, right) in the first table, counted from 0."""
    document = docx.Document()
    for number, rows in enumerate(tables):
        rows = [list(row) for row in rows]
        document.add_paragraph(f"附件{number + 1}")
        table = document.add_table(len(rows), max(map(len, rows)))
        for row, line in zip(rows, table.rows, strict=True):
            for word, cell in zip(row, line.cells, strict=False):
                cell.text = "" if word is None else str(word)
        for top, left, bottom, right in merged if number == 0 else ():
            word = table.cell(top, left).text
            table.cell(top, left).merge(table.cell(bottom, right)).text = word
    return _saved(document)


def with_part(words: bytes, name: str, content: bytes) -> bytes:
    """The same zip with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(words)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return out.getvalue()


def _saved(file: Any) -> bytes:
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def problems(preview: Any) -> list[tuple[str, str]]:
    """(cell, what is wrong with it) of the page that shows a sheet before it comes in."""
    return re.findall(r'class="has-problem"[^>]*>([^<]*)<p class="error">.*?<span>([^<]*)</span>', preview.text,
                      re.DOTALL)


def results(preview: Any) -> list[str]:
    """What would become of each row."""
    return re.findall(r"</svg>(新增|更新|没有变化|不导入)</span>", preview.text)
