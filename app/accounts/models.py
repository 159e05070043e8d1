"""People who sign in, the roles they hold and where, their links and sessions."""

from __future__ import annotations

import enum
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_security import UserMixin
from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Organization
from app.db import Change, Model, db, note

LINK_LIVES = timedelta(days=7)


class Role(enum.StrEnum):
    ADMINISTRATOR = "administrator"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"
    PLANNER = "planner"
    ORGANIZER = "organizer"
    REVIEWER = "reviewer"
    LEADER = "leader"


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
    grants: Mapped[list[Grant]] = relationship(back_populates="person", lazy="selectin")

    @classmethod
    def with_email(cls, address: str) -> Select[Person]:
        return select(cls).where(cls.email == address.strip().lower())

    @classmethod
    def invite(cls, *, name: str, email: str | None, role: Role, organization: Organization,
               as_of: datetime) -> Person:
        """A new person holding one role. The one-time link is made apart: `SignInLink.issue`."""
        person = cls(name=name, email=email.strip().lower() if email else None, active=True,
                     organization=organization, fs_uniquifier=secrets.token_hex(32), language="zh")
        person.grants = [Grant(role=role.value, organization=organization)]
        note(Change(person, "invited", as_of, after={"role": role.value, "organization": organization.name},
                    personal={"name": name, "email": email or ""}))
        return person

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


class SignInLink(Model):
    """A one-time link: the hash of its token only. Using it signs in once and spends it."""

    __tablename__ = "sign_in_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship()
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    @classmethod
    def issue(cls, person: Person, as_of: datetime) -> tuple[SignInLink, str]:
        """The row to add, and the token to show once."""
        token = secrets.token_urlsafe(32)
        return cls(token_hash=hashed(token), person=person, expires_at=as_of + LINK_LIVES), token

    @classmethod
    def usable(cls, token: str, as_of: datetime) -> Select[SignInLink]:
        return select(cls).where(cls.token_hash == hashed(token), cls.used_at.is_(None),
                                 cls.expires_at > as_of)

    def use(self, as_of: datetime) -> Person:
        self.used_at = as_of
        note(Change(self.person, "signed_in_by_link", as_of))
        return self.person


class WebSession(Model):
    """A signed-in browser: the hash of its opaque id, and what the session holds."""

    __tablename__ = "web_session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    data: Mapped[str] = mapped_column(String(4000))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInFailure(Model):
    """How often signing in failed for one account or address since `since`."""

    __tablename__ = "sign_in_failure"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]


def hashed(token: str) -> str:
    """SHA-256 of a token, 64 hex digits: all that the table knows of it."""
    return hashlib.sha256(token.encode()).hexdigest()


class Installation(Model):
    """One row: what this database is. Demonstration data mark themselves here and on every page."""

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True)
    is_demonstration: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]

    @classmethod
    def is_shown_as_demonstration(cls) -> bool:
        """Whether this database holds demonstration data: then no letter may leave."""
        return bool(db.session.scalar(select(cls.is_demonstration).limit(1)))
