"""完成时限 as offices write it: “12月底”, “2026年6月30日前”, “二季度”, “年底”, “4—6月”."""

from __future__ import annotations

import calendar
import re
from datetime import date

from app.plans.sheet.words import plain

_BEFORE = r"(?:之前|以前|前|止|为止)?"
_FULL = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:t[\d:]+)?" + _BEFORE)
_DAY = re.compile(r"(\d{1,2})月(\d{1,2})日?" + _BEFORE)
_MONTH = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})(?:月份?)?(上旬|中旬|下旬|初|底|末)?" + _BEFORE)
_PART = re.compile(r"(?:第?([一二三四1234])季度?|(上半年)|(下半年|年底|年末|年内|全年|年度|当年|[底末](?=$|前)))"
                   r"(?:末|底|内|完成)*" + _BEFORE)
_YEAR = re.compile(r"(\d{4})年(?=\D)|(明年|次年|第二年)|(今年|本年)")
_RANGE = re.compile(r"[-~—–至到]+")
_DAYS = {"上旬": 10, "初": 10, "中旬": 20}
_ENDLESS = ("持续", "长期", "常年", "经常", "适时", "按需", "按时", "随时", "根据", "待定", "视情")
FIRST, LAST = 2000, 2199


def due_day(words: str, year: int) -> date | None:
    """The last day that the words allow in a plan of `year`; None where they name none.

    A month is due at its end, “上旬” and “初” on the 10th, “中旬” on the 20th; of “4—6月” the end counts.
    """
    text = plain(words)
    for of in (text, *_ends(text)):
        if found := _single(of, year):
            return found
    return None


def is_endless(words: str) -> bool:
    """“持续推进”, “长期坚持”: no day, and none is missing."""
    return any(word in words for word in _ENDLESS)


def _ends(text: str) -> list[str]:
    """Of a span what stands behind its dash, with the year or month that only stood before it."""
    parts = [part for part in _RANGE.split(text) if part]
    if len(parts) < 2:
        return []
    year = re.match(r"\d{4}年", parts[0])
    month = re.match(r"(?:\d{4}年)?(\d{1,2})月", parts[0])
    end = parts[-1]
    return [end, *([year[0] + end] if year else []), *([f"{month[1]}月{end}"] if month else [])][::-1]


def _single(text: str, year: int) -> date | None:
    if found := _FULL.fullmatch(text):
        return _date(*(int(one) for one in found.groups()))
    if (named := _YEAR.match(text)) and not _MONTH.fullmatch(text):
        year = int(named[1]) if named[1] else year + 1 if named[2] else year
        text = text[named.end():]
    if found := _DAY.fullmatch(text):
        return _date(year, int(found[1]), int(found[2]))
    if found := _PART.fullmatch(text):
        quarter = "一二三四".find(found[1]) + 1 or int(found[1]) if found[1] else 0
        return _end_of(year, quarter * 3 or (6 if found[2] else 12))
    if (found := _MONTH.fullmatch(text)) and (found[1] or not text.isdigit()):
        month = _end_of(int(found[1] or year), int(found[2]))
        return month and month.replace(day=_DAYS.get(found[3] or "", month.day))
    return None


def _end_of(year: int, month: int) -> date | None:
    return date(year, month, calendar.monthrange(year, month)[1]) if (
        1 <= month <= 12 and FIRST <= year <= LAST) else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if FIRST <= year <= LAST else None
    except ValueError:
        return None
