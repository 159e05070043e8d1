"""What a planner ticks and types for next year; where nothing was typed yet, what is proposed."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.events.models import Event
from app.events.rolling import Shell, days_of
from app.events.words import EventKind
from app.plans.indicators import Indicator
from app.plans.milestones import Milestone
from app.plans.models import Plan, Task
from app.plans.rolling import Asked, Choice, Splits
from app.plans.yearly import DateRule, another_year
from app.reports.counting.cells import Count
from app.reports.counting.tally import Tally

_WHOLE = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Number:
    """One indicator: last year's number, what was counted, what is asked of next year. `rest`: what was left unmet
    and may be added; 0 where that makes no sense."""

    indicator: Indicator
    count: Count
    rest: int
    low: str
    high: str | None
    carries: bool

    @property
    def mistake(self) -> str:
        low, high = whole_number(self.low), whole_number(self.high or "")
        if low is None or (self.high is not None and high is None):
            return _("目标要填整数。")
        return _("上限不能小于下限。") if self.high is not None and (high or 0) < low else ""

    @property
    def asked(self) -> Asked:
        more = self.rest if self.carries else 0
        high = None if self.high is None else (whole_number(self.high) or 0) + more
        if high is None and self.indicator.maximum is not None:  # exact and about: both ends are alike
            high = (whole_number(self.low) or 0) + more
        return Asked((whole_number(self.low) or 0) + more, high)

    @property
    def is_changed(self) -> bool:
        return self.asked != Asked(self.indicator.minimum, self.indicator.maximum)


class Wishes:
    """`words`: the form as it came; None: opened for the first time, everything comes along."""

    def __init__(self, plan: Plan, year: int, counted: Tally, milestones: Sequence[Milestone],
                 sources: Sequence[Event], words: MultiDict[str, str] | None) -> None:
        self.plan, self.year, self.words = plan, year, words
        self._counted, self._milestones, self._sources = counted, milestones, sources

    def takes(self, name: str, id: int) -> bool:
        """Whether a box is ticked."""
        return self.words is None or str(id) in self.words.getlist(name)

    @cached_property
    def tasks(self) -> list[Task]:
        return [task for task in self.plan.tasks if task.withdrawn_at is None]

    @cached_property
    def chosen(self) -> list[Task]:
        return [task for task in self.tasks if self.takes("task", task.id)]

    @cached_property
    def numbers(self) -> dict[int, list[Number]]:
        """By task id."""
        return {task.id: [self._number(one) for one in task.indicators] for task in self.tasks}

    @cached_property
    def steps(self) -> dict[int, list[Milestone]]:
        """Milestones by task id."""
        found: dict[int, list[Milestone]] = {task.id: [] for task in self.tasks}
        for one in self._milestones:
            found.setdefault(one.task_id, []).append(one)
        return found

    @property
    def splits(self) -> Splits:
        return Splits(self._one_of("splits", Splits, Splits.SCALE))

    @property
    def rule(self) -> DateRule:
        """For milestones: most are deadlines, which stay on their dates."""
        return DateRule(self._one_of("rule", (DateRule.DATE, DateRule.WEEK), DateRule.DATE))

    def rule_of(self, event: Event) -> DateRule:
        is_around_ip_day = event.kind == EventKind.CAMPAIGN and days_of(event.span).holds_ip_day
        usual = DateRule.IP_DAY if is_around_ip_day else DateRule.WEEK
        return DateRule(self._one_of(f"rule-{event.id}", DateRule, usual))

    @cached_property
    def offered(self) -> list[Shell]:
        return [Shell.of(one, self.year, self.rule_of(one)) for one in self._sources]

    @cached_property
    def shells(self) -> list[Shell]:
        return [one for one in self.offered if self.takes("event", one.source.id)]

    @property
    def dated(self) -> list[tuple[Milestone, date | None]]:
        """The milestones that come along, with their new days."""
        return [(one, one.due_on and another_year(one.due_on, self.year, self.rule)) for task in self.chosen
                for one in self.steps[task.id] if self.takes("milestone", one.id)]

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """(where, sentence)."""
        found = [(f"low-{one.indicator.id}", f"{task.code} {task.title}{_('：')}{one.mistake}")
                 for task in self.chosen for one in self.numbers[task.id] if one.mistake]
        return found if self.chosen else [("tasks", _("至少要带一项任务。"))]

    @property
    def choice(self) -> Choice:
        return Choice(self.year, {task.id for task in self.chosen}, {
            one.indicator.id: one.asked for task in self.chosen for one in self.numbers[task.id]},
            self.splits, {one.id for one, _day in self.dated}, self.rule)

    @property
    def digest(self) -> str:
        """Of all that the preview shows: who agrees to it agrees to nothing else."""
        told = [self.year, sorted(self.choice.tasks), sorted(
            (id, one.minimum, one.maximum) for id, one in self.choice.asked.items()), self.splits.value,
            [(one.id, day) for one, day in self.dated],
            [(event.id, event.title, before, after) for shell in self.shells for event, before, after in shell.moves]]
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def _number(self, indicator: Indicator) -> Number:
        count, words = self._counted.of(indicator), self.words
        low, high = str(indicator.minimum), None
        if indicator.maximum is not None and indicator.maximum != indicator.minimum:
            high = str(indicator.maximum)
        if words is not None:
            low = words.get(f"low-{indicator.id}", low)
            high = None if high is None else words.get(f"high-{indicator.id}", high)
        return Number(indicator, count, _rest(indicator, count), low, high,
                      words is not None and str(indicator.id) in words.getlist("carry"))

    def _one_of(self, name: str, known: object, usual: str) -> str:
        word = (self.words or {}).get(name, "")
        return word if word in [str(one) for one in known] else usual  # type: ignore[attr-defined]


def _rest(indicator: Indicator, count: Count) -> int:
    """What is missing to a number that was not met. Not of what each place or month is asked, nor of what grows over
    the years: there, nothing is left over."""
    if indicator.per != "total" or indicator.period != "year" or count.is_met:
        return 0
    return max(-int((count.done - indicator.minimum) // 1), 0)


def whole_number(text: str) -> int | None:
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    return int(plain) if _WHOLE.fullmatch(plain) else None
