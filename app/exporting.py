"""Sheets that leave: the one writer through which rows become CSV; no cell holds what a program would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

# A cell that begins so is a formula to Excel, WPS or LibreOffice; some take the full-width signs too.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
BOM = "\ufeff"  # without it Excel takes Chinese for GBK


def csv_of(rows: Iterable[Iterable[object]]) -> bytes:
    """UTF-8 with its mark, CRLF; numbers stay numbers."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    for row in rows:
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in row])
    return (BOM + sheet.getvalue()).encode()


def defused(cell: str) -> str:
    """As text, whatever it begins with: also behind blanks, which some programs skip."""
    return f"'{cell}" if cell.startswith(_STARTS) or cell.lstrip().startswith(_STARTS) else cell
