"""A rule says how long before what; an occurrence is its firing for one event's present time."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from flask_babel import ngettext
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.settings import settings_of
from app.db import Model, db
from app.events.models import Event


class Anchor(enum.StrEnum):
    START = "start"


class LeadUnit(enum.StrEnum):
    """Calendar days keep the wall time of the event's zone; hours are elapsed time."""

    DAYS = "days"
    HOURS = "hours"


class Audience(enum.StrEnum):
    ENROLLED = "enrolled"


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before: 3d, 1h."""

    amount: int
    unit: LeadUnit

    @classmethod
    def of(cls, word: str) -> Lead:
        return cls(int(word[:-1]), LeadUnit.DAYS if word.endswith("d") else LeadUnit.HOURS)

    @property
    def minutes(self) -> int:
        return self.amount * (1440 if self.unit is LeadUnit.DAYS else 60)

    def useful_for(self, following: int) -> int:
        """Minutes for which it helps: until the next reminder would come, and to be read two hours ahead if it
        was to come earlier than that."""
        spare = 120 if self.minutes > 120 else 0
        return self.minutes - max(spare, following)


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

    @property
    def label(self) -> str:
        if self.lead_unit == LeadUnit.DAYS:
            return ngettext("前 %(num)d 天", "前 %(num)d 天", self.lead_amount)
        return ngettext("前 %(num)d 小时", "前 %(num)d 小时", self.lead_amount)

    @classmethod
    def of_event(cls, event_id: int) -> Select[ReminderRule]:
        return select(cls).where(cls.event_id == event_id).order_by(cls.id)

    @classmethod
    def defaults(cls, event: Event, as_of: datetime) -> list[ReminderRule]:
        """What publishing switches on: as the event's office has set, else a day and an hour before."""
        leads = sorted(map(Lead.of, settings_of(event.organization).reminder_leads), key=lambda one: -one.minutes)
        following = [*(one.minutes for one in leads[1:]), 0]
        return [cls(event_id=event.id, anchor=Anchor.START.value, lead_amount=lead.amount, lead_unit=lead.unit.value,
                    audience=Audience.ENROLLED.value, is_enabled=True, useful_for=lead.useful_for(after),
                    effective_from=as_of) for lead, after in zip(leads, following, strict=True)]


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
    def of(cls, rule: ReminderRule, event: Event, due_at: datetime, useful_until: datetime,
           after: Occurrence | None = None) -> Occurrence:
        """The next firing of `rule`."""
        return cls(rule_id=rule.id, event_id=event.id, seq=after.seq + 1 if after else 0,
                   schedule_version=event.schedule_version, due_at=due_at, useful_until=useful_until,
                   state=OccurrenceState.OPEN.value, cursor=0, reason="")

    @classmethod
    def of_rule(cls, rule_id: int) -> Select[Occurrence]:
        """Newest first."""
        return select(cls).where(cls.rule_id == rule_id).order_by(cls.seq.desc())

    @classmethod
    def earlier_of(cls, one: Occurrence) -> Select[Occurrence]:
        """Firings of the same rule for the same moment: one was broken off when only the place changed."""
        return select(cls).where(cls.rule_id == one.rule_id, cls.due_at == one.due_at, cls.seq < one.seq)

    @classmethod
    def overdue(cls, as_of: datetime) -> Select[Occurrence]:
        return cls.waiting().where(cls.useful_until <= as_of)

    @classmethod
    def upcoming(cls, events: Select[int], until: datetime) -> Select[Occurrence]:
        return (cls.waiting().where(cls.event_id.in_(events), cls.due_at <= until)
                .order_by(cls.due_at, cls.id))

    @classmethod
    def waiting(cls) -> Select[Occurrence]:
        return select(cls).where(cls.state.in_((OccurrenceState.OPEN.value, OccurrenceState.EXPANDING.value)))

    @classmethod
    def due(cls, as_of: datetime) -> Select[Occurrence]:
        return cls.waiting().where(cls.due_at <= as_of).order_by(cls.due_at, cls.id)

    @property
    def cause(self) -> str:
        """What its letters say they were written for."""
        return f"reminder:{self.id}"

    @property
    def is_waiting(self) -> bool:
        return self.state in (OccurrenceState.OPEN, OccurrenceState.EXPANDING)

    @property
    def is_over(self) -> bool:
        return self.state in (OccurrenceState.CANCELLED, OccurrenceState.MISSED)

    def date(self, due_at: datetime, useful_until: datetime, schedule_version: int) -> None:
        self.due_at, self.useful_until, self.schedule_version = due_at, useful_until, schedule_version

    def cancel(self, reason: str) -> None:
        self.state, self.reason = OccurrenceState.CANCELLED.value, reason

    def miss(self, reason: str) -> None:
        self.state, self.reason = OccurrenceState.MISSED.value, reason


class Heartbeat(Model):
    """When a part of the machine was last seen alive, and by which process it was held."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]

    @classmethod
    def beat(cls, name: str, owner: str, at: datetime) -> None:
        """Notes that `owner` was alive."""
        heart = db.session.get(cls, name)
        if heart is None:
            db.session.add(cls(name=name, owner=owner, at=at))
        else:
            heart.owner, heart.at = owner, at
