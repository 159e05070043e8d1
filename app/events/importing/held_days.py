"""When an event was, as sheets write it: 2026-03-05, 3月5日上午9:30-11:30, 3月5日至7日, 3.5—3.7."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.events.span import Span

_ASIDE = re.compile(r"[(\[【].*?[)\]】]|星期[一二三四五六日天]|周[一二三四五六日]")
_DAY = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*[日号])?(?![\d:])")
_DIGITS = re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)")
_LAST = re.compile(r"\s*[-—–~至到]+\s*(\d{1,2})\s*[日号]")  # of 3月5日至7日, what follows the first day
_BARE_LAST = re.compile(r"\s*[-—–~至到]+\s*(\d{1,2})(?:\s*[日号])?(?![\d:点时.月/-])")
_TIME = re.compile(
    r"(上午|早上|中午|下午|晚上|晚)?\s*(\d{1,2})\s*(?:[:点时]\s*(?:(\d{2})(?::\d{2}(?:\.\d+)?)?|(半))?)\s*分?")
_CHINESE_YEAR = re.compile(r"[〇零○一二三四五六七八九]{4}(?=\s*年)")
_CHINESE_NUMBER = re.compile(r"[一二三四五六七八九十]{1,3}(?=\s*[月日号点时分])")
_NUMERALS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
WITHOUT_END = 2  # hours
_BETWEEN = re.compile(r"[\s\-—–~至到,;T]+")
_LATE = frozenset(("下午", "晚上", "晚"))


@dataclass(frozen=True, slots=True)
class When:
    """Days from `first` to `last`, and the hours where they are said of one day. `is_half`: a start alone, so
    that `ends` is ours."""

    first: date
    last: date
    starts: time | None = None
    ends: time | None = None
    is_half: bool = False

    def span(self, zone: str) -> Span:
        """By the clocks of `zone`.

        :raises BadSpan: it cannot be.
        """
        if self.starts is None or self.ends is None:
            return Span.of_days(self.first, self.last, zone)
        at = ZoneInfo(zone)
        return Span(datetime.combine(self.first, self.starts, at), datetime.combine(self.last, self.ends, at),
                    zone=zone)


def when_in(words: str, year: int) -> When | None:
    """None for what is not wholly understood. `year`: of days that name none."""
    text = _ASIDE.sub(" ", unicodedata.normalize("NFKC", words)).strip()
    try:
        text = _in_digits(text)
        rest, days = _days_of(text, year)
        rest, times = _times_of(rest)
    except ValueError:
        return None
    if _BETWEEN.sub("", rest) or not days or len(days) > 2 or len(times) > 2:
        return None
    first, last = days[0], days[-1]
    if last < first:
        return None
    if first == last and len(times) == 1:
        hour = times[0].hour + WITHOUT_END
        if hour > 23:
            return When(first, last, is_half=True)
        return When(first, last, times[0], time(hour, times[0].minute), is_half=True)
    if first != last or len(times) < 2 or times[1] <= times[0]:
        return When(first, last)
    return When(first, last, *times)


def _in_digits(text: str) -> str:
    """二〇二六年五月十六日 as 2026年5月16日.

    :raises ValueError: for 五六月 and what else is no number.
    """
    text = _CHINESE_YEAR.sub(lambda found: "".join(str(_NUMERALS[one]) for one in found[0]), text)
    return _CHINESE_NUMBER.sub(lambda found: str(_number(found[0])), text)


def _number(said: str) -> int:
    tens, ten, ones = said.rpartition("十")
    if len(tens) > 1 or len(ones) > 1:
        raise ValueError(said)
    return (10 * (_NUMERALS[tens] if tens else 1) if ten else 0) + (_NUMERALS[ones] if ones else 0)


def _days_of(text: str, year: int) -> tuple[str, list[date]]:
    """What stands beside them, and the days. The second of a pair is in the year of the first."""
    text = _DIGITS.sub(r"\1-\2-\3", text)
    days, rest, at = list[date](), "", 0
    while found := _DAY.search(text, at):
        day = date(int(found[1] or (days[0].year if days else year)), int(found[2]), int(found[3]))
        days.append(day)
        rest, at = f"{rest} {text[at:found.start()]}", found.end()
        if len(days) == 1 and (last := _LAST.match(text, at) or _last_of(found[0], text, at)):
            days.append(day.replace(day=int(last[1])))
            at = last.end()
    return f"{rest} {text[at:]}", days


def _last_of(day: str, text: str, at: int) -> re.Match[str] | None:
    """3月5-7: a bare number behind 月 alone is a day; behind 3-5 it could be anything."""
    return _BARE_LAST.match(text, at) if "月" in day else None


def _times_of(text: str) -> tuple[str, list[time]]:
    times, is_late = list[time](), False
    for found in _TIME.finditer(text):
        part, hour, minute = found[1], int(found[2]), 30 if found[4] else int(found[3] or 0)
        is_late = part in _LATE if part else is_late
        times.append(time(hour + 12 if is_late and hour < 12 else hour, minute))
    if times == [time()]:  # Excel's midnight is no hour
        times = []
    return _TIME.sub(" ", text), times
