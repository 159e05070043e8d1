"""The leaders' board: one recount of a plan for one office, as values. The page draws what stands here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from app.accounts.places import Organization, RegionLevel
from app.events.asking import office_zone
from app.plans.indicators import Basis, Measure
from app.plans.models import Plan
from app.plans.target import Per, Period
from app.reports.counting.cells import Amount, rolled_up, total, whole
from app.reports.counting.occasions import Occasions
from app.reports.counting.rounding import adding_up
from app.reports.counting.tally import Tally, TaskFigures, tally
from app.reports.heat import TileMap
from app.reports.outlook.concerns import Concern, concerns
from app.reports.outlook.standings import Standing, by_task, standings

# What lies below a region, and how many digits of its code tell it.
BELOW = {RegionLevel.PROVINCE: (RegionLevel.CITY, 4), RegionLevel.CITY: (RegionLevel.COUNTY, 6)}


@dataclass(frozen=True, slots=True)
class Spot:
    """A city of the office's province, or a county of its city, and the events done there; `told` as it is shown."""

    code: str
    name: str
    events: Amount
    told: Amount


@dataclass(frozen=True, slots=True)
class Before:
    """Last year until the same day."""

    events: int
    attendances: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What the year's numbers of one origin that count one thing (events, attendances) ask for, and what is done
    towards them.

    `numbers`: how many there are, `met` of them. Events are asked for in classes, terms and times: no sum.
    """

    least: int
    done: Amount
    numbers: int
    met: int


@dataclass(frozen=True, slots=True)
class Board:
    """`whole`: over all tasks, each event once. `lines`: the worst light first. `spots`: empty for a county; what is
    told of them and of `elsewhere`, which lies in none of them, sums to the events of `whole`.

    `days` counts the events on each day of the year, `months` those that begin in each month; `lights` tasks.
    `units`: the open offices directly below, by id.
    """

    plan: Plan
    office: Organization
    today: date
    whole: TaskFigures
    before: Before | None
    asked: Mapping[tuple[Measure, bool], Asked]  # those that the document states (True), and those that are ours
    lines: Sequence[Standing]
    lights: Mapping[str, int]
    spots: Sequence[Spot]
    elsewhere: Spot | None
    days: Mapping[date, int]
    months: Mapping[int, int]
    concerns: Sequence[Concern]
    units: Mapping[int, str]

    @classmethod
    def of(cls, plan: Plan, office: Organization, as_of: datetime, last: Plan | None = None) -> Board:
        """A bounded number of queries, whatever the number of events. `last`: the plan of the year before."""
        counted = tally(plan, as_of, within=office if office.id != plan.organization_id else None)
        lines = standings(plan, office, counted)
        occasions = Occasions.of(plan, last, counted.scope, as_of)
        today = as_of.astimezone(office_zone()).date()
        before = occasions.done_before(_a_year_before(today, plan.year))
        spots, elsewhere = _spots(office, counted)
        return cls(
            plan, office, today, counted.whole, Before(*before) if before else None, _asked(lines), lines,
            Counter(one.light for one in by_task(lines).values()), spots, elsewhere,
            occasions.by_day, occasions.by_month, concerns(lines, counted, occasions, today), counted.places.units)

    @property
    def counted(self) -> list[Standing]:
        """Those not confirmed too, without a light."""
        return [one for one in self.lines if one.light != "grey" or one.is_unconfirmed]

    @property
    def uncounted(self) -> list[Standing]:
        """Neither a number nor a milestone, or nothing that was given to this office."""
        return [one for one in self.lines if one.light == "grey" and not one.is_unconfirmed]

    @property
    def unconfirmed(self) -> list[Standing]:
        return [one for one in self.lines if one.is_unconfirmed]

    @property
    def tasks_counted(self) -> int:
        return sum(count for light, count in self.lights.items() if light != "grey")

    @property
    def covered(self) -> list[Spot]:
        return [one for one in self.spots if one.events]

    @property
    def missed(self) -> list[Spot]:
        """Where nothing was held yet."""
        return [one for one in self.spots if not one.events]

    def asked_of(self, measure: str, *, is_stated: bool) -> Asked | None:
        return self.asked.get((Measure(measure), is_stated))

    @property
    def is_provincial(self) -> bool:
        return level_of_region(self.office.region_code) == RegionLevel.PROVINCE


def _a_year_before(today: date, year: int) -> date:
    """The same day of the year before the plan's; its last or first day when the plan is not of this year."""
    if today.year != year:
        return date(year - 1, 12, 31) if today.year > year else date(year - 1, 1, 1)
    return today.replace(year=year - 1, day=28 if (today.month, today.day) == (2, 29) else today.day)


def _asked(lines: Sequence[Standing]) -> dict[tuple[Measure, bool], Asked]:
    """What every city or quarter is asked for apart adds up to nothing, and is left out, as is what nobody
    confirmed. Ours is never added to what the document states."""
    found: dict[tuple[Measure, bool], Asked] = {}
    for one in lines:
        if (one.target and one.indicator and one.indicator.per == Per.TOTAL and one.indicator.period == Period.YEAR
                and not one.is_unconfirmed):
            key = Measure(one.indicator.measure), one.indicator.basis == Basis.STATED
            before = found.get(key, Asked(0, 0, 0, 0))
            found[key] = Asked(before.least + one.target.band[0], before.done + one.outlook.done,
                               before.numbers + 1, before.met + (one.light == "met"))
    return found


def _spots(office: Organization, counted: Tally) -> tuple[list[Spot], Spot | None]:
    """A joint event is shared out among its places; what is for all of them covers none and stands apart."""
    own = level_of_region(office.region_code)
    if own not in BELOW:
        return [], None
    level, digits = BELOW[own]
    done = rolled_up(counted.events_by_region, digits)
    drawn = TileMap.of(office.region_code, ()) if level == RegionLevel.CITY else None
    names = ({one.code: one.name for one in drawn.places} if drawn else
             {code: name for code, (of, name) in counted.places.regions.items() if of == level})
    events = [done.get(code, 0) for code in names]
    beside = whole(counted.whole.done - total(events))
    *told, told_beside = adding_up([*events, beside])
    word = _("全省性（不分市州）") if level == RegionLevel.CITY else _("不分县（市、区）")
    return ([Spot(code, name, *both) for (code, name), *both in zip(names.items(), events, told, strict=True)],
            Spot(office.region_code, word, beside, told_beside) if beside else None)


def level_of_region(code: str) -> RegionLevel:
    """GB/T 2260 tells it by its zeros."""
    if code.endswith("0000"):
        return RegionLevel.PROVINCE
    return RegionLevel.CITY if code.endswith("00") else RegionLevel.COUNTY
