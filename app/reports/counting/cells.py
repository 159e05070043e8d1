"""A number and what it is made of: exact values, rounded only when shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from flask_babel import gettext as _

from app.plans.indicators import Indicator
from app.plans.target import Comparison, Target
from app.reports.counting.places import Place, Places, at_level

Amount = int | Fraction
# Parts of the year in each of which an indicator may ask for the same again.
MONTHS_IN = {"month": 1, "quarter": 3, "half": 6}


class Cell(NamedTuple):
    """Part of a number: what one region and office brought in one month."""

    region: str | None
    month: date
    unit: int | None
    amount: Amount


@dataclass(frozen=True, slots=True)
class Count:
    """What is done towards an indicator.

    `done` is compared with `target`. Where each city, county, office, month, quarter or half-year is asked for the
    same, `done` is how many of them have it, `places` are all that were asked, and `missing` those that do not have
    it yet; else `done` is `amount`, the plain sum. `by_month` sums to `amount`, `by_region` to what has a region;
    it names the narrowest regions that are known, and `at_cities` adds counties to their city.
    `scheduled` is what published events and those waiting for confirmed figures would add; `unconfirmed` of them are
    events that were held.
    """

    target: Target
    done: Amount = 0
    scheduled: Amount = 0
    unconfirmed: int = 0
    amount: Amount = 0
    by_region: Mapping[str, Amount] = field(default_factory=dict)
    by_month: Mapping[date, Amount] = field(default_factory=dict)
    by_unit: Mapping[int, Amount] = field(default_factory=dict)
    places: Sequence[Place] = ()
    missing: Sequence[Place] = ()
    is_entered: bool = False  # nothing was counted; the number was entered for a year before the events were kept

    @property
    def is_met(self) -> bool:
        return self.target.is_met_by(self.done)

    @property
    def at_cities(self) -> Mapping[str, Amount]:
        """By city's code; what is for the whole province is in none."""
        return rolled_up(self.by_region, 4)


def rolled_up(by_region: Mapping[str, Amount], digits: int) -> dict[str, Amount]:
    """Amounts by the region of so many digits (4: city, 6: county) that each lies in."""
    found: dict[str, Amount] = defaultdict(int)
    for code, amount in by_region.items():
        if (wide := at_level(code, digits)) is not None:
            found[wide] += amount
    return dict(found)


def count_of(indicator: Indicator, done: Sequence[Cell], scheduled: Sequence[Cell], places: Places) -> Count:
    """The number of an indicator out of its cells."""
    amount = total(one.amount for one in done)
    counted = Count(
        target=indicator.target, done=amount, scheduled=total(one.amount for one in scheduled), amount=amount,
        by_region=_sums((one.region, one.amount) for one in done),
        by_month=_sums((one.month, one.amount) for one in done),
        by_unit=_sums((one.unit, one.amount) for one in done))
    if indicator.per != "total" or indicator.period in MONTHS_IN:
        counted = _each_asked(indicator, counted, done, scheduled, places)
    if not amount and indicator.entered_result is not None:
        return replace(counted, done=indicator.entered_result, target=indicator.target, is_entered=True)
    return counted


def _each_asked(indicator: Indicator, counted: Count, done: Sequence[Cell], scheduled: Sequence[Cell],
                places: Places) -> Count:
    """How many of the places, periods or both have what each is asked for."""
    least = indicator.target.band[0]
    of_places, of_spans = indicator.per != "total", indicator.period in MONTHS_IN
    everywhere = places.of(indicator.per) if of_places else [Place(None, "")]
    always = _spans(indicator.period) if of_spans else [Place(None, "")]
    has: dict[tuple[Any, Any], Amount] = defaultdict(int)
    would: dict[tuple[Any, Any], Amount] = defaultdict(int)
    for cells, sums in ((done, (has, would)), (scheduled, (would,))):
        for one in cells:
            key = (places.key(indicator.per, one.region, one.unit) if of_places else None,
                   _span_of(indicator.period, one.month, places.year) if of_spans else None)
            for into in sums:
                into[key] += one.amount
    pairs = [(place, span) for place in everywhere for span in always]
    reached = sum(has[place.key, span.key] >= least for place, span in pairs)
    target = Target(Comparison.AT_LEAST, len(pairs), None, _unit(indicator, of_places, of_spans))
    return replace(
        counted, target=target, done=reached,
        scheduled=sum(would[place.key, span.key] >= least for place, span in pairs) - reached,
        places=[_pair(*pair) for pair in pairs],
        missing=[_pair(*pair) for pair in pairs if has[pair[0].key, pair[1].key] < least])


def _pair(place: Place, span: Place) -> Place:
    if place.key is None or span.key is None:
        return span if place.key is None else place
    return Place((place.key, span.key), f"{place.name} {span.name}")


def _spans(period: str) -> list[Place]:
    """The months, quarters or half-years of the plan's year, by number."""
    length = MONTHS_IN[period]
    names = {1: lambda number: _("%(month)d月", month=number), 3: lambda number: _("第%(number)d季度", number=number),
             6: lambda number: _("上半年") if number == 1 else _("下半年")}
    return [Place(number, names[length](number)) for number in range(1, 12 // length + 1)]


def _span_of(period: str, month: date, year: int) -> int | None:
    return (month.month - 1) // MONTHS_IN[period] + 1 if month.year == year else None


def _unit(indicator: Indicator, has_places: bool, has_spans: bool) -> str:
    if has_places and has_spans:
        return _("项")
    words = {"city": _("个市（州）"), "county": _("个县（市、区）"), "unit": _("个单位"), "month": _("个月"),
             "quarter": _("个季度"), "half": _("个半年")}
    return words[indicator.per if has_places else indicator.period]


def total(amounts: Iterable[Amount]) -> Amount:
    return whole(sum(amounts, start=0))


def whole(amount: Amount) -> Amount:
    """An int where there is nothing behind the point."""
    return int(amount) if amount == int(amount) else amount


def _sums(pairs) -> dict:  # type: ignore[no-untyped-def, type-arg]
    found: dict[Any, Amount] = defaultdict(int)
    for key, amount in pairs:
        if key is not None:
            found[key] += amount
    return dict(sorted(found.items()))


def shown(amount: Amount) -> str:
    """Rounded to hundredths, a half upwards: 2.5 of two and a half, 3 of three, 0.15 of fifteen per cent."""
    cents = hundredths(amount)
    units, rest = divmod(abs(cents), 100)
    return ("-" if cents < 0 else "") + (f"{units}.{rest:02}".rstrip("0") if rest else str(units))


def hundredths(amount: Amount) -> int:
    return int((Fraction(amount) * 100 + Fraction(1, 2)) // 1)
