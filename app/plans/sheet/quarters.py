"""一季度 to 四季度 of a task: numbers to be there at each quarter's end, or words that become milestones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from flask_babel import gettext as _

from app.plans.sheet.dates import due_day
from app.plans.sheet.words import plain, said

LONGEST_NODE = 160
_NUMBER = re.compile(r"(\d{1,9})\D{0,3}")


@dataclass(frozen=True, slots=True)
class Node:
    """A milestone in words, due at the end of a quarter; what is too long for a title stands in `note`."""

    quarter: int
    title: str
    note: str = ""

    def due_on(self, year: int) -> date:
        day = due_day(f"{self.quarter}季度", year)
        assert day is not None
        return day

    @classmethod
    def of(cls, quarter: int, words: str) -> Node:
        return cls(quarter, words) if len(words) <= LONGEST_NODE else cls(
            quarter, words[:LONGEST_NODE - 1] + "…", words)


@dataclass(frozen=True, slots=True)
class Quarters:
    """What was understood of four cells: rising numbers, or nodes, or why neither."""

    numbers: tuple[int, ...] | None = None
    nodes: tuple[Node, ...] = ()
    problem: str = ""


def quarters_of(cells: Sequence[str], lowest: int | None, highest: int | None) -> Quarters:
    """`lowest` and `highest` are the target's; numbers may be typed rising towards it, or quarter by quarter."""
    words = [said(cell) for cell in cells]
    numbers = [_NUMBER.fullmatch(plain(word)) for word in words]
    if not any(words):
        return Quarters()
    if not all(number or not word for word, number in zip(words, numbers, strict=True)):
        return Quarters(nodes=tuple(Node.of(quarter, line.strip()) for quarter, word in enumerate(words, 1)
                                    for line in word.splitlines() if line.strip()))
    each = [int(number[1]) if number else None for number in numbers]
    if lowest is None:
        return Quarters(problem=_("没有读出目标数，季度数字没有记。"))
    rising = list(accumulate((one if one is not None else -1 for one in each), max))
    rising = [max(one, 0) for one in rising]
    added = list(accumulate(one or 0 for one in each))
    typed = [one for one in each if one is not None]
    wanted = range(lowest, (highest or lowest) + 1)
    if typed == sorted(typed) and rising[-1] in wanted:
        return Quarters(tuple(rising))
    if added[-1] in wanted:
        return Quarters(tuple(added))
    return Quarters(problem=_(
        "四个季度加起来是 %(sum)d，逐季累计到 %(last)d，都不是目标的数，没有记。", sum=added[-1], last=rising[-1]))
