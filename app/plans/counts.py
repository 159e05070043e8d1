"""A number, or two, with its unit as it stands in narrowed text: “1-2期”, “3-5万人”, “30余所”, “50家以上”."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.plans.numerals import CHARACTERS, value_of
from app.plans.target import Comparison
from app.plans.units import UNIT

# No repetition stands inside another that could match the same, so matching takes linear time.
_NUMBER = rf"[{CHARACTERS}](?:[,.]?[{CHARACTERS}])*(?:[余多来几][万亿]?)?"
COUNT = re.compile(
    rf"(?P<low>{_NUMBER}) ?(?P<low_unit>{UNIT})?(?: ?(?:--?|至|到|或) ?(?P<high>{_NUMBER}) ?(?P<unit>{UNIT})?)?"
    r"(?: ?(?P<after>\(含\)以上|及以上|或以上|以上|左右|上下|以内|以下|之内|为限|封顶))?")
_ROUGH = re.compile(r"[余多来几]")
_SHARED = re.compile(r"[百千万亿]+\Z")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}\Z")


@dataclass(frozen=True, slots=True)
class Count:
    """`low`, and `high` when there are two; `marks` are what stands within and behind: 余, 左右, 以上."""

    low: int
    high: int | None
    unit: str
    marks: frozenset[Comparison]
    written: str

    @property
    def is_chinese(self) -> bool:
        return not re.search("[0-9]", self.written)

    @property
    def may_be_years(self) -> bool:
        """“2023”, “2021-2025”."""
        return not self.unit and bool(_YEAR.match(self.written)) and (self.high is None or self.high < 2101)


def count_of(found: re.Match[str]) -> Count | None:
    """None where the numerals say no number for sure, a range is no range, or the end is a ceiling (以内)."""
    low_run, high_run, after = found["low"], found["high"], found["after"] or ""
    unit = found["unit"] or found["low_unit"] or ""
    if (low_run, unit) == ("一", "批"):  # “some”, not one
        return None
    unit = "人" if unit == "个人" else unit
    marks = {comparison for sign, comparison in (("余", Comparison.MORE_THAN), ("多", Comparison.MORE_THAN),
                                                 ("来", Comparison.ABOUT)) if sign in low_run}
    if after:
        ends = {"左右": Comparison.ABOUT, "上下": Comparison.ABOUT}
        if not after.endswith("以上") and after not in ends:
            return None
        marks.add(ends.get(after, Comparison.AT_LEAST))
    if high_run is None:
        low = None if "几" in low_run else value_of(_ROUGH.sub("", low_run))
        return None if low is None else Count(low, None, unit, frozenset(marks), low_run)
    is_odd = found["low_unit"] and found["low_unit"] != found["unit"]
    ends_of = None if is_odd else _range(low_run, high_run)
    if not ends_of or marks - {Comparison.ABOUT}:
        return None
    return Count(*ends_of, unit, frozenset(marks), low_run + high_run if unit else low_run)


def _range(low_run: str, high_run: str) -> tuple[int, int] | None:
    """“3-5万” is 30,000 to 50,000, “8000-1万” is 8,000 to 10,000; None for “2-1” and for “30余-40”."""
    high, shared = value_of(high_run), _SHARED.search(high_run)
    low = value_of(low_run + shared[0]) if shared and not re.search("[百千万亿]", low_run) else None
    if low is None or high is None or low >= high:
        low = value_of(low_run)
    return (low, high) if low is not None and high is not None and low < high else None
