"""What came of others' calendars: which entry became which event, and what it said when it was last brought in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.places import Organization
from app.db import Model
from app.events.models import Event


class ForeignEntry(Model):
    """`recurrence` is the RECURRENCE-ID, in UTC or a day, or "". `facts` is what it said then: what differs from
    them has changed there, what differs from the event was changed here."""

    __tablename__ = "foreign_entry"
    __table_args__ = (UniqueConstraint("organization_id", "uid", "recurrence"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    uid: Mapped[str] = mapped_column(String(255))
    recurrence: Mapped[str] = mapped_column(String(20))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"), index=True)
    event: Mapped[Event | None] = relationship()
    sequence: Mapped[int] = mapped_column(default=0)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(String(200))
    imported_at: Mapped[datetime]

    @classmethod
    def of(cls, organization: Organization, uids: Iterable[str]) -> Select[ForeignEntry]:
        """What an office has of these UIDs, the events with it."""
        return (select(cls).where(cls.organization_id == organization.id, cls.uid.in_(sorted(set(uids))))
                .options(joinedload(cls.event)))
