"""A task's indicators held against what the sheet's cell now says."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.plans.indicators import Basis, Indicator
from app.plans.models import Task
from app.plans.sheet.proposals import Proposal
from app.plans.sheet.tasks import SheetTask
from app.plans.sheet.words import is_same


@dataclass(slots=True)
class Reconciled:
    """Of one basis: what stays, what is understood anew, what is new, what the sheet no longer states.

    While the words of the cell stay, all stays, as a person may have corrected what they mean.
    """

    old_words: str = ""
    new_words: str = ""
    kept: list[Indicator] = field(default_factory=list)
    changed: list[tuple[Indicator, Proposal]] = field(default_factory=list)
    fresh: list[Proposal] = field(default_factory=list)
    dropped: list[Indicator] = field(default_factory=list)
    quarters: tuple[Indicator, list[int] | None] | None = None

    @property
    def is_worded_anew(self) -> bool:
        return not is_same(self.old_words, self.new_words) or bool(self.changed or self.fresh or self.dropped)

    @property
    def proposed(self) -> list[Proposal]:
        """What a person is asked to confirm."""
        return [proposal for _indicator, proposal in self.changed] + self.fresh


def target_words(task: Task, basis: Basis) -> str:
    """What the task's cell says now: the official words as they came, or those of its indicators."""
    own = "；".join(one.wording for one in task.indicators if one.basis == basis and one.wording)
    return task.target_wording or own if basis is Basis.STATED else own


def reconciled(task: Task | None, basis: Basis, sheet: SheetTask, has_quarters: bool) -> Reconciled:
    """`has_quarters`: the sheet has columns for them, so that empty ones mean something."""
    proposals = list(sheet.targets[basis])
    if task is None:
        return Reconciled(new_words=sheet.words_of(basis), fresh=proposals)
    own = [one for one in task.indicators if one.basis == basis]
    carried = [] if basis is not Basis.STATED or sheet.says(Basis.WORKING) else [
        one for one in task.indicators if one.basis == Basis.WORKING and one.source_id and not one.is_confirmed]
    result = Reconciled(target_words(task, basis))
    result.new_words = sheet.words_of(basis)
    if sheet.says(basis) and is_same(result.new_words, result.old_words):
        result.kept = own
    else:
        _pair(own, carried, proposals, result, drops=sheet.says(basis))
        if not sheet.says(basis):
            result.new_words = "；".join([one.wording for one in result.kept]
                                        + [one.understood.wording for one in result.fresh])
    if has_quarters and result.kept and proposals:
        first, numbers = result.kept[0], proposals[0].quarters
        if list(numbers or ()) != list(first.quarters or ()):
            result.quarters = (first, list(numbers) if numbers else None)
    return result


def _pair(own: list[Indicator], carried: list[Indicator], proposals: list[Proposal], result: Reconciled, *,
          drops: bool) -> None:
    """The same words first, then the same unit in order. A sheet without a column of targets drops nothing.

    `carried`: last year's official targets, which this year's official words replace.
    """
    left, open_ones = list(own), []
    for proposal in proposals:
        same = next((one for one in left if _is_same(one, proposal)), None)
        if same is None:
            open_ones.append(proposal)
        else:
            left.remove(same)
            result.kept.append(same)
    candidates = [*(left if drops else ()), *carried]
    for proposal in open_ones:
        alike = next((one for of in (_is_same, _is_in_one_unit) for one in candidates if of(one, proposal)), None)
        if alike is None:
            result.fresh.append(proposal)
        else:
            candidates.remove(alike)
            result.changed.append((alike, proposal))
    left = [one for one in left if one not in [changed for changed, _proposal in result.changed]]
    (result.dropped if drops else result.kept).extend(left)


def _is_same(one: Indicator, proposal: Proposal) -> bool:
    """The same words, or the same number within them: “基地1个” and “1个”."""
    said = proposal.understood
    if is_same(one.wording, said.wording):
        return True
    is_within = bool(one.wording) and (said.wording in one.wording or one.wording in said.wording)
    return is_within and (one.minimum, one.maximum, one.unit) == (said.minimum, said.maximum, said.unit)


def _is_in_one_unit(one: Indicator, proposal: Proposal) -> bool:
    return one.unit == proposal.understood.unit
