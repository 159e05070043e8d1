"""Which kind of file it is tell the bytes, never a name; which of its sheets is meant tells who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from app.limits import Progress, Unfit
from app.sheets import old_workbook, separated, word, workbook
from app.sheets.cells import Raw, Rows, told_in_text
from app.sheets.zipped import weighed

ZIP, CONTAINER = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

Fit = Callable[[Rows], int]


@dataclass(frozen=True, slots=True)
class Page:
    """A worksheet, or the table of a document, that was chosen. `of`: how many there were to choose from."""

    name: str
    rows: Rows
    of: int = 1


def read(attachment: bytes, told: Progress, *, keeps_lines: bool = False) -> Rows:
    """The rows, cells trimmed, as far as they are filled; a blank row between others is an empty list.

    Of a workbook the first sheet that is not hidden, of a document its longest table.
    `keeps_lines`: a cell of several lines stays so.

    :raises Unfit: for anything else, in a sentence.
    """
    return best(attachment, told, keeps_lines=keeps_lines).rows


def best(attachment: bytes, told: Progress, *, keeps_lines: bool = False, fit: Fit | None = None,
         shown_days: bool = False) -> Page:
    """The sheet or table that fits best, the longer of two; where none fits, what `read` takes.

    `shown_days`: a day typed without a year comes without one, for whoever knows the year better than the program.

    :raises Unfit: as `read`.
    """
    is_word, raws = _pages(attachment, shown_days)
    if fit is None and not is_word:
        raws = islice(raws, 1)
    pages = [Page(raw.name, told_in_text(raw, told, keeps_lines=keeps_lines)) for raw in raws]
    filled = [page for page in pages if page.rows]
    if not filled:
        raise Unfit("表格里没有内容。")
    chosen = max(filled, key=lambda page: len(page.rows)) if is_word else filled[0]
    if fit is not None:
        fitting = max(filled, key=lambda page: (fit(page.rows), len(page.rows)))
        chosen = fitting if fit(fitting.rows) else chosen
    return Page(chosen.name, chosen.rows, len(pages))


def _pages(attachment: bytes, shown_days: bool) -> tuple[bool, Iterator[Raw]]:
    """Whether it is a document, and what is in it."""
    if attachment.startswith(ZIP):
        names = weighed(attachment)
        is_word = any(name.startswith("word/") for name in names)
        return is_word, word.pages(attachment) if is_word else workbook.pages(attachment, shown_days)
    if attachment.startswith(CONTAINER):
        return False, old_workbook.pages(attachment, shown_days)
    return False, separated.pages(attachment)
