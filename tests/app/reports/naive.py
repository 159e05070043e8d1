"""The recount as somebody with a pencil would do it: every event, entry, milestone and figure, one after the other.
Written apart from what it tests, and sharing nothing with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import select

from app.accounts.places import Organization, Region
from app.db import db
from app.events.models import Event
from app.plans.indicators import Indicator
from app.plans.milestones import Milestone
from app.plans.models import Plan
from app.plans.outside import OutsideFigure
from app.plans.registers import RegisterEntry

EIGHT_HOURS = timedelta(hours=8)


@dataclass
class Naive:
    plan: Plan
    within: Organization | None = None
    since: date | None = None
    until: date | None = None

    def amount(self, indicator: Indicator) -> Fraction:
        return sum((piece[2] for piece in self.pieces(indicator)), Fraction(0))

    def by_city(self, indicator: Indicator) -> dict[str, Fraction]:
        found: dict[str, Fraction] = {}
        for region, _when, amount, _office in self.pieces(indicator):
            if region and region[2:] != "0000":
                city = region[:4] + "00"
                found[city] = found.get(city, Fraction(0)) + amount
        return found

    def by_month(self, indicator: Indicator) -> dict[date, Fraction]:
        found: dict[date, Fraction] = {}
        for _region, when, amount, _office in self.pieces(indicator):
            month = when.replace(day=1)
            if when.year < self.plan.year:
                month = date(self.plan.year - 1, 12, 1)
            if when.year > self.plan.year:
                month = date(self.plan.year + 1, 1, 1)
            found[month] = found.get(month, Fraction(0)) + amount
        return found

    def reached(self, indicator: Indicator) -> int:
        """Of whom the same is asked, how many have it."""
        pieces = self.pieces(indicator)
        where = self._asked(indicator.per)
        when = {"quarter": range(4), "half": range(2), "month": range(12)}.get(indicator.period, [None])
        length = {"quarter": 3, "half": 6, "month": 1}.get(indicator.period, 12)
        count = 0
        for place in where:
            for number in when:
                there = Fraction(0)
                for region, day, amount, office in pieces:
                    at = number is None or (day.year == self.plan.year and (day.month - 1) // length == number)
                    if at and place(region, office):
                        there += amount
                count += there >= indicator.minimum
        return count

    def _asked(self, per: str) -> list:  # type: ignore[type-arg]
        if per == "total":
            return [lambda region, office: True]
        top = self.within or self.plan.organization
        if per == "unit":
            children = db.session.scalars(select(Organization).where(
                Organization.parent_id == top.id, Organization.closed_at.is_(None))).all()
            return [lambda region, office, child=child: office is not None and office.path.startswith(child.path)
                    for child in children]
        inside = [one for one in db.session.scalars(select(Region).where(Region.level == per))
                  if top.region_code in (one.code, *one.above)]
        if per == "county":
            return [lambda region, office, code=one.code: region == code for one in inside]
        return [lambda region, office, code=one.code: region is not None and region[:4] == code[:4] for one in inside]

    # ------------------------------------------------------------ pieces: (region, day, amount, office)

    def pieces(self, indicator: Indicator) -> list:  # type: ignore[type-arg]
        return getattr(self, f"_{indicator.measure}")(indicator)  # type: ignore[no-any-return]

    def done_events(self, task_id: int) -> list[Event]:
        return [event for event in self._done_ever(task_id) if _day(event).year == self.plan.year]

    def _done_ever(self, task_id: int) -> list[Event]:
        found = []
        for event in db.session.scalars(select(Event)):
            if event.deleted_at is not None or event.part in ("stage", "session"):
                continue
            if event.state not in ("held", "closed") or event.figures_confirmed_at is None:
                continue
            if not self._is_ours(event.organization) or not self._is_then(_day(event)):
                continue
            if task_id in [task.id for task in event.tasks]:
                found.append(event)
        return found

    def _of_time(self, indicator: Indicator) -> list[Event]:
        return [event for event in self._done_ever(indicator.task_id) if _day(event).year == self.plan.year or (
            indicator.period == "cumulative" and _day(event).year < self.plan.year)]

    def _from_events(self, indicator: Indicator, worth) -> list:  # type: ignore[no-untyped-def, type-arg]
        pieces = []
        for event in self._of_time(indicator):
            for region, part in _parts(event):
                pieces.append((region, _day(event), part * worth(event), event.organization))
        return pieces

    def _events(self, indicator):  # type: ignore[no-untyped-def]
        return self._from_events(indicator, lambda event: 1)

    def _attendances(self, indicator):  # type: ignore[no-untyped-def]
        return self._from_events(indicator, lambda event: event.figures.attendances)

    def _people(self, indicator):  # type: ignore[no-untyped-def]
        return self._from_events(indicator, lambda event: event.figures.attendances if event.figures.people is None
                                 else event.figures.people)

    def _hours(self, indicator):  # type: ignore[no-untyped-def]
        def hours(event):  # type: ignore[no-untyped-def]
            tenths = event.credit_hours
            if tenths is None:
                tenths = sum(one.credit_hours or 0 for one in event.parts
                             if one.part == "session" and one.deleted_at is None and one.state in ("held", "closed"))
            return Fraction(tenths, 10)
        return self._from_events(indicator, hours)

    def _hosts(self, indicator):  # type: ignore[no-untyped-def]
        first: dict[int, tuple[RegisterEntry, date]] = {}
        for event in self._of_time(indicator):
            for entry in event.hosts:
                if indicator.register_id is not None and entry.register_id != indicator.register_id:
                    continue
                if entry.id not in first or _day(event) < first[entry.id][1]:
                    first[entry.id] = (entry, _day(event))
        return [(entry.region_code, day, Fraction(1), entry.organization) for entry, day in first.values()]

    def _register(self, indicator):  # type: ignore[no-untyped-def]
        pieces = []
        for entry in db.session.scalars(select(RegisterEntry)):
            if entry.register_id != indicator.register_id or entry.standing not in ("approved", "plaque"):
                continue
            if entry.approved_on is None or not self._is_then(entry.approved_on):
                continue
            if not self._is_ours(entry.organization) or entry.approved_on.year > self.plan.year:
                continue
            if entry.approved_on.year == self.plan.year or indicator.period == "cumulative":
                pieces.append((entry.region_code, entry.approved_on, Fraction(1), entry.organization))
        return pieces

    def _milestones(self, indicator):  # type: ignore[no-untyped-def]
        return [(one.organization.region_code, one.reached_on, Fraction(1), one.organization)
                for one in db.session.scalars(select(Milestone))
                if one.indicator_id == indicator.id and one.deleted_at is None and one.reached_on
                and self._is_then(one.reached_on) and self._is_ours(one.organization)]

    def _outside(self, indicator):  # type: ignore[no-untyped-def]
        rows = [one for one in db.session.scalars(select(OutsideFigure)) if one.indicator_id == indicator.id
                and self._is_our_land(one.region_code)]
        pieces = []
        for source, region in {(one.source, one.region_code) for one in rows}:
            own = [one for one in rows if (one.source, one.region_code) == (source, region)]
            before = 0
            for month in sorted({one.month for one in own}):
                reached = _latest([one for one in own if one.month <= month])
                if (self.since is None or month >= self.since.replace(day=1)) and (
                        self.until is None or month <= self.until):
                    pieces.append((region, month, Fraction(reached - before), None))
                before = reached
        return pieces

    def _is_then(self, day: date) -> bool:
        return not (self.since and day < self.since) and not (self.until and day > self.until)

    def _is_ours(self, office: Organization) -> bool:
        return self.within is None or office.path.startswith(self.within.path)

    def _is_our_land(self, code: str) -> bool:
        if self.within is None or self.within.parent_id is None:
            return True
        own = db.session.get_one(Region, code)
        return self.within.kind == "office" and self.within.region_code in (own.code, *own.above)


def _day(event: Event) -> date:
    return (event.starts_at + EIGHT_HOURS).date()


def _parts(event: Event) -> list[tuple[str | None, Fraction]]:
    """What each region has of an event."""
    rows = event.in_regions
    if not rows:
        return [(None, Fraction(1))]
    if all(one.share is not None for one in rows) and sum(one.share for one in rows) > 0:
        whole = sum(one.share for one in rows)
        return [(one.region_code, Fraction(one.share, whole)) for one in rows]
    narrow = [one.region_code for one in rows
              if not any(one.region_code in other.region.above for other in rows)]
    return [(code, Fraction(1, len(narrow))) for code in narrow]


def _latest(rows: list[OutsideFigure]) -> int:
    """One source's number of one region out of what came in so far."""
    rows = sorted(rows, key=lambda one: (one.true_on, one.month, one.id))
    totals = [one for one in rows if one.is_running_total]
    if not totals:
        return sum(one.amount for one in rows)
    return totals[-1].amount + sum(one.amount for one in rows
                                   if not one.is_running_total and one.true_on > totals[-1].true_on)
