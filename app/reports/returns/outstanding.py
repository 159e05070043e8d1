"""Who has filed the return of a month and who has not, by level; and who is late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from app.accounts.models import Grant, Person, Role
from app.accounts.places import Organization
from app.clock import local_day
from app.db import db
from app.plans.models import Plan
from app.reports.returns.deadlines import DAYS_TO_PUT_RIGHT, due_days
from app.reports.returns.month import Month
from app.reports.returns.monthly import MonthlyReturn, ReturnState
from app.reports.returns.scope import LEVELS, Branch, existed_in, files, ids_along, is_asked_for, level_of
from app.workdays import workday_after


@dataclass(frozen=True, slots=True)
class Filing:
    """One office's return of a month, or that there is none yet."""

    office: Organization
    due_on: date
    found: MonthlyReturn | None
    today: date
    has_organizer: bool = True

    @property
    def state(self) -> ReturnState:
        return ReturnState(self.found.state) if self.found else ReturnState.DRAFT

    @property
    def is_in(self) -> bool:
        return self.found is not None and self.found.is_filed

    @property
    def is_late(self) -> bool:
        """Not there although its day is over. One that was returned has two working days more."""
        until = self.due_on
        if self.found and self.found.state == ReturnState.RETURNED and self.found.decided_at:
            until = max(until, workday_after(local_day(self.found.decided_at), DAYS_TO_PUT_RIGHT))
        return not self.is_in and self.today > until

    @property
    def came_late(self) -> bool:
        return self.is_in and self.found.submitted_at is not None and (  # type: ignore[union-attr]
            local_day(self.found.submitted_at) > self.due_on)  # type: ignore[union-attr]


def filings(branch: Branch, month: Month, as_of: datetime) -> list[Filing]:
    """Of every office in the branch that is asked for the month, in the order of levels."""
    if not is_asked_for(month, _plans(branch.top)):
        return []
    offices = [one for one in branch.filing if existed_in(one, month)]
    found = {one.organization_id: one for one in db.session.scalars(
        MonthlyReturn.of_month(month).where(MonthlyReturn.organization_id.in_([one.id for one in offices]))
        .options(joinedload(MonthlyReturn.submitted_by), defer(MonthlyReturn.figures)))}
    due, manned = due_days(offices, month), _with_organizer()
    return [Filing(one, due[one.id], found.get(one.id), local_day(as_of), one.id in manned) for one in offices]


def is_asked(office: Organization, month: Month) -> bool:
    return files(office) and existed_in(office, month) and is_asked_for(month, _plans(office))


def asked_months(office: Organization, months: Iterable[Month]) -> list[Month]:
    """Those of the months that the office is asked for."""
    plans = _plans(office)
    return [one for one in months if files(office) and existed_in(office, one) and is_asked_for(one, plans)]


def by_level(found: Iterable[Filing]) -> list[tuple[str, list[Filing]]]:
    found = list(found)
    return [(level_word(level), those) for level in LEVELS
            if (those := [one for one in found if level_of(one.office) == level])]


def level_word(level: str) -> str:
    return {"province": _("省级"), "department": _("省级部门"), "city": _("市州"), "county": _("区县")}[level]


def _plans(office: Organization) -> list[Plan]:
    return list(db.session.scalars(Plan.adopted().where(Plan.organization_id.in_(ids_along(office.path)))))


def _with_organizer() -> set[int]:
    """Offices in which somebody files: a role at the office itself, for one above may not even know."""
    return set(db.session.scalars(select(Grant.organization_id).join(Grant.person).where(
        Grant.role == Role.ORGANIZER.value, Person.active.is_(True))))
