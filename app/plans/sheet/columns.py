"""The columns of a task sheet: how offices head them, and where on a sheet the head stands."""

from __future__ import annotations

import enum
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask_babel import gettext as _

from app.errors import Refused

HEAD_WITHIN = 15  # rows: titles, dates and the office's name often stand above the head
_ASIDE = re.compile(r"[(（\[【〔].*?[)）\]】〕]|[\s*＊:：、，,/／]|[“”\"]|(?:20\d\d)年?度?")
_CODE = re.compile(r"[A-Za-z]{0,3}\d+(?:[.\-]\d+)+|[A-Za-z]+\d+")
LONGEST_UNIT, LONGEST_HEAD = 3, 14
DATA = Path(__file__).parent.parent / "data" / "columns.toml"

Rows = Sequence[Sequence[str]]


class Column(enum.StrEnum):
    """What a column says of a task."""

    ASIDE = "-"
    NUMBER = "number"
    CODE = "code"
    SECTOR = "sector"
    CATEGORY = "category"
    TITLE = "title"
    WORDING = "wording"
    INDICATOR = "indicator"
    TARGET = "target"
    UNIT = "unit"
    WORKING = "working"
    LEAD = "lead"
    SUPPORTING = "supporting"
    IN_CHARGE = "in_charge"
    Q1 = "q1"
    Q2 = "q2"
    Q3 = "q3"
    Q4 = "q4"
    DUE = "due"
    RESULT = "result"
    PROGRESS = "progress"
    PROBLEMS = "problems"
    AUDIENCE = "audience"
    PROGRAMMES = "programmes"

    @property
    def label(self) -> str:
        return {
            "-": _("不导入"), "number": _("序号（不当编号）"), "code": _("编号"), "sector": _("板块"),
            "category": _("类别"), "title": _("任务"), "wording": _("主要内容"), "indicator": _("指标名称"),
            "target": _("目标"), "unit": _("计量单位"), "working": _("内部目标"), "lead": _("牵头单位"),
            "supporting": _("配合单位"), "in_charge": _("责任人"), "q1": _("一季度"), "q2": _("二季度"),
            "q3": _("三季度"), "q4": _("四季度"), "due": _("完成时限"), "result": _("成果形式"),
            "progress": _("进展"), "problems": _("问题"), "audience": _("对象"), "programmes": _("品牌活动"),
        }[self.value]

    @property
    def head(self) -> str:
        """How our own sheets head it, in Chinese whoever asks: the first word that means nothing else."""
        return next(word for word, meant in WORDS.items() if meant == (self,))


C = Column
QUARTERS = (C.Q1, C.Q2, C.Q3, C.Q4)
# Each word with what it means, the likeliest first.
WORDS: Mapping[str, tuple[Column, ...]] = {
    word: tuple(Column(one) for one in meant.split())
    for meant, words in tomllib.loads(DATA.read_text(encoding="utf-8")).items() for word in words}
_LONGEST_FIRST = sorted((word for word in WORDS if len(word) > 1), key=len, reverse=True)


class NoTaskColumn(Refused):
    """A sheet of something else, or one whose head nobody could know."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("没有认出“任务”或“主要内容”这一列。"))


@dataclass(frozen=True, slots=True)
class Head:
    """Where the head stands (rows from 0, `until` is the first row below it), its words, and our guess for each."""

    at: int
    until: int
    words: tuple[str, ...]
    guesses: tuple[Column, ...]

    @property
    def known(self) -> int:
        return sum(guess is not C.ASIDE for guess in self.guesses)

    @property
    def weight(self) -> int:
        """A word that is nothing but the name of a column says more than one that holds such a name."""
        return self.known + sum(_plain(word) in WORDS for word in self.words)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column says what, and where the tasks begin: a guess, or what somebody chose instead.

    `has_own_letters`: the office uses E, I, C, S and N in its codes for something else than the five sectors.
    """

    until: int
    columns: tuple[Column, ...]
    has_own_letters: bool = False

    def __post_init__(self) -> None:
        if not {C.TITLE, C.WORDING} & set(self.columns):
            raise NoTaskColumn
        if self.twice:
            raise ColumnTwice(self.twice)

    @property
    def twice(self) -> list[Column]:
        return [column for column, count in Counter(self.columns).items() if count > 1 and column is not C.ASIDE]

    @property
    def used(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column is not C.ASIDE)

    def words_of(self, row: Sequence[str]) -> dict[Column, str]:
        return {column: row[at] if at < len(row) else "" for at, column in enumerate(self.columns)
                if column is not C.ASIDE}


