"""The letters about returns: from three working days before one is due, and from the first after."""

from __future__ import annotations

from datetime import datetime

from app.accounts.models import Role
from app.accounts.places import Organization
from app.clock import local_day
from app.db import db
from app.outbox.models import Delivery
from app.reports import letters
from app.reports.returns.deadlines import stage_on
from app.reports.returns.month import Month
from app.reports.returns.monthly import MonthlyReturn, ReturnState
from app.reports.returns.outstanding import filings
from app.reports.returns.scope import Branch

LETTERS = (letters.DUE, letters.LATE)


def remind(branch: Branch, as_of: datetime) -> int:
    """Writes to the organizers of every office of the branch that has not filed; how many letters are new."""
    # A due day late in a month makes its late letter fall into the next: two months may be asked about.
    last = Month.of(as_of).previous
    return sum(_remind(branch, month, as_of) for month in (last.previous, last))


def _remind(branch: Branch, month: Month, as_of: datetime) -> int:
    """One that was returned has had its letter with the reason."""
    day = local_day(as_of)
    open_ones = [(one, stage) for one in filings(branch, month, as_of) if (stage := stage_on(day, one.due_on))
                 and not one.is_in and one.state != ReturnState.RETURNED]
    people = letters.people_of([one.office.id for one, _stage in open_ones], Role.ORGANIZER)
    return sum(letters.remind(one.office, month, stage, one.due_on, people.get(one.office.id, ()), as_of)
               for one, stage in open_ones)


def gate(delivery: Delivery, as_of: datetime) -> str:
    """Why the letter need not leave any more."""
    _word, office_id, month = delivery.about.split(":")
    office = db.session.get(Organization, int(office_id), populate_existing=True)
    if office is None or office.closed_at:
        return "单位已关闭"
    found = MonthlyReturn.find(office, Month.named(month))
    return "月报已经报了" if found and found.is_filed else ""
