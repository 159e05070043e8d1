"""Days that offices enter hold at once, for the transaction that enters them too."""

from datetime import date

import pytest
from sqlalchemy import select

from app.audit.models import AuditRow
from app.db import db
from app.workdays import is_provisional, is_workday, workdays
from app.workdays.calendar import COUNTRY, Entered
from app.workdays.models import BadDays, CalendarDay, SchoolTerm, TermKind
from tests.conftest import AS_OF

NEW_YEAR = date(2027, 1, 4)


def test_an_entered_day_holds_in_its_own_transaction_and_after(either_app):
    CalendarDay.enter(COUNTRY, {NEW_YEAR: Entered(False, "元旦", True)}, AS_OF)
    within = is_workday(NEW_YEAR), is_provisional(2027)
    db.session.commit()

    assert [within, (is_workday(NEW_YEAR), is_provisional(2027))] == [(False, False)] * 2
    assert workdays(NEW_YEAR, date(2027, 1, 8)) == 4


def test_a_transaction_undone_leaves_the_calendar_as_it_was(app):
    CalendarDay.enter(COUNTRY, {NEW_YEAR: Entered(False)}, AS_OF)

    db.session.rollback()

    assert is_workday(NEW_YEAR)


def test_entering_the_same_twice_is_told_once(app):
    for _time in range(2):
        CalendarDay.enter(COUNTRY, {NEW_YEAR: Entered(False, "元旦")}, AS_OF)
        db.session.commit()

    assert [row.what for row in db.session.scalars(select(AuditRow))] == ["days_entered"]


def test_what_is_taken_away_no_longer_holds(app):
    CalendarDay.enter("510100", {NEW_YEAR: Entered(False)}, AS_OF)
    db.session.commit()

    db.session.get(CalendarDay, ("510100", NEW_YEAR)).remove(AS_OF)
    db.session.commit()

    assert is_workday(NEW_YEAR, "510104")


def test_the_calendar_is_read_once_a_transaction(app, count_queries):
    db.session.commit()

    assert count_queries(lambda: [is_workday(date(2026, 3, day)) for day in range(1, 31)]) == 1


def test_a_term_cannot_end_before_it_begins_nor_lie_over_another(app):
    SchoolTerm.planned("510100", TermKind.EXAMS, "期末考试", date(2026, 6, 22), date(2026, 6, 26), AS_OF)

    with pytest.raises(BadDays):
        SchoolTerm.planned("510100", TermKind.EXAMS, "", date(2026, 6, 26), date(2026, 6, 28), AS_OF)
    with pytest.raises(BadDays):
        SchoolTerm.planned("510100", TermKind.TERM, "", date(2026, 6, 26), date(2026, 6, 1), AS_OF)

    found = db.session.scalars(SchoolTerm.touching("510104", date(2026, 6, 26), date(2026, 6, 26))).all()
    assert [one.name for one in found] == ["期末考试"]
