"""People who sign in, the roles they hold and where."""

from __future__ import annotations

import enum
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_security import UserMixin
from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, aliased, contains_eager, mapped_column, relationship

from app.accounts.browsers import WebSession
from app.accounts.links import SignInLink
from app.accounts.places import Organization, below
from app.db import Change, Model, note
from app.errors import Refused


class Role(enum.StrEnum):
    ADMINISTRATOR = "administrator"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"
    PLANNER = "planner"
    ORGANIZER = "organizer"
    REVIEWER = "reviewer"
    LEADER = "leader"

    @property
    def label(self) -> str:
        return {"administrator": _("管理员"), "security_admin": _("安全管理员"), "auditor": _("审计员"),
                "planner": _("计划管理"), "organizer": _("经办人"), "reviewer": _("审核人"),
                "leader": _("领导")}[self.value]


# GB/T 22239-2019: who keeps the system, who guards it and who checks on both are three people.
SEPARATE = frozenset({Role.ADMINISTRATOR, Role.SECURITY_ADMIN, Role.AUDITOR})


class RolesApart(Refused):
    """Two roles that one person may not hold together."""

    def __init__(self) -> None:
        super().__init__(_("管理员、安全管理员、审计员要由三个人分别担任，不能给同一个人。"))


class Person(Model, UserMixin):
    """Somebody on the staff. `fs_uniquifier` and `active` are Flask-Security's words."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)  # type: ignore[assignment]
    mobile: Mapped[str | None] = mapped_column(String(20), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    organization: Mapped[Organization] = relationship()
    language: Mapped[str] = mapped_column(String(8), default="zh")
    invited_at: Mapped[datetime | None]
    last_signed_in_at: Mapped[datetime | None]
    deactivated_at: Mapped[datetime | None]
    grants: Mapped[list[Grant]] = relationship(
        back_populates="person", lazy="selectin", cascade="all, delete-orphan")

    @classmethod
    def with_email(cls, address: str) -> Select[Person]:
        return select(cls).where(cls.email == address.strip().lower())

    @classmethod
    def with_mobile(cls, number: str) -> Select[Person]:
        return select(cls).where(cls.mobile == number)

    @classmethod
    def scoped(cls, actor: Actor) -> Select[Person]:
        """Those whose unit, or a role of whom, lies where the actor's role reaches; in the tree's order."""
        unit = aliased(Organization)
        holders = select(Grant.person_id).join(Grant.organization).where(below(actor.paths))
        units = select(Organization.id).where(below(actor.paths))
        return (select(cls).join(unit, unit.id == cls.organization_id)
                .where(cls.organization_id.in_(units) | cls.id.in_(holders))
                .options(contains_eager(cls.organization.of_type(unit))).order_by(unit.path, cls.name, cls.id))

    @classmethod
    def invite(cls, *, name: str, email: str | None, role: Role, organization: Organization,
               as_of: datetime, mobile: str | None = None) -> Person:
        """A new person holding one role. The one-time link is made apart: `SignInLink.issue`."""
        person = cls(name=name, email=email.strip().lower() if email else None, mobile=mobile or None, active=True,
                     organization=organization, fs_uniquifier=secrets.token_hex(32), language="zh",
                     invited_at=as_of)
        person.grants = [Grant(role=role.value, organization=organization)]
        note(Change(person, "invited", as_of, after={"role": role.value, "organization": organization.name},
                    personal={"name": name, "email": email or "", "mobile": mobile or ""}))
        return person

    def lies_within(self, actor: Actor) -> bool:
        """Unit and every role: nobody manages somebody who also stands above him."""
        return actor.reaches(self.organization) and all(actor.reaches(one.organization) for one in self.grants)

    def holds(self, role: Role, organization: Organization) -> Grant | None:
        return next((one for one in self.grants
                     if one.role == role and one.organization.id == organization.id), None)

    def may_hold(self, roles: Iterable[Role]) -> bool:
        """Beside those he has: of the three that are kept apart nobody gets a second."""
        wanted, held = SEPARATE & set(roles), SEPARATE & {Role(one.role) for one in self.grants}
        return not wanted or len(wanted | held) < 2

    def give(self, role: Role, organization: Organization, as_of: datetime) -> None:
        """Another role at a place of the tree. Safe to call twice."""
        if self.holds(role, organization):
            return
        if not self.may_hold([role]):
            raise RolesApart
        self.grants.append(Grant(role=role.value, organization=organization))
        note(Change(self, "role_given", as_of, after={"role": role.value, "organization": organization.name}))

    def take(self, grant: Grant, as_of: datetime) -> None:
        """Takes a role away again."""
        self.grants.remove(grant)
        note(Change(self, "role_taken", as_of,
                    before={"role": grant.role, "organization": grant.organization.name}))

    def correct(self, as_of: datetime, *, name: str, email: str | None, mobile: str | None,
                organization: Organization) -> None:
        """What was written wrongly, or has changed. Links went to the old address: they open nothing any more."""
        was = {"name": self.name, "email": self.email or "", "mobile": self.mobile or ""}
        said = {"name": name, "email": email or "", "mobile": mobile or ""}
        unit = self.organization.name
        if (was, unit) == (said, organization.name):
            return
        self.name, self.email, self.mobile, self.organization = name, email or None, mobile or None, organization
        if (was["email"], was["mobile"]) != (said["email"], said["mobile"]):
            self.end_access(as_of)
        note(Change(self, "corrected", as_of, before={"organization": unit},
                    after={"organization": organization.name},
                    personal=said | {f"{key}_before": value for key, value in was.items()}))

    def end_access(self, as_of: datetime) -> None:
        """Signs every browser out and spends every link."""
        WebSession.end_all(self.id, as_of)
        SignInLink.end_all(self.id, as_of)

    def deactivate(self, as_of: datetime) -> None:
        """Cannot sign in any more; what he did stays under his name."""
        if not self.active:
            return
        self.active, self.deactivated_at = False, as_of
        self.end_access(as_of)
        note(Change(self, "deactivated", as_of))

    def reactivate(self, as_of: datetime) -> None:
        if self.active:
            return
        self.active, self.deactivated_at = True, None
        note(Change(self, "reactivated", as_of))

    # Flask-Security's idea of roles is flat; ours are grants at a place in the tree.
    roles = ()  # type: ignore[assignment]


class Grant(Model):
    """One role at one organization, reaching down its tree."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "organization_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship(back_populates="grants")
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    organization: Mapped[Organization] = relationship(lazy="joined")
    role: Mapped[str] = mapped_column(String(24))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, and the parts of the tree in which a role that this route allows reaches.

    Made by the door of a route (`access.allowed`); every `scoped(actor)` narrows by `paths`.
    """

    person: Person
    roles: frozenset[Role]
    paths: frozenset[str]

    @classmethod
    def of(cls, person: Person, roles: frozenset[Role]) -> Actor:
        held = [grant for grant in person.grants if Role(grant.role) in roles]
        return cls(person, frozenset(Role(grant.role) for grant in held),
                   frozenset(grant.organization.path for grant in held))

    def reaches(self, organization: Organization) -> bool:
        return any(organization.path.startswith(path) for path in self.paths)
