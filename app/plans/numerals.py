"""Numbers as Chinese offices type them: “1,000”, “3.5万”, “3万5千”, “二十”, “三百零五”, full width and half."""

from __future__ import annotations

import re
from fractions import Fraction

LARGEST = 10**9
LONGEST = 15  # digits in a row

CHARACTERS = "0-9零一二两三四五六七八九十百千万亿半"
_MAGNITUDES = {"亿": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
_ARABIC = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
# “讲座30，200人” is two numbers: a wide comma groups thousands only among wide digits.
_COMMA = re.compile(r"(?<=[0-9])，(?=[0-9])")
_NARROW = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {
    ord(one): narrow for ones, narrow in (
        ("\u3000\u00a0\t", " "), ("‐‑‒–—―−─﹣〜∼˜~～", "-"), ("〇", "零"), ("萬", "万"), ("億", "亿"), ("兩", "两"),
        ("﹪", "%"), ("〔［", "("), ("〕］", ")")) for one in ones}


def narrowed(text: str) -> str:
    """The text in half width, with one sign for each dash and numeral. Keeps its length: places stay places."""
    return _COMMA.sub("!", text).translate(_NARROW)


def value_of(run: str) -> int | None:
    """The whole number that a narrowed run of numerals says, 1 to `LARGEST`; None where it says none for sure.

    “十四五”, “三万五” (35,000 or 30,005), “三五”, “二零二三”, “007”, “1.5” and “百” say none.
    """
    amount = _and_a_half(run[:-1]) if run.endswith("半") else _amount(run)
    return int(amount) if amount is not None and amount.denominator == 1 and 0 < amount <= LARGEST else None


def _and_a_half(run: str) -> Fraction | None:
    """“三万半” is 35,000: half of its one magnitude."""
    amount, size = _amount(run), _MAGNITUDES.get(run[-1:], 0)
    is_one = sum(sign in _MAGNITUDES for sign in run) == 1
    return amount + size // 2 if amount is not None and amount.denominator == 1 and is_one and size > 10 else None


def _amount(run: str) -> Fraction | None:
    for sign, size in _MAGNITUDES.items():
        head, found, tail = run.rpartition(sign)
        if found:
            front, rest = _how_many(head, sign), _rest(tail, size)
            if front is None or rest is None or (rest and front.denominator > 1):
                return None
            return front * size + rest
    return _digits(run)


def _how_many(head: str, sign: str) -> Fraction | None:
    """How many ten thousands, hundreds …: “三千” before 万, but one numeral before 千, 百 and 十."""
    if sign == "十" and not head:
        return Fraction(1)
    return _amount(head) if sign in "亿万" and sign not in head else _digits(head)


def _rest(tail: str, size: int) -> Fraction | None:
    """What follows a magnitude: the next one at once or others behind 零. “三万五” skips it silently: None."""
    if not tail:
        return Fraction(0)
    amount = _amount(tail.removeprefix("零"))
    if amount is None or amount.denominator > 1 or not 0 < amount < size:
        return None
    return amount if tail[0] == "零" or amount * 10 >= size else None


def _digits(run: str) -> Fraction | None:
    """One Chinese digit, or Arabic ones with thousands or decimals; None for “2023,100”, “1.2.3”, “007”."""
    if run in _DIGITS:
        return Fraction(_DIGITS[run])
    if len(run) > LONGEST + LONGEST // 3 or not _ARABIC.fullmatch(run):
        return None
    digits = run.replace(",", "")
    return Fraction(digits) if len(digits) <= LONGEST else None
