"""A number by region, against what each was to bring (分解), and by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from app.plans.indicators import Indicator
from app.reports.counting.cells import Amount, Count, at_level, total, whole
from app.reports.counting.places import DIGITS
from app.reports.counting.rounding import adding_up
from app.reports.counting.shares import lies_in


@dataclass(frozen=True, slots=True)
class Share:
    """One region's line. `done` is exact and `told` as the column shows it; `allocated` None: nothing was laid down
    for it; `is_inside`: part of the city above it."""

    code: str
    name: str
    done: Amount
    allocated: int | None = None
    is_inside: bool = False
    told: Amount = 0

    @property
    def remainder(self) -> Amount | None:
        """What it still has to bring."""
        return None if self.allocated is None else whole(max(self.allocated - self.done, 0))


@dataclass(frozen=True, slots=True)
class Split:
    """All regions' lines; what is told of those that are not inside another, and `nowhere`, sums to the number."""

    shares: Sequence[Share]
    target: int
    nowhere: Amount  # of what has no region

    @property
    def allocated(self) -> int:
        return sum(one.allocated or 0 for one in self.shares if not one.is_inside)

    @property
    def is_allocated(self) -> bool:
        return any(one.allocated is not None for one in self.shares)

    @property
    def unallocated(self) -> int:
        """What of the target nobody was given yet; less than nothing where more was given."""
        return self.target - self.allocated


def split_of(indicator: Indicator, count: Count, regions: Mapping[str, tuple[str, str]]) -> Split:
    """`regions`: level and name by code."""
    laid_down = {one.region_code: one.amount for one in indicator.allocations}
    wide = {at_level(code, DIGITS["city"]) or code for code in count.by_region}
    codes = sorted(wide | laid_down.keys())
    shares = [Share(code, _name(code, regions), _inside(code, count), laid_down.get(code),
                    any(other != code and lies_in(code, other) for other in codes if not other.endswith("0000")))
              for code in codes]
    outer = [one for one in shares if not one.is_inside]
    *told, nowhere = adding_up([*(one.done for one in outer), count.amount - total(count.by_region.values())])
    column = dict(zip((one.code for one in outer), told, strict=True))
    shares = [replace(one, told=column.get(one.code, one.done)) for one in shares]
    return Split(shares, _asked(indicator, count), nowhere)


def _asked(indicator: Indicator, count: Count) -> int:
    """Over all regions: where each place or part of the year is asked for the same, that many times."""
    return indicator.target.band[0] * len(count.places) if count.places else count.target.band[0]


def _inside(code: str, count: Count) -> Amount:
    """The province's line holds what is for all of it, and not its cities' own."""
    if code.endswith("0000"):
        return whole(count.by_region.get(code, 0))
    return total(amount for own, amount in count.by_region.items() if lies_in(own, code))


def _name(code: str, regions: Mapping[str, tuple[str, str]]) -> str:
    name = regions[code][1] if code in regions else code
    return _("%(province)s（不分市州）", province=name) if code.endswith("0000") else name
