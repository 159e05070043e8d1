"""When a month's return is due, and on which days an office is written to about it."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from app.accounts.places import Organization
from app.accounts.settings import OfficeSettings, Settings
from app.db import db
from app.events.asking import office_zone
from app.reports.returns.month import Month
from app.reports.returns.scope import ids_along
from app.workdays import workday_after, workday_before

HOUR = time(9)
DAYS_BEFORE, DAYS_TO_PUT_RIGHT = 3, 2  # working days
WRITTEN_FOR = 7  # days: a machine that slept longer does not write about what is long past


class Stage(enum.StrEnum):
    DUE = "due"
    LATE = "late"


def due_days(offices: Iterable[Organization], month: Month) -> dict[int, date]:
    """By office: the day of the following month until when the return is in time."""
    return {id: due_on(month, day) for id, day in return_days(offices).items()}


def due_on(month: Month, return_day: int) -> date:
    return month.next.first.replace(day=return_day)


def return_days(offices: Iterable[Organization]) -> dict[int, int]:
    """By office, its own setting or the nearest one above; one query for all."""
    own = dict(db.session.execute(select(OfficeSettings.organization_id, OfficeSettings.return_day).where(
        OfficeSettings.return_day.is_not(None))).all())
    return {one.id: _nearest(one, own) for one in offices}


def _nearest(office: Organization, own: dict[int, int | None]) -> int:
    for id in reversed(ids_along(office.path)):
        if day := own.get(id):
            return day
    return Settings().return_day


def stage_on(day: date, due: date) -> Stage | None:
    """What an office that has not filed is written on `day`: from three working days before until the due day, and
    from the first working day after it."""
    late_from = workday_after(due)
    if workday_before(due, DAYS_BEFORE) <= day <= due:
        return Stage.DUE
    return Stage.LATE if late_from <= day < late_from + timedelta(days=WRITTEN_FOR) else None


def is_working_hour(as_of: datetime) -> bool:
    """From nine by the office's clocks."""
    return as_of.astimezone(office_zone()).time() >= HOUR
