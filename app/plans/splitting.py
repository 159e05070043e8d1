"""The form in which a number is split: what is there at the end of each quarter, and what each region brings."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import NumberRange, Optional

from app.accounts.places import Region
from app.accounts.region_names import Regions
from app.forms import WholeField, text
from app.plans.asking import OpenedForm
from app.plans.indicators import Indicator
from app.plans.numerals import LARGEST
from app.plans.settling import QUARTERS
from app.plans.target import Comparison, Per, Period

_LINE = re.compile(r"(.*?[^\d,:\s])[\s,:]*(\d{1,9})\s*[^\d\s]{0,3}")
TIMES = {Period.MONTH: 12, Period.QUARTER: 4, Period.HALF: 2}  # what is asked again in each part of the year
OF, QUARTER = "of_", "quarter_"


def split_form(indicator: Indicator, regions: Regions) -> SplitForm:
    """A box for each of the regions below the office's own, for its own, and for those that have a number."""
    limits = [Optional(), NumberRange(0, LARGEST, _("不能小于 0。"))]
    boxes: dict[str, Any] = {f"{QUARTER}{number}": WholeField(_("%(number)d季度末", number=number), limits)
                             for number in range(1, QUARTERS + 1)}
    boxes |= {f"{OF}{one.code}": WholeField(one.short_name, limits) for one in places_of(indicator, regions)}
    form: SplitForm = type("SplitForm", (SplitForm,), boxes)()
    form.indicator, form.regions = indicator, regions
    if not form.is_submitted():
        form.show()
    return form


def places_of(indicator: Indicator, regions: Regions) -> list[Region]:
    own = indicator.task.plan.organization.region_code
    allocated = {one.region_code for one in indicator.allocations}
    return [one for one in regions.all if one.code == own or one.parent_code == own or one.code in allocated]


class SplitForm(OpenedForm):
    paste = text(_l("从表格粘贴"), 4000, description=_l("一行一个地区，名称后面写数，如“成都 3”。点“填进各地”。"))
    indicator: Indicator
    regions: Regions
    is_proposal = False  # filled in by what the target says, and not kept yet

    def show(self) -> None:
        amounts = {one.region_code: one.amount for one in self.indicator.allocations}
        for box in self.boxes:
            box.data = amounts.get(box.name.removeprefix(OF))
        for box, number in zip(self.quarters, self.indicator.quarters or [None] * QUARTERS, strict=True):
            box.data = number
        self.is_proposal = not amounts and self.is_asked_of_places
        if self.is_proposal:
            self.propose()
        self.open_on(self.indicator)

    @property
    def boxes(self) -> list[Any]:
        return [field for field in self if field.name.startswith(OF)]

    @property
    def quarters(self) -> list[Any]:
        return [field for field in self if field.name.startswith(QUARTER)]

    @property
    def amounts(self) -> dict[str, int]:
        return {box.name.removeprefix(OF): box.data or 0 for box in self.boxes}

    @property
    def rising(self) -> list[int] | None:
        """None where no quarter was filled in. A blank one holds what the one before it holds."""
        if all(box.data is None for box in self.quarters):
            return None
        rising: list[int] = []
        for box in self.quarters:
            rising.append(box.data if box.data is not None else rising[-1] if rising else 0)
        return rising

    # ------------------------------------------------------------ sums

    @property
    def whole(self) -> tuple[int, int] | None:
        """What the parts should come to: lowest and highest; None where the same is asked of each office anew."""
        one = self.indicator
        times = TIMES.get(one.period, 1)
        if one.per != Per.TOTAL:
            places = sum(self._places_in(box) for box in self._below)
            if not places:
                return None
            times *= places
        most = (one.maximum or one.minimum) if one.comparison == Comparison.RANGE else one.minimum
        return one.minimum * times, most * times

    @property
    def sum(self) -> int:
        return sum(self.amounts.values())

    @property
    def sum_in_words(self) -> str:
        """Beside the whole: what is left over, or how much more it is."""
        if self.whole is None:
            return _("合计 %(sum)d。目标是%(target)s，不按合计算。", sum=self.sum,
                     target=self.indicator.target.describe())
        low, high = self.whole
        if self.sum < low:
            return _("合计 %(sum)d，目标 %(whole)d，还有 %(left)d 没有分。", sum=self.sum, whole=low,
                     left=low - self.sum)
        if self.sum > high:
            return _("合计 %(sum)d，比目标 %(whole)d 多 %(over)d。", sum=self.sum, whole=high, over=self.sum - high)
        return _("合计 %(sum)d，和目标一致。", sum=self.sum)

    # ------------------------------------------------------------ filling the boxes

    def spread_evenly(self) -> int:
        """The whole in equal parts over the places below the office; what is left over is given to nobody."""
        if self.is_asked_of_places:
            self.propose()
            return 0
        below = self._below
        whole = self.whole[0] if self.whole else self.indicator.minimum * len(below)
        for box in self.boxes:
            box.say(whole // len(below) if box in below else None)
        return whole % len(below) if below else whole

    @property
    def is_asked_of_places(self) -> bool:
        """Whether what each region brings is said by the target itself: “每市至少1场”."""
        return self.indicator.per in (Per.CITY, Per.COUNTY) and self.whole is not None

    def propose(self) -> None:
        """What the target asks of each region, times the places in it and the parts of the year."""
        each = self.indicator.minimum * TIMES.get(self.indicator.period, 1)
        for box in self.boxes:
            box.say(each * self._places_in(box) if box in self._below else None)

    @property
    def _below(self) -> list[Any]:
        own = self.indicator.task.plan.organization.region_code
        return [box for box in self.boxes if self._region(box).parent_code == own]

    def _places_in(self, box: Any) -> int:
        """How many of the cities or counties that are asked lie in the region of the box, or are it."""
        code = box.name.removeprefix(OF)
        return sum(one.level == self.indicator.per and code in (one.code, *one.above) for one in self.regions.all)

    def take_pasted(self) -> bool:
        """The lines into the boxes, all of them or none; what cannot be read is told at the field."""
        found, problems = {}, []
        known = {box.name.removeprefix(OF): box for box in self.boxes}
        for number, words in enumerate(unicodedata.normalize("NFKC", self.paste.data or "").splitlines(), 1):
            if not words.strip():
                continue
            read = _LINE.fullmatch(words.strip())
            region = self.regions.find(read[1].strip()) if read else None
            if read is None or region is None or region.code not in known:
                problems.append(_("第 %(row)d 行“%(words)s”看不懂，或者不是上面的地区。", row=number,
                                  words=words.strip()[:30]))
            else:
                found[region.code] = int(read[2])
        if problems or not found:
            self.paste.errors = [" ".join(problems[:3]) or _("没有粘贴内容。")]
            return False
        for code, amount in found.items():
            known[code].say(amount)
        self.paste.data = ""
        return True

    def _region(self, box: Any) -> Region:
        return next(one for one in self.regions.all if one.code == box.name.removeprefix(OF))

    def is_own(self, box: Any) -> bool:
        """Whether it is the office's own line: what it does for all places at once."""
        return bool(box.name.removeprefix(OF) == self.indicator.task.plan.organization.region_code)
