"""What we propose to count for a target in words; a person confirms it, and what cannot be read stays words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.plans.indicators import Basis, Indicator, Measure
from app.plans.numerals import LARGEST
from app.plans.sheet.words import said
from app.plans.units import counting_of
from app.plans.wording import Comparison, Counting, Understood, find, read

LONGEST_NAME, LONGEST_WORDING = 80, 120
OUTSIDE_FROM = 1000  # a head count of this size is enrolled elsewhere and comes by sheet
_MEASURES = {
    **dict.fromkeys(("期", "场", "次", "场次", "班", "班次", "讲", "堂", "轮", "课次"), Measure.EVENTS),
    **dict.fromkeys(("学时", "课时"), Measure.HOURS)}
_CLAUSE_ENDS = "，,；;。\n|"
_AROUND = " 、，,；;。：:|\n"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One indicator as understood. `name`: what is counted, where the cell states several."""

    understood: Understood
    name: str = ""
    quarters: tuple[int, ...] | None = None

    @property
    def measure(self) -> Measure:
        """Our guess; numbers of people of that size are counted by a platform elsewhere."""
        one = self.understood
        if one.counting is not Counting.THINGS:
            by_people = Measure.PEOPLE if one.counting is Counting.PEOPLE else Measure.ATTENDANCES
            return Measure.OUTSIDE if one.minimum >= OUTSIDE_FROM and by_people is Measure.PEOPLE else by_people
        return _MEASURES.get(one.unit, Measure.REGISTER)

    @property
    def lowest(self) -> int:
        return self.understood.minimum

    @property
    def highest(self) -> int:
        """Up to which a plan by quarters may go: without end where the wording has none."""
        one, open_ended = self.understood, (Comparison.AT_LEAST, Comparison.MORE_THAN)
        return LARGEST if one.comparison in open_ended else one.maximum or one.minimum

    def over(self, quarters: tuple[int, ...]) -> Proposal:
        return replace(self, quarters=quarters)

    @property
    def numbers(self) -> dict[str, object]:
        """By the names of an indicator's columns, what the wording says and no guess of ours."""
        one = self.understood
        return {"comparison": one.comparison.value, "minimum": one.minimum, "maximum": one.maximum, "unit": one.unit,
                "counting": one.counting.value, "per": one.per.value, "period": one.period.value}

    @property
    def said(self) -> dict[str, object]:
        """The numbers with the words they stand in, by the names of the columns."""
        return {"name": self.name, "wording": self.understood.wording[:LONGEST_WORDING], **self.numbers}

    def as_indicator(self, basis: Basis, position: int, *, is_confirmed: bool) -> Indicator:
        return Indicator(
            basis=basis.value, measure=self.measure.value, position=position, is_confirmed=is_confirmed,
            quarters=list(self.quarters) if self.quarters else None, **self.said)


def proposals_of(cell: str, unit: str = "", name: str = "") -> tuple[Proposal, ...]:
    """The targets of a cell; none where it has no number that can be read for sure."""
    words = said(cell)
    one = read(words)
    if one is not None:
        return (Proposal(_in_unit(one, said(unit)), name[:LONGEST_NAME]),)
    found = find(words)
    return tuple(Proposal(one, _name_of(words, one, found) if len(found) > 1 else name[:LONGEST_NAME])
                 for one in found)


def proposals_in(texts: Sequence[str]) -> tuple[Proposal, ...]:
    """The targets that a task's own words state, for a sheet without a column of targets."""
    found = {one.wording: Proposal(one, _name_of(text, one, every))
             for text in texts for every in (find(text),) for one in every}
    return tuple(found.values())


def with_unit(cell: str, unit: str) -> str:
    """“30” beside “所” as “30所”; a cell that has its unit, or words behind the number, as it is."""
    words, of = said(cell), said(unit)
    return f"{words}{of}" if of and of != words and words[-1:].isdigit() else words


def _in_unit(one: Understood, unit: str) -> Understood:
    if one.unit or not unit:
        return one
    return replace(one, unit=unit[:12], counting=counting_of(unit), wording=with_unit(one.wording, unit))


def _name_of(words: str, one: Understood, every: Sequence[Understood]) -> str:
    """The clause it stands in, without the number itself and without what belongs to the numbers beside it."""
    start = max(words.rfind(sign, 0, one.start) for sign in _CLAUSE_ENDS) + 1
    end = min((at for sign in _CLAUSE_ENDS if (at := words.find(sign, one.end)) >= 0), default=len(words))
    before = max((other.end for other in every if other.end <= one.start), default=0)
    after = min((other.start for other in every if other.start >= one.end), default=len(words))
    if before > start:
        start = _parting(words, before, one.start)
    if after < end:
        end = _parting(words, one.end, after)
    return re.sub(r"\s+", " ", words[start:one.start] + words[one.end:end]).strip(_AROUND)[:LONGEST_NAME]


def _parting(words: str, since: int, until: int) -> int:
    """Where between two numbers of one clause the words pass from the first to the second: at the last “、”; behind
    the first number if one stands there or nowhere, for words mostly stand before their number (“讲座3场培训2期”)."""
    at = -1 if words[since:until].lstrip().startswith("、") else words.rfind("、", since, until)
    return at if at >= 0 else since
