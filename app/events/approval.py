"""Who may publish alone and who must submit: rules of the offices, inherited down the tree.

The most particular rule counts: one for the kind before one for all kinds, then the nearest up the tree, then one for
offices of the level before one for all offices. Without a rule everybody publishes alone.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Row, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, aliased, joinedload, mapped_column, relationship

from app.accounts.models import Actor, Grant, Person, Role
from app.accounts.places import Organization, RegionLevel
from app.db import Change, Model, db, note
from app.errors import Refused
from app.events.models import Event
from app.events.words import EventKind


class Reviewer(enum.StrEnum):
    """Who agrees before something is shown to everybody."""

    SELF = "self"
    PARENT = "parent"
    ROOT = "root"

    @property
    def label(self) -> str:
        return {"self": _("自己发布，不用审核"), "parent": _("送上一级单位审核"),
                "root": _("送最上级单位审核")}[self.value]

    @property
    def strictness(self) -> int:
        return list(Reviewer).index(self)


class RuleFromAbove(Refused):
    """The rule is not this administrator's to make."""


class NotForYou(Refused):
    """Somebody else's to decide."""

    status = 403


class PublishingRule(Model):
    """Holds for `organization` and all below it; `kind` and `level` empty: for every kind, on every level."""

    __tablename__ = "publishing_rule"
    __table_args__ = (UniqueConstraint("organization_id", "kind", "level"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    organization: Mapped[Organization] = relationship(lazy="joined")
    kind: Mapped[str] = mapped_column(String(16), default="")
    level: Mapped[str] = mapped_column(String(16), default="")
    reviewer: Mapped[str] = mapped_column(String(8))

    @classmethod
    def along(cls, organization: Organization) -> Select[PublishingRule]:
        """Those of the office and of all above it, the root's first."""
        return (select(cls).join(cls.organization).where(cls.organization_id.in_(_ids(organization.path)))
                .order_by(Organization.path, cls.kind, cls.level))

    @classmethod
    def within(cls, paths: frozenset[str]) -> Select[PublishingRule]:
        """Those that hold somewhere in these branches: of their offices, and of what is above them."""
        above = {one for path in paths for one in _ids(path)}
        inside = Organization.under(paths).with_only_columns(Organization.id).order_by(None)
        return (select(cls).join(cls.organization).where(
            cls.organization_id.in_(above) | cls.organization_id.in_(inside))
                .order_by(Organization.path, cls.kind, cls.level))

    @classmethod
    def lay_down(cls, organization: Organization, *, kind: str, level: str, reviewer: Reviewer, by: Person,
                 as_of: datetime) -> PublishingRule:
        """The rule for these, new or changed."""
        rule = db.session.scalars(select(cls).where(
            cls.organization_id == organization.id, cls.kind == kind, cls.level == level)).one_or_none()
        before = {"reviewer": rule.reviewer} if rule else {}
        rule = rule or cls(organization=organization, kind=kind, level=level, reviewer=reviewer.value)
        rule.require_power_of(by)
        rule.require_no_loosening(by, reviewer)
        rule.reviewer = reviewer.value
        db.session.add(rule)
        db.session.flush()
        note(Change(rule, "laid_down", as_of, before=before, after=rule.words()))
        return rule

    def lift(self, by: Person, as_of: datetime) -> None:
        """What an office above says holds again, or nobody reviews."""
        self.require_power_of(by)
        note(Change(self, "lifted", as_of, before=self.words()))
        db.session.delete(self)

    def require_power_of(self, by: Person) -> None:
        """:raises RuleFromAbove: for how one's own office publishes; that is for the office above to say."""
        paths, own = _administered(by), self.organization
        if not any(own.path.startswith(path) for path in paths):
            raise RuleFromAbove(_("这个单位不归您管。"))
        if own.parent_id and own.path in paths and self.level in ("", own.region.level):
            raise RuleFromAbove(_("本单位自己怎么发布，由上级单位定。您可以给下级单位定。"))

    def require_no_loosening(self, by: Person, reviewer: Reviewer) -> None:
        """:raises RuleFromAbove: naming the office above one's reach that demands more."""
        paths, own = _administered(by), self.organization
        above = [rule for rule in db.session.scalars(PublishingRule.along(own))
                 if not any(rule.organization.path.startswith(path) for path in paths)
                 and rule.kind in ("", self.kind) and (not rule.level or not self.level or rule.level == self.level)]
        strictest = max(above, key=lambda rule: Reviewer(rule.reviewer).strictness, default=None)
        if strictest and Reviewer(strictest.reviewer).strictness > reviewer.strictness:
            raise RuleFromAbove(_("“%(office)s”规定了“%(rule)s”，这里不能放宽。", office=strictest.organization.name,
                                  rule=Reviewer(strictest.reviewer).label))

    def fits(self, organization: Organization, kind: str) -> bool:
        return self.kind in ("", kind) and self.level in ("", organization.region.level)

    def words(self) -> dict[str, Any]:
        return {"organization": self.organization.name, "kind": self.kind, "level": self.level,
                "reviewer": self.reviewer}


def undecided(actor: Actor) -> list[tuple[Organization, str]]:
    """The highest offices that the actor administers and that have others below, while no rule holds anywhere in
    them: everybody publishes alone and nobody has said so. With each the level of a rule that is his to make."""
    offices = Actor.of(actor.person, frozenset({Role.ADMINISTRATOR})).paths
    if not offices or db.session.scalars(PublishingRule.within(offices).limit(1)).first():
        return []
    below = select(Organization.parent_id).where(Organization.closed_at.is_(None))
    found = db.session.scalars(select(Organization).where(
        Organization.path.in_(offices), Organization.id.in_(below)).options(joinedload(Organization.region)))
    return [(one, RegionLevel.COUNTY.value if one.parent_id else "") for one in found
            if not one.parent_id or one.region.level == RegionLevel.CITY]


LEVELS = (RegionLevel.CITY, RegionLevel.COUNTY)


@dataclass(frozen=True, slots=True)
class Approval:
    """Who must agree to what one event says in public; `reviewing` None: nobody besides its own office."""

    reviewing: Organization | None

    def lets(self, person: Person) -> bool:
        """Whether somebody in whose reach the event lies may publish it alone."""
        if self.reviewing is None:
            return True
        return any(grant.role == Role.REVIEWER.value and self.reviewing.path.startswith(grant.organization.path)
                   for grant in person.grants)

    def require(self, person: Person) -> None:
        """:raises NotForYou: naming whose decision it is."""
        if self.reviewing is not None and not self.lets(person):
            raise NotForYou(_("这要由“%(office)s”的审核人员决定。", office=self.reviewing.name))


def approval_of(event: Event) -> Approval:
    return approvals_of([event])[event.id]


def approvals_of(events: Sequence[Event]) -> dict[int, Approval]:
    """By event, in one query for all."""
    chains = _chains(one.organization for one in events)
    return {one.id: _resolved(one.organization, one.kind, chains) for one in events}


def approvals_by_kind(organization: Organization) -> dict[EventKind, Approval]:
    """What would hold for a new event of each kind."""
    chains = _chains([organization])
    return {kind: _resolved(organization, kind.value, chains) for kind in EventKind}


def approvals_among(wanted: Iterable[tuple[Organization, str]]) -> dict[tuple[int, str], Approval]:
    """What would hold for new events, by the office's id and the kind; one query for all."""
    pairs = list(wanted)
    chains = _chains(one for one, _kind in pairs)
    return {(one.id, kind): _resolved(one, kind, chains) for one, kind in pairs}


def asked_of(organizations: Sequence[Organization]) -> list[tuple[Organization, list[Organization]]]:
    """Each office that some of `organizations` must submit some kind to, with them; in one query."""
    chains, found = _chains(organizations), {}  # type: ignore[var-annotated]
    for one in organizations:
        asked = {approval.reviewing.id: approval.reviewing for kind in EventKind
                 if (approval := _resolved(one, kind.value, chains)).reviewing}
        for id, office in asked.items():
            found.setdefault(id, (office, []))[1].append(one)
    return list(found.values())


def reviewers_of(reviewing: Organization) -> Sequence[Person]:
    """Those to write to: the office's own reviewers, or, where it has none, those of the nearest office above."""
    held = db.session.execute(
        select(Person, Grant.organization_id).join(Grant, Grant.person_id == Person.id).where(
            Grant.role == Role.REVIEWER.value, Grant.organization_id.in_(_ids(reviewing.path)),
            Person.active.is_(True)).order_by(Person.id)).all()
    for office in reversed(_ids(reviewing.path)):
        if found := [person for person, at in held if at == office]:
            return found
    return []


def _administered(person: Person) -> list[str]:
    return [grant.organization.path for grant in person.grants if grant.role == Role.ADMINISTRATOR.value]


Chains = dict[int, tuple[Organization, list[PublishingRule]]]


def _chains(organizations: Iterable[Organization]) -> Chains:
    """Each office on the way up from these, with its rules."""
    ids = sorted({id for one in organizations for id in _ids(one.path)})
    office = aliased(Organization)
    found: Chains = {}
    rows: Sequence[Row[tuple[Organization, PublishingRule | None]]] = db.session.execute(
        select(office, PublishingRule).outerjoin(PublishingRule, PublishingRule.organization_id == office.id)
        .where(office.id.in_(ids)).options(joinedload(office.region))).all()
    for organization, rule in rows:
        rules = found.setdefault(organization.id, (organization, []))[1]
        if rule is not None:
            rules.append(rule)
    return found


def _resolved(organization: Organization, kind: str, chains: Chains) -> Approval:
    way_up = [chains[id] for id in reversed(_ids(organization.path))]
    fitting = [(bool(rule.kind), -distance, bool(rule.level), rule.reviewer)
               for distance, (_office, rules) in enumerate(way_up) for rule in rules if rule.fits(organization, kind)]
    reviewer = Reviewer(max(fitting)[3]) if fitting else Reviewer.SELF
    if reviewer is Reviewer.SELF or len(way_up) == 1:
        return Approval(None)
    return Approval(way_up[1][0] if reviewer is Reviewer.PARENT else way_up[-1][0])


def _ids(path: str) -> list[int]:
    """From the root down."""
    return [int(part) for part in path.split("/") if part]
