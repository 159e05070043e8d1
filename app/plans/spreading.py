"""Over what a number is spread: “每市(州)”, “各县(市、区)”, “每季度”, “累计”, read from what stands before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.plans.target import Per, Period

_CITY = r"(?:市\(州\)|市\(地、州\)|地市州|市州|市、州|地市|州市|市(?![场监民级直委政]))"
_COUNTY = r"(?:县\(市[、,]?区\)|县\(区\)|区\(市[、,]?县\)|区\(县\)|区市县|县市区|县区|区县|县(?![级域]))"
_UNIT = r"(?:所(?:高等|职业|中小)?(?:学校|高校|院校)|家(?:企业|单位|机构)|校|学校|高校|单位|企业|所|家)"
_WORDS = re.compile(
    rf"(?P<both>[每各]个?{_CITY}[、和及]{_COUNTY})"
    rf"|(?P<city>[每各]个?{_CITY})|(?P<county>[每各]个?{_COUNTY})|(?P<unit>[每各]个?{_UNIT})"
    rf"|(?P<cities>{_CITY}各)|(?P<counties>{_COUNTY}各)"
    r"|(?P<month>每个?月)|(?P<quarter>每个?季度?)|(?P<half>每半年)"
    r"|(?P<year>每年度?|全年|年内|本年度)|(?P<cumulative>累计)"
    r"|(?P<whole>全[省市县国]|合计|总计|总共|一共|(?<![公中])共(?![享同建治产青识有和]))"
    r"|(?P<unknown>每|各地(?!市)|各(?=[0-9一二两三四五六七八九十]|举办|开展|组织|新[增建设]|至少|不少于|不低于|约))"
    r"|(?P<clause>[:!?]|,(?![0-9]{3}|区\)))")
_PLACES = {"city": Per.CITY, "cities": Per.CITY, "county": Per.COUNTY, "counties": Per.COUNTY, "unit": Per.UNIT}
_TIMES = {"month": Period.MONTH, "quarter": Period.QUARTER, "half": Period.HALF, "year": Period.YEAR,
          "cumulative": Period.CUMULATIVE}
_AFTER = re.compile(rf" ?/ ?(?:(?P<month>个?月)|(?P<quarter>季度?)|(?P<half>半年)|(?P<year>年)"
                    rf"|(?P<city>{_CITY})|(?P<county>{_COUNTY})|(?P<unit>{_UNIT})|(?P<unknown>.?))"
                    r"|(?P<strange> ?\(?[每各])")


@dataclass(frozen=True, slots=True)
class Spread:
    """Places and times, and where the words for them begin and end; None: no such word."""

    per: Per = Per.TOTAL
    period: Period = Period.YEAR
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class _Word:
    kind: str
    start: int
    is_every: bool  # “每” reaches on over commas; “各” may be no more than “the various”


def spread_of(sentence: str, since: int, number_at: int, number_end: int) -> Spread | None:
    """How the number at `number_at` is spread; `since` is where the target before it ended.

    None where it cannot be told: “各地”, “每人”, a city and a county at once.
    """
    words = list(_in_force(sentence, since, number_at))
    after = _AFTER.match(sentence, number_end)
    if after and after.lastgroup:
        words.append(_Word(after.lastgroup, after.start(), True))
    kinds = {word.kind for word in words}
    places = {_PLACES[kind] for kind in kinds & _PLACES.keys()}
    times = {_TIMES[kind] for kind in kinds & _TIMES.keys()}
    if len(times) > 1:
        times.discard(Period.YEAR)
    is_told = not kinds - _PLACES.keys() - _TIMES.keys() and len(places) < 2 and len(times) < 2
    if not is_told:
        return None
    return Spread(places.pop() if places else Per.TOTAL, times.pop() if times else Period.YEAR,
                  min((word.start for word in words), default=None), after.end() if after else None)


def _in_force(sentence: str, since: int, number_at: int) -> Iterator[_Word]:
    """The words before the number that still hold for it."""
    every: list[_Word] = []  # of earlier clauses
    clause: list[_Word] = []
    for found in _WORDS.finditer(sentence, 0, number_at):
        kind = found.lastgroup or ""
        if kind == "clause":
            every += [word for word in clause if word.is_every]
            various = [word for word in clause if not word.is_every and word.kind in _PLACES]
            # “各市要重视，全年 100 场”: all of them together, or each? Nobody can tell.
            every += [_Word("unknown", word.start, True) for word in various]
            clause = []
        elif kind == "whole":
            every, clause = [], []
        else:
            clause.append(_Word(kind, found.start(), found[0][0] == "每"))
    if any(word.is_every and word.start >= since for word in clause):
        every = [word for word in every if word.start >= since]  # it says its own
    # “累计 100 场、20 期”: what is said of the time alone is not passed on, and nothing is lost by it.
    yield from (word for word in every + clause if word.start >= since or word.kind not in ("year", "cumulative"))
