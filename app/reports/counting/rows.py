"""The very rows behind a number: what they bring sums to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, literal, select

from app.accounts.places import Organization
from app.db import db
from app.events.asking import office_zone
from app.events.figures import Figures
from app.events.models import Event, EventRegion, event_host, event_task
from app.plans.indicators import Indicator, Measure
from app.plans.registers import Register, RegisterEntry, masked_name
from app.plans.standing import UNDER_WAY, Standing
from app.reports.counting.cells import Amount, total, whole
from app.reports.counting.lines import DONE, HOURS, PEOPLE, PUBLISHED, STAGE, countable
from app.reports.counting.records import Reading, standing_of
from app.reports.counting.shares import lies_in, parts
from app.reports.counting.tally import WILL_COUNT, Tally


@dataclass(frozen=True, slots=True)
class Row:
    """One event, register entry, milestone or outside figure, and what it brings to the number.

    `kind`: event, entry, milestone or outside. `month`: in which of `Count.by_month` it is. `parts`: its amount by
    region (None: it has none). `path` is that of the office it belongs to, by which a page tells whether its reader
    may open it.
    """

    kind: str
    id: int
    title: str
    day: date | None
    month: date
    office: str
    path: str
    amount: Amount
    parts: Mapping[str | None, Amount] = field(default_factory=dict)
    note: str = ""
    is_personal: bool = False

    @property
    def shown_title(self) -> str:
        """As lists show it: of a person the family name alone."""
        return masked_name(self.title) if self.is_personal else self.title

    def within(self, region: str) -> Row | None:
        """What of it lies in a region or below, for a province what is for all of it alone; None: nothing."""
        inside = {code: amount for code, amount in self.parts.items()
                  if code and (code == region if region.endswith("0000") else lies_in(code, region))}
        return replace(self, parts=inside, amount=total(inside.values())) if inside else None


def rows_behind(indicator: Indicator, tally: Tally, *, scheduled: bool = False, region: str = "",
                month: date | None = None) -> list[Row]:
    """The rows of the tally's number, the latest first, or of what is `scheduled` towards it.

    `region` and `month` (its first day, as in `Count.by_month`): those of the part of the number that lies there.
    """
    found = {Measure.HOSTS: _hosts, Measure.REGISTER: _entries, Measure.MILESTONES: _milestones,
             Measure.OUTSIDE: _outside}.get(Measure(indicator.measure), _events)(indicator, tally, scheduled, month)
    rows = [row for row in found if month is None or row.month == month]
    if region:
        rows = [part for row in rows if (part := row.within(region))]
    return sorted(rows, key=lambda row: (row.day is None, -(row.day or date.min).toordinal(), row.id))


def _events(indicator: Indicator, tally: Tally, scheduled: bool, month: date | None) -> Iterator[Row]:
    measure = Measure(indicator.measure)
    brought = {Measure.ATTENDANCES: Figures.attendances, Measure.PEOPLE: PEOPLE, Measure.HOURS: HOURS}
    regions, zone = _regions_of(indicator), office_zone()
    for id, title, starts_at, office, path, stage, capacity, number in db.session.execute(
            _of_task(indicator, tally, scheduled, Event.capacity, brought.get(measure, literal(1)))
            .join(Organization, Organization.id == Event.organization_id)):
        amount: Amount = number or 0
        if measure is Measure.HOURS:
            amount = whole(Fraction(amount, 10))
        elif measure is not Measure.EVENTS and stage == PUBLISHED:
            amount = capacity or 0
        places: dict[str | None, Amount] = {code: amount * part for code, part in parts(regions[id]).items()}
        day = starts_at.astimezone(zone).date()
        yield Row("event", id, title, day, tally.scope.month_of(day), office, path, amount,
                  places or {None: amount}, _("几地联合，按份额计") if len(places) > 1 else "")


def _of_task(indicator: Indicator, tally: Tally, scheduled: bool, *columns: Any) -> Select[Any]:
    """The events under the indicator's task that the tally counts, or counts on."""
    return _of_year(
        indicator, tally,
        countable(Event.id, Event.title, Event.starts_at, Organization.name, Organization.path, STAGE, *columns)
        .join(event_task, event_task.c.event_id == Event.id)
        .where(event_task.c.task_id == indicator.task_id, STAGE.in_(WILL_COUNT if scheduled else (DONE,))))


def _of_year(indicator: Indicator, tally: Tally, wanted: Select[Any]) -> Select[Any]:
    return tally.scope.of_year(tally.scope.of_events(wanted), is_cumulative=indicator.period == "cumulative")


