"""One-time links, by which a person signs in or sets a password."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Select, String, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Change, Model, db, note

if TYPE_CHECKING:
    from app.accounts.models import Person

LINK_LIVES = timedelta(days=7)


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

    @classmethod
    def end_all(cls, person_id: int, as_of: datetime) -> None:
        """Links that nobody used open nothing any more."""
        db.session.execute(update(cls).where(cls.person_id == person_id, cls.used_at.is_(None)).values(used_at=as_of))

    def use(self, as_of: datetime) -> Person:
        self.used_at = as_of
        note(Change(self.person, "signed_in_by_link", as_of))
        return self.person


def hashed(token: str) -> str:
    """SHA-256 of a token, 64 hex digits: all that the table knows of it."""
    return hashlib.sha256(token.encode()).hexdigest()
