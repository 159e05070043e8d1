"""Which offices file a return of their own, and whose events each one tells.

Offices and departments that are at work file; units (schools, firms, service stations) do not. What has no return of
its own is told by the nearest office above that has one, so that nothing is left out and nothing told twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Person, Role
from app.accounts.places import Organization, RegionLevel
from app.db import db
from app.plans.models import Plan
from app.reports.returns.month import Month

FILING = ("office", "department")


def files(organization: Organization) -> bool:
    return organization.kind in FILING and organization.closed_at is None


def ids_along(path: str) -> list[int]:
    """Of those on the way down to it, itself last."""
    return [int(part) for part in path.split("/") if part]


def filing_office_of(organization: Organization) -> Organization:
    """The one whose return tells of it: itself, or the nearest above that files; at last the root."""
    if files(organization):
        return organization
    above = {one.id: one for one in db.session.scalars(
        select(Organization).where(Organization.id.in_(ids_along(organization.path))))}
    way_up = [above[id] for id in reversed(ids_along(organization.path))]
    return next((one for one in way_up if files(one)), way_up[-1])


def decides_on(organization: Organization) -> Organization:
    """Whose reviewers approve its return: the office above; of the root its own."""
    return organization.parent or organization


def may_decide(person: Person, organization: Organization) -> bool:
    above = decides_on(organization)
    return any(grant.role == Role.REVIEWER.value and above.path.startswith(grant.organization.path)
               for grant in person.grants)


@dataclass(frozen=True)
class Branch:
    """An office and all below it, fetched once."""

    top: Organization
    all: Sequence[Organization]

    @classmethod
    def of(cls, top: Organization) -> Branch:
        return cls(top, db.session.scalars(Organization.under(frozenset({top.path})).options(
            joinedload(Organization.region), selectinload(Organization.past))).all())

    @cached_property
    def filing(self) -> list[Organization]:
        """Those that file, provinces before cities before counties, departments after the offices."""
        return sorted((one for one in self.all if files(one)), key=_order)

    @cached_property
    def told_by(self) -> dict[int, int]:
        """By organization: the office whose return tells of it."""
        found: dict[int, int] = {}
        for one in self.all:  # in the order of paths, so the one above is known
            found[one.id] = one.id if files(one) or one.id == self.top.id else found[one.parent_id or self.top.id]
        return found

    def told_with(self, office: Organization) -> list[int]:
        """The ids of the office and of those whose events its return tells."""
        return [id for id, teller in self.told_by.items() if teller == office.id]

    def below(self, office: Organization) -> list[Organization]:
        return [one for one in self.filing if one.path.startswith(office.path) and one is not office]

    def children(self) -> list[Organization]:
        """The offices right below the top: what its page has a line for."""
        return [one for one in self.filing if one.parent_id == self.top.id]


def is_asked_for(month: Month, plans: Iterable[Plan]) -> bool:
    """Nobody is asked for a month that was over before the office had a plan to report on."""
    return any(plan.adopted_at is not None and plan.adopted_at < month.ends_at for plan in plans)


def existed_in(organization: Organization, month: Month) -> bool:
    """Whether the office was there before the month ended; what it was called does not matter."""
    since: datetime | None = organization.past[0].since if organization.past else organization.since
    return since is None or since < month.ends_at


def level_of(organization: Organization) -> str:
    """How lists are divided: province, department, city or county."""
    return "department" if organization.kind == "department" else organization.region.level


LEVELS = (RegionLevel.PROVINCE.value, "department", RegionLevel.CITY.value, RegionLevel.COUNTY.value)


def _order(one: Organization) -> tuple[int, str, str]:
    return LEVELS.index(level_of(one)), one.region_code, one.name
