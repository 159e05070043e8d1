"""A rule says how long before what; an occurrence is its firing for one event's present time."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Model
from app.events.models import Event


class Anchor(enum.StrEnum):
    START = "start"


class LeadUnit(enum.StrEnum):
    """Calendar days keep the wall time of the event's zone; hours are elapsed time."""

    DAYS = "days"
    HOURS = "hours"


class Audience(enum.StrEnum):
    ENROLLED = "enrolled"


class OccurrenceState(enum.StrEnum):
    OPEN = "open"
    EXPANDING = "expanding"
    EXPANDED = "expanded"
    DONE = "done"
    CANCELLED = "cancelled"
    MISSED = "missed"


class ReminderRule(Model):
    """A standing order for one event: remind `audience` so long before `anchor`."""

    __tablename__ = "reminder_rule"
    __table_args__ = (UniqueConstraint("event_id", "anchor", "lead_amount", "lead_unit", "audience"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    event: Mapped[Event] = relationship()
    anchor: Mapped[str] = mapped_column(String(16), default=Anchor.START.value)
    lead_amount: Mapped[int]
    lead_unit: Mapped[str] = mapped_column(String(8))
    audience: Mapped[str] = mapped_column(String(16), default=Audience.ENROLLED.value)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    useful_for: Mapped[int]  # minutes after its due time during which it still helps
    effective_from: Mapped[datetime]


class Occurrence(Model):
    """One firing. A move of the event re-dates it while open, or makes the next `seq` once letters exist."""

    __tablename__ = "reminder_occurrence"
    __table_args__ = (
        UniqueConstraint("rule_id", "seq"),
        Index("ix_reminder_occurrence_due", "due_at",
              postgresql_where=text("state IN ('open','expanding')"),
              sqlite_where=text("state IN ('open','expanding')")),
        Index("ix_reminder_occurrence_event", "event_id"),
        CheckConstraint("state IN ('open','expanding','expanded','done','cancelled','missed')", name="state"),
        CheckConstraint("state != 'missed' OR reason != ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(ForeignKey("reminder_rule.id"))
    rule: Mapped[ReminderRule] = relationship()
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    event: Mapped[Event] = relationship()
    seq: Mapped[int] = mapped_column(default=0)
    schedule_version: Mapped[int]
    due_at: Mapped[datetime]
    useful_until: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default=OccurrenceState.OPEN.value)
    cursor: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(300), default="")

    @classmethod
    def waiting(cls) -> Select[Occurrence]:
        return select(cls).where(cls.state.in_((OccurrenceState.OPEN.value, OccurrenceState.EXPANDING.value)))

    @classmethod
    def due(cls, as_of: datetime) -> Select[Occurrence]:
        return cls.waiting().where(cls.due_at <= as_of).order_by(cls.due_at, cls.id)


class Heartbeat(Model):
    """When a part of the machine was last seen alive, and by which process it was held."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
