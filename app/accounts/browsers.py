"""Browsers that are signed in, and signing in that failed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Select, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model, db

if TYPE_CHECKING:
    from app.accounts.models import Person


class WebSession(Model):
    """A signed-in browser: the hash of its opaque id, and what the session holds."""

    __tablename__ = "web_session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    data: Mapped[str] = mapped_column(String(4000))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    idle_minutes: Mapped[int] = mapped_column(default=30)
    address: Mapped[str] = mapped_column(String(45), default="")
    program: Mapped[str] = mapped_column(String(300), default="")

    @classmethod
    def of(cls, person: Person) -> Select[WebSession]:
        """Those not ended, the one last used first; time may have ended some (`sessions.is_alive`)."""
        return (select(cls).where(cls.person_id == person.id, cls.revoked_at.is_(None))
                .order_by(cls.seen_at.desc(), cls.id_hash))

    @classmethod
    def end_all(cls, person_id: int, as_of: datetime, but: str = "") -> None:
        """Every one, or every other: `but` is the hash of the id that stays. What they held is wiped."""
        db.session.execute(update(cls).where(
            cls.person_id == person_id, cls.revoked_at.is_(None), cls.id_hash != but,
        ).values(revoked_at=as_of, data="{}"))

    def end(self, as_of: datetime) -> None:
        self.revoked_at, self.data = as_of, "{}"


class SignInFailure(Model):
    """How often signing in failed for one account or address since `since`."""

    __tablename__ = "sign_in_failure"

    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime]
