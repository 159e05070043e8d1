"""The head of a sheet and what stands in its cells, for the small sheets: registers, outside figures, held events."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.errors import Refused

HEAD_WITHIN = 10  # rows: titles often stand above the head
MOST_LINES = 2_000  # applied in one transaction, which nobody else can write during
_ASIDE = re.compile(r"[(（\[【].*?[)）\]】]|[\s*＊:：]")
_BRACKETS = re.compile(r"[()（）\[\]【】〔〕、,，/\s*＊:：]")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ].*)?")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")

Columns = Mapping[str, Sequence[str]]  # the first of the words is the one we use ourselves


class NoSuchColumns(Refused):
    """A sheet of something else."""

    status = 422

    def __init__(self, needed: str) -> None:
        super().__init__(_("没有找到表头。前 %(count)d 行里要有一行写着：%(needed)s。",
                           count=HEAD_WITHIN, needed=needed))


class NoLines(Refused):
    """A head and nothing below it."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("表里只有表头，没有要导入的行。"))


class TooManyLines(Refused):
    status = 422

    def __init__(self, count: int) -> None:
        super().__init__(_("表里有 %(count)d 行，一次最多导入 %(most)d 行，请分成几份。",
                           count=count, most=MOST_LINES))


@dataclass(slots=True)
class Line:
    """One row of a sheet. `problems` by column, in sentences, keep it out; `hints` do not. `changes`: (word, old,
    new) of what is there already.

    `what` is new, changed or same, and means something only while there is no problem.
    """

    number: int
    words: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    what: str = "new"
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    found: Any = None  # the row of ours that it is about
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class JudgedSheet:
    """The columns that were recognised, and the lines with what was judged of each. `told`: sentences on the whole,
    such as what was not read."""

    columns: Sequence[str]
    lines: Sequence[Line]
    told: Sequence[str] = ()

    @property
    def good(self) -> list[Line]:
        return [line for line in self.lines if line.is_good]

    @property
    def acting(self) -> list[Line]:
        """Those that would change something."""
        return [line for line in self.good if line.what != "same"]

    @property
    def bad(self) -> int:
        return len(self.lines) - len(self.good)

    def count(self, what: str) -> int:
        return sum(line.what == what for line in self.good)


def mark_doubles(lines: Sequence[Line], key: Callable[[Line], Hashable], column: str,
                 sentence: Callable[[int], str]) -> None:
    """By what they come to, not by how they are written: 成都 and 510100 are one place."""
    good = [line for line in lines if line.is_good]
    times = Counter(map(key, good))
    for line in good:
        if times[key(line)] > 1:
            line.problems[column] = sentence(times[key(line)])


def lines_of(rows: Sequence[Sequence[str]], columns: Columns, needed: Sequence[str], *,
             most: int = MOST_LINES) -> tuple[list[str], list[Line]]:
    """The columns that were recognised, and the rows below the head that say something.

    :raises NoSuchColumns, TooManyLines: it is a sheet of something else, or one for several turns.
    """
    at, head = _head(rows, columns, needed)
    lines = [Line(number, {name: row[column] if column < len(row) else "" for name, column in head.items()})
             for number, row in enumerate(rows[at + 1:], at + 2)]
    lines = [line for line in lines if any(line.words.values())]
    if len(lines) > most:
        raise TooManyLines(len(lines))
    return list(head), lines


def unread(rows: Sequence[Sequence[str]], columns: Columns, needed: Sequence[str]) -> list[str]:
    """The heads of columns that say nothing to us; numbers of rows aside."""
    at, head = _head(rows, columns, needed)
    return [word for column, word in enumerate(rows[at])
            if word and column not in head.values() and plain(word) not in ("序号", "序", "no", "no.")]


def _head(rows: Sequence[Sequence[str]], columns: Columns, needed: Sequence[str]) -> tuple[int, dict[str, int]]:
    for at, row in enumerate(rows[:HEAD_WITHIN]):
        found = _recognised(row, columns)
        if set(needed) <= found.keys():
            return at, dict(sorted(found.items(), key=lambda one: one[1]))
    raise NoSuchColumns(_("、").join(columns[name][0] for name in needed))


def _recognised(row: Sequence[str], columns: Columns) -> dict[str, int]:
    """Each name at the column whose head is its likeliest word; a column says one thing."""
    said, found = [(plain(word), opened(word)) for word in row], dict[str, int]()
    for name, words in columns.items():
        free = [(words.index(word), at) for at, both in enumerate(said) for word in both
                if word in words and at not in found.values()]
        if free:
            found[name] = min(free)[1]
    return found


def plain(word: str) -> str:
    """As words of a head are compared: without what stands in brackets, without blanks, one width."""
    return _ASIDE.sub("", unicodedata.normalize("NFKC", word)).casefold()


def opened(word: str) -> str:
    """With what stands in brackets but without their signs: 市（州） as 市州."""
    return _BRACKETS.sub("", unicodedata.normalize("NFKC", word)).casefold()


def day_in(word: str) -> date | None:
    """2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日, 20260305; None for what is no day."""
    said = unicodedata.normalize("NFKC", word).strip()
    found = _DAY.fullmatch(said) or _DIGITS.fullmatch(said)
    if found is None:
        return None
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return None
    return day if 1970 < day.year < 2200 else None
