"""The forms of an import: a sheet and its year; what each column says; what was looked at and what is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms.validators import InputRequired, NumberRange

from app.errors import Refused
from app.forms import WholeField
from app.plans.asking import SheetForm
from app.plans.sheet.columns import HEAD_WITHIN, Column, Head, Layout, Rows, find_head

EARLIEST, LATEST = 2000, 2100
MOST_COLUMNS = 60


class TaskSheetForm(SheetForm):
    year = WholeField(_l("年度"), [InputRequired(_l("请填年度。")), NumberRange(
        EARLIEST, LATEST, _l("年度要在 2000 到 2100 之间。"))])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sheet.label.text = _("任务分解表")
        self.sheet.description = _("Excel（.xlsx、.xls）、CSV，或者 Word 文档（.docx）里的表格，最大 8 MB。")


class StalePreview(Refused):
    """The plan is no longer what was looked at."""

    def __init__(self) -> None:
        super().__init__(_("您看过以后，计划又有人改过。下面是和现在的计划对照的结果，请再看一遍。"))


class Reading:
    """How a sheet is to be read: the guess, or what an address or a form says instead.

    `head` counts from 1, as people count rows; `columns` has a column's word for each column of the sheet.
    """

    def __init__(self, rows: Rows, asked: MultiDict[str, str]) -> None:
        self.rows = rows
        wanted = asked.get("head", "")
        at = int(wanted) - 1 if wanted.isascii() and wanted.isdigit() and 0 < int(wanted[:6]) <= len(rows) else None
        self.head: Head = find_head(rows, at)
        given = asked.getlist("c")[:MOST_COLUMNS]
        known = {column.value: column for column in Column}
        self.has_own_letters = asked.get("letters") == "own"
        self.columns: Sequence[Column] = [known.get(word, Column.ASIDE) for word in given] if given else (
            self.head.guesses)

    @property
    def layout(self) -> Layout:
        """:raises NoTaskColumn, ColumnTwice: it cannot be read so."""
        return Layout(self.head.until, tuple(self.columns), self.has_own_letters)

    @property
    def address(self) -> dict[str, Any]:
        """As arguments of an address."""
        return {"head": self.head.at + 1, "c": [column.value for column in self.columns]} | (
            {"letters": "own"} if self.has_own_letters else {})

    @property
    def heads(self) -> list[tuple[int, str]]:
        """Rows that may be the head, and how each begins."""
        return [(number, " ".join(dict.fromkeys(word for word in row if word))[:40])
                for number, row in enumerate(self.rows[:HEAD_WITHIN], 1) if any(row)]

    def samples(self, at: int, most: int = 3) -> list[str]:
        """What stands in a column, each thing once."""
        said = dict.fromkeys(row[at] for row in self.rows[self.head.until:] if at < len(row) and row[at])
        return list(said)[:most]


def chosen_in(form: Mapping[str, str]) -> dict[int, int]:
    """`match-12=7`: row 12 is the plan's task 7; `match-12=0`: it is a new one."""
    found: dict[int, int] = {}
    for name, value in form.items():
        number = name.removeprefix("match-")
        if name != number and _is_small(number) and _is_small(value):
            found[int(number)] = int(value)
    return found


def _is_small(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 10
