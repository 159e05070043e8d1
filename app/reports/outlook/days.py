"""A day of the year within a sentence, as the reader writes it."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from app.languages import language


def short_day(value: date) -> str:
    """4月16日 / 16 Apr"""
    return format_date(value, "d MMM" if language() == "en" else "M月d日", locale=language())
