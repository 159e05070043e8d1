"""The calendar as it stands in the database, read once a transaction."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import has_app_context
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.db import db
from app.workdays.calendar import Entered, WorkingCalendar

KEY = "workdays"
KNOWN = WorkingCalendar()  # the package's alone: all there is without a database


def present() -> WorkingCalendar:
    if not has_app_context():
        return KNOWN
    info = db.session().info
    if KEY not in info:
        info[KEY] = _read()
    calendar: WorkingCalendar = info[KEY]
    return calendar


def forget() -> None:
    """Called by who changes a day; the next question reads afresh."""
    db.session().info.pop(KEY, None)


def _read() -> WorkingCalendar:
    from app.workdays.models import CalendarDay, DayKind, DaySource

    entered: dict[str, dict[date, Entered]] = {}
    with db.session.no_autoflush:
        rows = db.session.execute(select(CalendarDay.region, CalendarDay.day, CalendarDay.kind, CalendarDay.name,
                                         CalendarDay.source)).all()
    for region, day, kind, name, source in rows:
        entered.setdefault(region, {})[day] = Entered(kind == DayKind.WORK, name, source == DaySource.NOTICE)
    return WorkingCalendar(entered) if entered else KNOWN


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _forget(session: Any) -> None:
    session.info.pop(KEY, None)
