"""What is done towards each indicator of a plan, counted anew from the rows each time it is asked: no number is kept
anywhere, so none can be wrong. A bounded number of queries, whatever the number of events and of indicators.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property

from app.accounts.places import Organization
from app.plans.indicators import Indicator, Measure
from app.plans.models import Plan
from app.reports.counting.cells import Amount, Cell, Count, count_of, whole
from app.reports.counting.lines import DONE, PUBLISHED, UNCONFIRMED, HostLine, Line, event_lines, host_lines
from app.reports.counting.places import Places
from app.reports.counting.records import Reading, Records, RegisterLine, Step, gains, records, register_lines
from app.reports.counting.scope import YEAR_AFTER, YEAR_BEFORE, Scope

BY_EVENTS = (Measure.EVENTS, Measure.ATTENDANCES, Measure.PEOPLE, Measure.HOURS)
WILL_COUNT = (PUBLISHED, UNCONFIRMED)  # a postponed one has no time yet and is not counted on


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """What the events of a task bring, whether or not it has an indicator.

    `done`: held and confirmed; `unconfirmed`: held, the figures not yet confirmed; `coming`: published or postponed.
    The others are of those done: attendances (人次), people (人数), credit hours, materials handed out, and the
    narrowest regions reached.
    """

    done: int = 0
    coming: int = 0
    attendances: int = 0
    unconfirmed: int = 0
    people: int = 0
    hours: Amount = 0
    materials: int = 0
    regions: frozenset[str] = frozenset()


NOTHING = TaskFigures()


def tally(plan: Plan, as_of: datetime, *, within: Organization | None = None, since: date | None = None,
          until: date | None = None) -> Tally:
    """The plan counted: for `within` and what lies below it, from `since` to `until`, both included."""
    return Tally(plan, as_of, Scope(plan.year, within, since, until))


def tally_seen_on(plan: Plan, day: date, *, within: Organization | None = None) -> Tally:
    """The plan as it stood when `day` ended, what was to come included; late figures of what was held count."""
    scope = Scope(plan.year, within, seen_on=day)
    return Tally(plan, scope.seen_until() - timedelta(seconds=1), scope)


class Tally:
    """The numbers of one plan. Each kind of row is fetched once, when first needed."""

    def __init__(self, plan: Plan, as_of: datetime, scope: Scope) -> None:
        self.plan, self.as_of, self.scope = plan, as_of, scope
        self.places = Places(plan, scope)
        self._counts: dict[int, Count] = {}

    def of(self, indicator: Indicator) -> Count:
        """What is done towards an indicator of the plan."""
        if indicator.id not in self._counts:
            self._counts[indicator.id] = replace(count_of(indicator, *self._cells(indicator), self.places),
                                                 unconfirmed=self._unconfirmed(indicator))
        return self._counts[indicator.id]

    def task(self, task_id: int) -> TaskFigures:
        return self._figures.get(task_id, NOTHING)

    def steps_of(self, task_id: int) -> Sequence[Step]:
        """All milestones of a task, in the order in which they are due."""
        return self._steps_by_task.get(task_id, ())

    def readings_of(self, indicator: Indicator) -> Mapping[tuple[str, str], Sequence[Reading]]:
        """Figures from elsewhere by source and region, the oldest first."""
        return _grouped(((one.source, one.region), one) for one in self._readings.get(indicator.id, ()))

    @cached_property
    def whole(self) -> TaskFigures:
        """Over all tasks; an event linked to several of them is one event."""
        return self._sum([line for lines in self._lines.values() for line in lines if line.is_first])

    @cached_property
    def events_by_region(self) -> Mapping[str, Amount]:
        """Events done, over all tasks, by the narrowest region known; a joint one by its shares."""
        found: dict[str, Amount] = defaultdict(int)
        for lines in self._lines.values():
            for line in lines:
                if line.is_first and line.stage == DONE:
                    for cell in self._of_line(line, Measure.EVENTS):
                        if cell.region:
                            found[cell.region] += cell.amount
        return found

    @cached_property
    def events_by_month(self) -> Mapping[date, int]:
        """Events done, over all tasks, by the first day of the month in which they began."""
        found: dict[date, int] = defaultdict(int)
        for lines in self._lines.values():
            for line in lines:
                if line.is_first and line.stage == DONE:
                    found[self.scope.month(line.bucket)] += line.events
        return found

    # ------------------------------------------------------------ what was fetched

    @cached_property
    def _lines(self) -> Mapping[int, Sequence[Line]]:
        """Of the plan's year alone: what lies before and after it belongs to another year's number."""
        return _grouped((task, line) for task, lines in self._lines_of_any_year.items() for line in lines
                        if _counts(line.bucket, is_cumulative=False))

    @cached_property
    def _lines_of_any_year(self) -> Mapping[int, Sequence[Line]]:
        return _grouped((line.task, line) for line in event_lines(self.plan, self.scope))

    @cached_property
    def _hosts(self) -> Mapping[int, Sequence[HostLine]]:
        return _grouped((line.task, line) for line in host_lines(self.plan, self.scope))

    @cached_property
    def _entries(self) -> Mapping[int, Sequence[RegisterLine]]:
        return _grouped((line.register, line) for line in register_lines(self.plan, self.scope))

    @cached_property
    def _records(self) -> Records:
        return records(self.plan, self.scope)

    @cached_property
    def _steps_by_task(self) -> Mapping[int, Sequence[Step]]:
        return _grouped((step.task, step) for step in self._records.steps)

    @cached_property
    def _readings(self) -> Mapping[int, Sequence[Reading]]:
        return _grouped((one.indicator, one) for one in self._records.readings)

    # ------------------------------------------------------------ how each measure counts them

    def _cells(self, indicator: Indicator) -> tuple[list[Cell], list[Cell]]:
        """What makes the number, and what is on its way to it."""
        measure = Measure(indicator.measure)
        if measure in BY_EVENTS:
            lines = self._lines_of(indicator)
            return ([cell for line in lines if line.stage == DONE for cell in self._of_line(line, measure)],
                    [cell for line in lines if line.stage in WILL_COUNT for cell in self._of_line(line, measure)])
        return {Measure.HOSTS: self._of_hosts, Measure.REGISTER: self._of_register,
                Measure.MILESTONES: self._of_milestones, Measure.OUTSIDE: self._of_outside}[measure](indicator)

    def _unconfirmed(self, indicator: Indicator) -> int:
        """How many events of what is scheduled were held."""
        lines = self._lines_of(indicator) if Measure(indicator.measure) in BY_EVENTS else ()
        return sum(line.events for line in lines if line.stage == UNCONFIRMED)

    def _lines_of(self, indicator: Indicator) -> list[Line]:
        return [line for line in self._lines_of_any_year.get(indicator.task_id, ())
                if _counts(line.bucket, is_cumulative=indicator.period == "cumulative")]

    def _of_line(self, line: Line, measure: Measure) -> Iterator[Cell]:
        amount = _amount(line, measure)
        month = self.scope.month(line.bucket)
        if line.parts is None:
            yield Cell(line.region, month, line.unit, amount)
            return
        for region, part in line.parts.items():
            yield Cell(region, month, line.unit, amount * part)

    def _of_hosts(self, indicator: Indicator) -> tuple[list[Cell], list[Cell]]:
        """Each school, firm or base once, however often something is held there."""
        lines = [line for line in self._hosts.get(indicator.task_id, ())
                 if indicator.register_id in (None, line.register)
                 and _counts(line.bucket, is_cumulative=indicator.period == "cumulative")]
        lines.sort(key=lambda line: -line.bucket)  # of a school the first time stands
        done = {line.entry: line for line in lines if line.stage == DONE}
        to_come = {line.entry: line for line in lines if line.stage in WILL_COUNT and line.entry not in done}
        return ([Cell(line.region, self.scope.month(line.bucket), line.unit, 1) for line in done.values()],
                [Cell(line.region, self.scope.month(line.bucket), line.unit, 1) for line in to_come.values()])

    def _of_register(self, indicator: Indicator) -> tuple[list[Cell], list[Cell]]:
        """Entries approved in the plan's year; all until its end for a number that grows over years."""
        lines = self._entries.get(indicator.register_id or 0, ())
        cells = [(line.is_counted, Cell(line.region, self.scope.month(line.bucket), line.unit, line.entries))
                 for line in lines if not line.is_counted
                 or _counts(line.bucket, is_cumulative=indicator.period == "cumulative")]
        return [cell for counted, cell in cells if counted], [cell for counted, cell in cells if not counted]

    def _of_milestones(self, indicator: Indicator) -> tuple[list[Cell], list[Cell]]:
        """One for each milestone reached that points to the indicator."""
        own = [step for step in self._records.steps if step.indicator == indicator.id]
        return ([self._of_step(step, step.reached_on) for step in own
                 if step.reached_on and self.scope.holds(step.reached_on)],
                [self._of_step(step, step.due_on) for step in own if step.reached_on is None])

    def _of_step(self, step: Step, day: date | None) -> Cell:
        return Cell(step.region, self.scope.month_of(day), step.unit, 1)

    def _of_outside(self, indicator: Indicator) -> tuple[list[Cell], list[Cell]]:
        """Each source's number of each region, told as what each month brought to it."""
        cells = []
        for (_source, region), own in self.readings_of(indicator).items():
            cells += [Cell(region, month, None, amount) for month, amount in gains(own).items()
                      if self.scope.holds_month(month) and self.scope.has_seen(month)]
        return cells, []

    # ------------------------------------------------------------ tasks

    @cached_property
    def _figures(self) -> Mapping[int, TaskFigures]:
        return {task: self._sum(lines) for task, lines in self._lines.items()}

    def _sum(self, lines: Sequence[Line]) -> TaskFigures:
        done = [line for line in lines if line.stage == DONE]
        waiting = sum(line.events for line in lines if line.stage == UNCONFIRMED)
        every = sum(line.events for line in lines)
        held = sum(line.events for line in done)
        return TaskFigures(
            done=held, unconfirmed=waiting, coming=every - held - waiting,
            attendances=sum(line.attendances for line in done), people=sum(line.people for line in done),
            hours=whole(Fraction(sum(line.hours for line in done), 10)),
            materials=sum(line.materials for line in done),
            regions=frozenset(cell.region for line in done for cell in self._of_line(line, Measure.EVENTS)
                              if cell.region))


def _counts(bucket: int, *, is_cumulative: bool) -> bool:
    """Within the plan's year; a number that grows over years takes what came before it too."""
    return bucket != YEAR_AFTER and (is_cumulative or bucket != YEAR_BEFORE)


def _amount(line: Line, measure: Measure) -> Amount:
    """Of events still to come nobody knows who will come: their seats are taken for it."""
    if measure is Measure.EVENTS:
        return line.events
    if measure is Measure.HOURS:
        return Fraction(line.hours, 10)
    if line.stage == PUBLISHED:
        return line.capacity
    return line.attendances if measure is Measure.ATTENDANCES else line.people


def _grouped(pairs):  # type: ignore[no-untyped-def]
    found = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
