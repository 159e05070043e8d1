"""Offices that others must submit to and in which nobody reviews: what is sent there would wait unseen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import Grant, Person, Role
from app.accounts.places import Organization
from app.db import db
from app.events.approval import PublishingRule, Reviewer, asked_of


@dataclass(frozen=True, slots=True)
class Gap:
    """`office` has no reviewer of its own. `stand_in`: the nearest office above that has one; `ask`: the nearest,
    itself or above, that has an administrator."""

    office: Organization
    senders: Sequence[Organization]
    stand_in: Organization | None
    ask: Organization | None

    @property
    def sentence(self) -> str:
        """For who submits: who is missing, and whom to ask."""
        if self.stand_in:
            return _("“%(office)s”还没有审核人员，送审的由“%(above)s”的审核人员来审。", office=self.office.name,
                     above=self.stand_in.name)
        missing = _("“%(office)s”和它的上级都没有审核人员，送审以后没有人能审。", office=self.office.name)
        return missing + (_("请找“%(name)s”的管理员加一位审核人员。", name=self.ask.name) if self.ask else
                          _("请找最上级单位加一位审核人员。"))


def is_anybody_asked() -> bool:
    """Whether some rule makes somebody submit at all."""
    return db.session.scalars(select(PublishingRule.id).where(
        PublishingRule.reviewer != Reviewer.SELF.value).limit(1)).first() is not None


def gap_of(reviewing: Organization | None) -> Gap | None:
    return next(iter(_gaps([(reviewing, ())])), None) if reviewing else None


def gaps_among(organizations: Iterable[Organization]) -> list[Gap]:
    """Those that come of what `organizations` must submit, in the tree's order; a bounded number of queries."""
    if not is_anybody_asked():
        return []
    asked = asked_of(list(organizations))
    return _gaps(sorted(asked, key=lambda one: one[0].path))


def _gaps(asked: Sequence[tuple[Organization, Sequence[Organization]]]) -> list[Gap]:
    ids = {id for office, _senders in asked for id in _way_up(office)}
    held: dict[str, set[int]] = {}
    for role, at in db.session.execute(select(Grant.role, Grant.organization_id).join(Person).where(
            Grant.role.in_([Role.REVIEWER.value, Role.ADMINISTRATOR.value]), Grant.organization_id.in_(sorted(ids)),
            Person.active.is_(True))):
        held.setdefault(role, set()).add(at)
    offices = {one.id: one for one in db.session.scalars(select(Organization).where(Organization.id.in_(ids)))}
    reviewing, managing = held.get(Role.REVIEWER.value, set()), held.get(Role.ADMINISTRATOR.value, set())

    def nearest(office: Organization, held_at: set[int]) -> Organization | None:
        return next((offices[id] for id in _way_up(office) if id in held_at), None)

    return [Gap(office, senders, nearest(office, reviewing), nearest(office, managing))
            for office, senders in asked if office.id not in reviewing]


def _way_up(office: Organization) -> list[int]:
    return [int(part) for part in reversed(office.path.split("/")) if part]