class ColumnTwice(Refused):
    status = 422

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__(_("“%(column)s”选了两列，请只留一列。", column=columns[0].label))


def fit(rows: Rows) -> int:
    """How much a sheet looks like a task sheet: the columns known of its head; 0 where there is no task in it."""
    head = find_head(rows)
    return head.known if {C.TITLE, C.WORDING} & set(head.guesses) else 0


def find_head(rows: Rows, at: int | None = None) -> Head:
    """The row whose words are known best, or the row `at`, taken for the head."""
    candidates = [head_at(rows, number) for number in range(min(len(rows), HEAD_WITHIN))] if at is None else [
        head_at(rows, min(max(at, 0), len(rows) - 1))]
    return max(candidates, key=lambda head: (head.weight, -head.at))


def head_at(rows: Rows, at: int) -> Head:
    """Also of two rows, as where 一季度 to 四季度 stand below 季度节点."""
    width = max(map(len, rows), default=0)
    words = [*rows[at], *[""] * (width - len(rows[at]))]
    below = _second_row(words, rows[at + 1] if at + 1 < len(rows) else [])
    body = at + 1 if below is None else at + 2
    words = words if below is None else [under or word for word, under in zip(words, below, strict=True)]
    return Head(at, body, tuple(words), _guessed(words, rows[body:]))


def _second_row(words: Sequence[str], below: Sequence[str]) -> list[str] | None:
    """What it says below words that say nothing; None where it is a task and no head, or says nothing more."""
    if not any(map(meanings, words)):  # a title, and the head below it
        return None
    below = [*below, *[""] * (len(words) - len(below))]
    if not all(under in ("", word) or _plain(under) in WORDS for word, under in zip(words, below, strict=True)):
        return None
    said = ["" if under == word or meanings(word) else under for word, under in zip(words, below, strict=True)]
    return said if any(said) or (any(below) and below == list(words)) else None


def meanings(word: str) -> tuple[Column, ...]:
    """What the head of a column may mean, the likeliest first; none for a word nobody uses as a head."""
    plain = _plain(word)
    if plain in WORDS:
        return WORDS[plain]
    if len(plain) > LONGEST_HEAD:  # a title, not the head of a column
        return ()
    return next((WORDS[known] for known in _LONGEST_FIRST if known in plain), ())


def _plain(word: str) -> str:
    return _ASIDE.sub("", unicodedata.normalize("NFKC", word)).casefold()


def _guessed(words: Sequence[str], body: Rows) -> tuple[Column, ...]:
    """Words with one meaning choose first, so that 责任单位 beside 牵头单位 is who supports."""
    wishes = {at: _wishes(word, at, body) for at, word in enumerate(words)}
    _name_the_middle(wishes, [_plain(word) for word in words])
    found: dict[int, Column] = {}
    for at in sorted(wishes, key=lambda at: (len(wishes[at]), at)):
        free = [wish for wish in wishes[at] if wish not in found.values()]
        if free:
            found[at] = free[0]
    return tuple(found.get(at, C.ASIDE) for at in range(len(words)))


def _name_the_middle(wishes: dict[int, tuple[Column, ...]], words: Sequence[str]) -> None:
    """Of 板块, 工作内容 and 具体任务 the one between names the kind of work, not the words of the plan."""
    has_kind = any(C.CATEGORY in one for one in wishes.values())
    if not has_kind and (C.SECTOR,) in wishes.values() and "具体任务" in words and "工作内容" in words:
        wishes[words.index("工作内容")] = (C.CATEGORY, C.WORDING)


def _wishes(word: str, at: int, body: Rows) -> tuple[Column, ...]:
    """A 单位 of one or two characters counts things; numbers such as E1.1 are codes however they are headed."""
    if _plain(word) == "单位":
        said = [row[at] for row in body if at < len(row) and row[at]]
        return (C.UNIT,) if said and all(len(one) <= LONGEST_UNIT for one in said) else (C.LEAD, C.SUPPORTING)
    wishes = meanings(word)
    if wishes in ((C.NUMBER,), (C.CODE,)):
        said = [row[at] for row in body if at < len(row) and row[at]]
        codes = sum(_CODE.fullmatch(unicodedata.normalize("NFKC", one)) is not None for one in said)
        return (C.CODE,) if said and codes * 2 > len(said) else (C.NUMBER,) if wishes == (C.NUMBER,) else wishes
    return tuple(wish for wish in wishes if wish is not C.ASIDE)
