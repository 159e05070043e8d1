"""Reads targets out of official wording: “1-2期”, “30所左右”, “每市(州)至少1场”, “突破30万人”.

It proposes and a person confirms, so where a wording can be read in two ways it stays words:

* 余, 多 (“30余所”), 超过, 突破, 逾: more than the number. “30余” is thirty and some, and thirty alone is not.
* 近, 将近, 约, 左右, 来 (“近30所”): about. The band's lower end is what counts, and “nearly 30” is met below 30.
* 以上, 及以上, 不少于, 不低于, 至少, 达到: at least, the number included, as 以上 is defined in Chinese law.
* 不超过, 至多, 最多, 以内, 以下, 不足: a ceiling is no target. What is done would “meet” it while breaking it.
* 已有, 现有, 从 (“从20家增至30家”): what is there already is no target.
* %, 倍, 成: a share has no rows that could be counted, and stays words.
* Years, dates, ordinals (第三届), names (十件大事, 四个意识, “三个一批”) and scopes (21个市(州)) are no targets.
  A bare number in running text counts in Arabic digits, or in Chinese ones after a verb that makes
  something (新建一个) or at the end of a clause (讲座十二场).
* “各市” spreads within its clause, “每市” on through its sentence; a second number after either stays words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext as _

from app.plans.numerals import narrowed
from app.plans.scanning import LONGEST_SENTENCE, Reading, scan
from app.plans.target import Comparison, Counting, Per, Period, Target, spread_over
from app.plans.units import counting_of

__all__ = ["Comparison", "Counting", "Per", "Period", "Understood", "find", "read"]


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood of `wording`, the text from `start` to `end`. About and exact: both ends are alike."""

    wording: str
    comparison: Comparison
    minimum: int
    maximum: int | None
    unit: str
    counting: Counting
    per: Per
    period: Period
    start: int
    end: int

    def target(self, tolerance: int = 10) -> Target:
        return Target(self.comparison, self.minimum, self.maximum, self.unit, tolerance,
                      self.counting, self.per, self.period)

    def describe(self) -> str:
        said = spread_over(self._amount(), self.per, self.period)
        if self.counting is Counting.PEOPLE:
            return _("%(target)s（同一人只计一次）", target=said)
        if self.counting is Counting.ATTENDANCES:
            return _("%(target)s（每参加一次计一次）", target=said)
        return said

    def _amount(self) -> str:
        low = _("%(number)s %(unit)s", number=f"{self.minimum:,}", unit=self.unit).strip()
        if self.comparison is Comparison.RANGE:
            high = _("%(number)s %(unit)s", number=f"{self.maximum:,}", unit=self.unit).strip()
            return _("%(low)s 到 %(high)s，达到 %(enough)s即完成", low=f"{self.minimum:,}", high=high, enough=low)
        return {Comparison.EXACT: low, Comparison.ABOUT: _("约 %(amount)s", amount=low),
                Comparison.AT_LEAST: _("至少 %(amount)s", amount=low),
                Comparison.MORE_THAN: _("多于 %(amount)s", amount=low)}[self.comparison]


def read(wording: str) -> Understood | None:
    """The one target of a short wording; None where it has none, several, or over 500 characters."""
    if len(wording) > LONGEST_SENTENCE:
        return None
    found = _found_in(wording, is_short=True)
    return found[0] if len(found) == 1 else None


def find(text: str) -> tuple[Understood, ...]:
    """All targets of running text, in order, not overlapping; each sentence is read by itself.

    What would say something else without the words around it stays words, so that each wording can be
    kept alone: `read(one.wording)` understands the same. Of “每市 1 场、2 期” that is the first.
    """
    return tuple(one for one in _found_in(text, is_short=False)
                 if read(one.wording) == replace(one, start=0, end=len(one.wording)))


def _found_in(text: str, is_short: bool) -> tuple[Understood, ...]:
    return tuple(_understood(text, one) for one in scan(narrowed(text), is_short))


def _understood(text: str, reading: Reading) -> Understood:
    count = reading.count
    highest = {Comparison.RANGE: count.high, Comparison.EXACT: count.low, Comparison.ABOUT: count.low}
    return Understood(text[reading.start:reading.end], reading.comparison, count.low,
                      highest.get(reading.comparison), count.unit, counting_of(count.unit),
                      reading.spread.per, reading.spread.period, reading.start, reading.end)
