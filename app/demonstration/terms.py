"""The terms of the demonstration's schools, so that the calendar and events for pupils have something to heed."""

from __future__ import annotations

from datetime import date, datetime

from app.workdays.models import SchoolTerm, TermKind


def enter_terms(region: str, year: int, as_of: datetime) -> None:
    """The spring and autumn terms of `year`, their weeks of exams, and the summer between them."""
    for kind, name, first, last in (
            (TermKind.TERM, f"{year}年春季学期", date(year, 3, 1), date(year, 7, 8)),
            (TermKind.EXAMS, f"{year}年春季期末考试", date(year, 6, 29), date(year, 7, 5)),
            (TermKind.VACATION, f"{year}年暑假", date(year, 7, 9), date(year, 8, 31)),
            (TermKind.TERM, f"{year}年秋季学期", date(year, 9, 1), date(year + 1, 1, 20)),
            (TermKind.EXAMS, f"{year}年秋季期末考试", date(year + 1, 1, 8), date(year + 1, 1, 14))):
        SchoolTerm.planned(region, kind, name, first, last, as_of)
