"""Walks through narrowed text from number to number and judges each: a target, or words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.plans.counts import COUNT, Count, count_of
from app.plans.leading import Lead, lead_of
from app.plans.spreading import Spread, spread_of
from app.plans.target import Comparison
from app.plans.units import is_measure_of_something_else

LONGEST_SENTENCE = 500  # characters; a longer one stays words
LONGEST_SPAN = 120  # as long as an indicator's wording may be

_SENTENCE = re.compile(r"[^。;|\r\n]+")
_WRAPPING = " “”\"'（）()。,;"
_BOUNDARY = frozenset(" ,:!?)、”》】\"'…")
# “第三届”, “前10名”, “A4”, “百分之三十”, “数十家”
_ORDINAL_OR_NAME = re.compile(r"(?:[A-Za-z_#№+./·第前]|分之|[0-9][-、:] ?)\Z")
_THIS_ONE = tuple("这那哪某另同上下首末头后该此每从由自“‘\"'《「『跑")


@dataclass(frozen=True, slots=True)
class Reading:
    """One target as it stands in the text from `start` to `end`."""

    count: Count
    comparison: Comparison
    spread: Spread
    start: int
    end: int


def scan(text: str, is_short: bool) -> Iterator[Reading]:
    """The targets of narrowed text. `is_short`: the text may be nothing but a number, “30” or “两期”."""
    for sentence in _SENTENCE.finditer(text):
        if len(sentence[0]) <= LONGEST_SENTENCE:
            for one in _scan_sentence(sentence[0], is_short):
                yield replace(one, start=one.start + sentence.start(), end=one.end + sentence.start())


def _scan_sentence(sentence: str, is_short: bool) -> Iterator[Reading]:
    since = 0
    for found in COUNT.finditer(sentence):
        count = count_of(found)
        if not count or _belongs_to_another_word(sentence, found.start(), count):
            continue
        reading = _judge(sentence, since, found, count, is_short)
        if reading:
            since = reading.end
            yield reading


def _belongs_to_another_word(sentence: str, at: int, count: Count) -> bool:
    before = sentence[max(0, at - 3):at]
    is_some_tens = count.written[0] in "十百千万亿" and before.endswith(("数", "几", "上", "成"))
    return is_some_tens or bool(_ORDINAL_OR_NAME.search(before)) or before.rstrip()[-1:].isdigit()


def _judge(sentence: str, since: int, found: re.Match[str], count: Count, is_short: bool) -> Reading | None:
    lead = lead_of(sentence, since, found.start())
    comparison = _comparison(count, lead)
    start, end = lead.start, found.start() + len(found[0].rstrip())
    spread = spread_of(sentence, since, found.start(), end)
    if not comparison or not spread:
        return None
    if lead.subject and not count.unit:
        start = lead.reach - len("人数")
    start, end = min(start, start if spread.start is None else spread.start), spread.end or end
    is_whole = is_short and not (sentence[:min(start, lead.reach)] + sentence[end:]).strip(_WRAPPING)
    if is_whole:
        stands = not count.may_be_years or comparison not in (Comparison.EXACT, Comparison.RANGE)
    elif not count.unit:
        is_asked = bool(lead.subject) or comparison in (Comparison.AT_LEAST, Comparison.MORE_THAN)
        stands = is_asked and _is_bounded(sentence[end:])
    else:
        stands = comparison is not Comparison.EXACT or _is_bare_target(count, lead, sentence, found.start(), end)
    if not stands or end - start > LONGEST_SPAN:
        return None
    return Reading(replace(count, unit=count.unit or lead.subject), comparison, spread, start, end)


def _comparison(count: Count, lead: Lead) -> Comparison | None:
    """The one comparison that all marks agree on. “达到30所左右” is about; “约30余” and “超过1-2个” are none."""
    marks = lead.marks | count.marks
    is_more, is_about = Comparison.MORE_THAN in marks, Comparison.ABOUT in marks
    is_the_last_few = lead.nearest == "近" and count.low < 10  # “近三期”
    if lead.is_no_target or is_the_last_few or (is_more and (is_about or count.high)):
        return None
    if count.high:
        return Comparison.RANGE
    if is_more:
        return Comparison.MORE_THAN
    return Comparison.ABOUT if is_about else Comparison.AT_LEAST if marks else Comparison.EXACT


def _is_bare_target(count: Count, lead: Lead, sentence: str, at: int, end: int) -> bool:
    """Whether a number that nothing compares is asked for in running text, and no name and no scope."""
    is_quoted = any(sentence.rfind(opening, 0, at) > sentence.rfind(closing, 0, at)
                    for opening, closing in ("“”", "《》", "「」", "『』"))
    if is_quoted or sentence[:at].endswith(_THIS_ONE) or is_measure_of_something_else(count.unit, sentence[end:]):
        return False
    if count.is_chinese:
        return lead.is_making or (_is_bounded(sentence[end:]) and count.written[0] != "一")
    return True


def _is_bounded(ahead: str) -> bool:
    return not ahead or ahead[0] in _BOUNDARY