def _regions_of(indicator: Indicator) -> Mapping[int, list[tuple[str, int | None]]]:
    found: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    for event, code, share in db.session.execute(
            select(EventRegion.event_id, EventRegion.region_code, EventRegion.share)
            .join(event_task, event_task.c.event_id == EventRegion.event_id)
            .where(event_task.c.task_id == indicator.task_id)):
        found[event].append((code, share))
    return found


def _hosts(indicator: Indicator, tally: Tally, scheduled: bool, month: date | None) -> Iterator[Row]:
    """Each entry once, on the day of the first event at it."""
    stages = (DONE, *WILL_COUNT) if scheduled else (DONE,)
    at = defaultdict(list)
    for entry, *told in db.session.execute(_of_year(
            indicator, tally, countable(
                RegisterEntry.id, RegisterEntry.name, RegisterEntry.region_code, Organization.name,
                Organization.path, Register.is_personal, STAGE, Event.starts_at)
            .join(event_task, event_task.c.event_id == Event.id).join(event_host, event_host.c.event_id == Event.id)
            .join(RegisterEntry, RegisterEntry.id == event_host.c.entry_id)
            .join(Register, Register.id == RegisterEntry.register_id)
            .join(Organization, Organization.id == RegisterEntry.organization_id)
            .where(event_task.c.task_id == indicator.task_id, STAGE.in_(stages), *(
                [RegisterEntry.register_id == indicator.register_id] if indicator.register_id else [])))):
        at[entry].append(told)
    for entry, events in at.items():
        if scheduled and any(stage == DONE for *_rest, stage, _at in events):
            continue
        name, region, office, path, is_personal, _stage, _at = events[0]
        first = min(starts_at for *_rest, starts_at in events).astimezone(office_zone()).date()
        yield Row("entry", entry, name, first, tally.scope.month_of(first), office, path, 1, {region: 1},
                  ngettext("%(num)d 场", "%(num)d 场", len(events)), is_personal)


def _entries(indicator: Indicator, tally: Tally, scheduled: bool, month: date | None) -> Iterator[Row]:
    scope, year = tally.scope, tally.plan.year
    wanted = (select(RegisterEntry, Organization.name, Organization.path, Register.is_personal)
              .join(Register, Register.id == RegisterEntry.register_id)
              .join(Organization, Organization.id == RegisterEntry.organization_id)
              .where(RegisterEntry.register_id == indicator.register_id,
                     Register.organization_id == tally.plan.organization_id))
    if scheduled:
        wanted = wanted.where(~RegisterEntry.counted().whereclause, RegisterEntry.standing.in_(UNDER_WAY))
    else:
        wanted = wanted.where(RegisterEntry.counted().whereclause, RegisterEntry.approved_on <= date(year, 12, 31))
        if indicator.period != "cumulative":
            wanted = wanted.where(RegisterEntry.approved_on >= date(year, 1, 1))
        wanted = scope.of_days(wanted, RegisterEntry.approved_on)
    wanted = scope.of_office(wanted, RegisterEntry.organization_id)
    for entry, office, path, is_personal in db.session.execute(wanted):
        yield Row("entry", entry.id, entry.name, entry.approved_on or entry.applied_on,
                  scope.month_of(entry.approved_on), office, path, 1, {entry.region_code: 1},
                  Standing(entry.standing).label, is_personal)


def _milestones(indicator: Indicator, tally: Tally, scheduled: bool, month: date | None) -> Iterator[Row]:
    for step in tally.steps_of(indicator.task_id):
        if step.indicator == indicator.id and (
                step.reached_on is None if scheduled else step.reached_on and tally.scope.holds(step.reached_on)):
            day = step.reached_on or step.due_on
            yield Row("milestone", step.id, step.title, day, tally.scope.month_of(day), step.office, step.path, 1,
                      {step.region: 1})


def _outside(indicator: Indicator, tally: Tally, scheduled: bool, month: date | None) -> Iterator[Row]:
    """What each source's number is made of; of a time in the middle of the year, less what it was before."""
    if scheduled:
        return
    scope = replace(tally.scope, since=month, until=month) if month else tally.scope
    for (source, region), own in tally.readings_of(indicator).items():
        until = standing_of([one for one in own if scope.until is None or one.month <= scope.until])
        before = standing_of([one for one in own if scope.since and one.month < scope.since.replace(day=1)])
        for sign, readings in ((1, until), (-1, before)):
            for one in readings:
                if one in until and one in before:
                    continue
                yield Row("outside", one.id, source, one.true_on, month or one.month, "", "", sign * one.amount,
                          {region: sign * one.amount}, _told(one, sign))


def _told(one: Reading, sign: int) -> str:
    if sign < 0:
        return _("减去此前的累计")
    return _("累计数") if one.is_running_total else _("%(month)d月的数", month=one.month.month)
