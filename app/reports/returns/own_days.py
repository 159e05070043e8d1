"""When the returns of one's own offices are due, for the private calendars of those who file them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Role
from app.accounts.places import Organization
from app.accounts.settings import OfficeSettings
from app.db import db
from app.feeds.days import Asked, Day
from app.reports.returns.deadlines import due_on, return_days
from app.reports.returns.month import Month
from app.reports.returns.scope import files, ids_along

FILERS = frozenset({Role.ORGANIZER.value, Role.REVIEWER.value})


def own_return_days(asked: Asked) -> Iterator[Day]:
    """One for each month in the window, of the offices in which the person files; not of those below."""
    ids = {grant.organization_id for grant in asked.actor.person.grants if grant.role in FILERS}
    offices = [one for one in db.session.scalars(select(Organization).where(
        Organization.id.in_(ids)).order_by(Organization.id)) if files(one)]
    days, versions = return_days(offices), _versions(offices)
    month = Month(asked.first).previous
    while month.next.first < asked.last:
        for office in offices:
            if (due := due_on(month, days[office.id])) >= asked.first:
                yield Day("return", f"{office.id}/{month.word}", due,
                          _("月报报送日：%(office)s %(month)s", office=office.name, month=month.word),
                          f"/console/returns/{month.word}?office={office.id}", versions[office.id],
                          datetime(month.first.year, month.first.month, 1, tzinfo=UTC))
        month = month.next


def _versions(offices: list[Organization]) -> dict[int, int]:
    """How often the settings that tell an office's day were changed: it rises when the day moves."""
    known = dict(db.session.execute(select(OfficeSettings.organization_id, OfficeSettings.version)).all())
    return {one.id: sum(known.get(id, 0) for id in ids_along(one.path)) for one in offices}
