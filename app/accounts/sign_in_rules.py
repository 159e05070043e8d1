"""What an office demands of sign-in for its roles, at itself and below: it can only be made stricter further down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Actor, Role
from app.accounts.places import Organization
from app.db import Change, Model, db, note
from app.errors import Refused

PASSWORD_DAYS = (30, 365)
GRADED_PROTECTION_DAYS = 90  # what GB/T 22239-2019 is usually read as; off unless an office wants it


class BadRule(Refused):
    """A rule that cannot be kept."""

    status = 422


class SignInRules(Model):
    """One office's own."""

    __tablename__ = "sign_in_rules"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    organization: Mapped[Organization] = relationship()
    second_factor_roles: Mapped[list[str]] = mapped_column(JSON)
    password_days: Mapped[int | None]

    @property
    def id(self) -> int:
        """The audit's name for it."""
        return self.organization_id

    @classmethod
    def at(cls, ids: set[int]) -> Select[SignInRules]:
        return select(cls).where(cls.organization_id.in_(ids))

    @classmethod
    def of(cls, organization: Organization) -> SignInRules:
        """Its row, made when it has none; for one who means to change it."""
        row = db.session.get(cls, organization.id, with_for_update=True)
        if row is None:
            row = cls(organization=organization, second_factor_roles=[], password_days=None)
            db.session.add(row)
        return row

    def change(self, roles: list[str], password_days: int | None, as_of: datetime) -> None:
        """:raises BadRule: for an age that cannot be."""
        if password_days is not None and not PASSWORD_DAYS[0] <= password_days <= PASSWORD_DAYS[1]:
            raise BadRule(_("要在 %(low)d 到 %(high)d 之间。", low=PASSWORD_DAYS[0], high=PASSWORD_DAYS[1]))
        wanted = sorted({Role(role).value for role in roles})
        before = {"second_factor_roles": self.second_factor_roles, "password_days": self.password_days}
        after = {"second_factor_roles": wanted, "password_days": password_days}
        if before != after:
            self.second_factor_roles, self.password_days = wanted, password_days
            note(Change(self, "changed", as_of, before=before, after=after))


@dataclass(frozen=True, slots=True)
class Demands:
    """What holds for the roles somebody uses just now."""

    second_factor: bool = False
    password_days: int | None = None

    @classmethod
    def on(cls, actor: Actor) -> Demands:
        """In one query: the rules of the offices in which the roles are held, and of all above them."""
        held = [(grant.role, _line(grant.organization)) for grant in actor.person.grants
                if Role(grant.role) in actor.roles]
        rules = {row.organization_id: row
                 for row in db.session.scalars(SignInRules.at({id for _, line in held for id in line}))}
        wanted = [(role, rules[id]) for role, line in held for id in line if id in rules]
        ages = [row.password_days for _, row in wanted if row.password_days]
        return cls(any(role in row.second_factor_roles for role, row in wanted), min(ages, default=None))


def _line(organization: Organization) -> list[int]:
    return [int(part) for part in organization.path.split("/") if part]
