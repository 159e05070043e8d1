"""Rows of a task sheet gathered to tasks: what heads several rows is carried down, and a task may take several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.errors import Refused
from app.plans.models import Sector
from app.plans.sheet.columns import Column as C
from app.plans.sheet.columns import Layout, Rows
from app.plans.sheet.words import (
    has_ordinal,
    is_note,
    is_only_a_sector,
    plain,
    said,
    sector_in,
    without_ordinal,
)

MOST_ROWS, MOST_TASKS = 2_000, 500
NAMING = (C.TITLE, C.WORDING)
# What every row of a task may say anew; the rest is said of the task.
PER_ROW = (C.INDICATOR, C.TARGET, C.UNIT, C.WORKING)


class TooManyTasks(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("一张计划表最多 %(tasks)d 项任务、%(rows)d 行，请分年度或分单位导入。",
                           tasks=MOST_TASKS, rows=MOST_ROWS))


class NoTask(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("表头下面没有任务。请检查表头选在哪一行。"))


@dataclass(slots=True)
class Gathered:
    """A task's rows: `numbers` as in the file, `cells` in their order, and what heads it."""

    numbers: list[int]
    sector: Sector | None
    sector_words: str
    category: str
    cells: list[dict[C, str]]
    stands_in: dict[C, int] = field(default_factory=dict)  # the row in which a column first says something

    def all(self, column: C) -> list[str]:
        """What a column says, each thing once."""
        return list(dict.fromkeys(word for cells in self.cells if (word := said(cells.get(column, "")))))

    def one(self, column: C) -> str:
        return "\n".join(self.all(column))

    def row_of(self, column: C) -> int:
        return self.stands_in.get(column, self.numbers[0])


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that is no task: a note, a sum, a heading that nobody understood."""

    number: int
    words: str


class Gathering:
    """Goes down the rows once. `tasks` and `aside` are there afterwards."""

    def __init__(self, rows: Rows, layout: Layout) -> None:
        self.layout = layout
        self.tasks: list[Gathered] = []
        self.aside: list[Aside] = []
        self._sector: Sector | None = None
        self._sector_words = self._category = ""
        self._head = list(rows[layout.until - 1]) if layout.until else []
        body = rows[layout.until:]
        if len(body) > MOST_ROWS:
            raise TooManyTasks
        for number, row in enumerate(body, layout.until + 1):
            if any(row):
                self._take(number, list(row))
        if len(self.tasks) > MOST_TASKS:
            raise TooManyTasks
        if not self.tasks:
            raise NoTask

    def _take(self, number: int, row: Sequence[str]) -> None:
        first = next(word for word in row if word)
        if row == self._head:  # printed again on each page
            return
        if is_note(first):
            self.aside.append(Aside(number, first))
        elif self._is_heading(row):
            self._head_with(number, first)
        else:
            self._take_task(number, self.layout.words_of(row))

    def _is_heading(self, row: Sequence[str]) -> bool:
        """One thing said across the row, or alone before the columns that name a task."""
        spread = [word for word in row if word]
        if len(set(spread)) > 1:
            return False
        if len(spread) > 2 and len(spread) == len(row):
            return True
        stands_in = {self.layout.columns[at] for at, word in enumerate(row) if word}
        if stands_in & set(NAMING):
            return is_only_a_sector(spread[0])
        return bool(stands_in & {C.NUMBER, C.CODE, C.ASIDE})

    def _head_with(self, number: int, words: str) -> None:
        sector = sector_in(words) if is_only_a_sector(words) else None
        if sector:
            self._sector, self._sector_words, self._category = sector, words, ""
        elif has_ordinal(words) and len(words) <= 120:
            self._category = without_ordinal(words)
        else:
            self.aside.append(Aside(number, words))

    def _take_task(self, number: int, words: dict[C, str]) -> None:
        before = (self._sector, self._category)
        self._carry(words)
        names = {column: said(words.get(column, "")) for column in NAMING}
        if self.tasks and before == (self._sector, self._category) and self._goes_on(words, names):
            last = self.tasks[-1]
            last.numbers.append(number)
            last.cells.append(words)
        else:
            self.tasks.append(last := Gathered([number], self._sector, self._sector_words, self._category, [words]))
        for column, word in words.items():
            if said(word):
                last.stands_in.setdefault(column, number)

    def _carry(self, words: dict[C, str]) -> None:
        """A blank sector or category is that of the row above, as merged cells come out of a CSV."""
        if word := said(words.get(C.SECTOR, "")):
            sector = sector_in(word)
            if (sector, word) != (self._sector, self._sector_words):
                self._category = "" if sector != self._sector else self._category
                self._sector, self._sector_words = sector, word
        if word := said(words.get(C.CATEGORY, "")):
            self._category = without_ordinal(" ".join(word.split()))

    def _goes_on(self, words: dict[C, str], names: dict[C, str]) -> bool:
        """Whether the row says more of the task above: another target beside the same name, or beside none."""
        last = self.tasks[-1]
        for column in (C.CODE, C.NUMBER):
            mark = plain(words.get(column, ""))
            if mark and mark != plain(last.one(column)):
                return False
        title, wording = names[C.TITLE], names[C.WORDING]
        if C.TITLE in self.layout.columns:
            return not title or title == last.one(C.TITLE)
        return not wording or wording == last.one(C.WORDING)


def gathered(rows: Rows, layout: Layout) -> tuple[list[Gathered], list[Aside]]:
    """The tasks of a sheet, and what of it is none.

    :raises TooManyTasks, NoTask: it is no sheet of one plan.
    """
    found = Gathering(rows, layout)
    return found.tasks, found.aside
