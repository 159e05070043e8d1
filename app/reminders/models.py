"""A rule says how long before what; an occurrence is its firing for one event's present time."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Model, db
from app.events.models import Event
from app.reminders.moments import Dates
from app.reminders.rules import Lead, LeadUnit, ReminderRule

__all__ = ["Heartbeat", "Lead", "LeadUnit", "Occurrence", "OccurrenceState", "ReminderRule"]


class OccurrenceState(enum.StrEnum):
    OPEN = "open"
    EXPANDING = "expanding"
    EXPANDED = "expanded"
    DONE = "done"
    CANCELLED = "cancelled"
    MISSED = "missed"


class Occurrence(Model):
    """One firing. A move of the event re-dates it while open, or makes the next `seq` once letters exist."""

    __tablename__ = "reminder_occurrence"
    __table_args__ = (
        UniqueConstraint("rule_id", "anchor_key", "seq"),
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
    anchor_key: Mapped[str] = mapped_column(String(40), index=True)  # event:7, milestone:3, task:12
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))  # where it is an event's, to be joined
    event: Mapped[Event | None] = relationship()
    seq: Mapped[int] = mapped_column(default=0)
    schedule_version: Mapped[int]
    due_at: Mapped[datetime]
    useful_until: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default=OccurrenceState.OPEN.value)
    cursor: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(String(300), default="")

    @classmethod
    def of(cls, rule: ReminderRule, key: str, stamp: int, wanted: Dates,
           after: Occurrence | None = None) -> Occurrence:
        """The next firing of `rule` for the thing called `key` in the state that `stamp` names."""
        kind, _colon, id = key.partition(":")
        return cls(rule=rule, anchor_key=key, event_id=int(id) if kind == "event" else None,
                   seq=after.seq + 1 if after else 0, schedule_version=stamp, due_at=wanted.due_at,
                   useful_until=wanted.useful_until, state=OccurrenceState.OPEN.value, cursor=0, reason="")

    @classmethod
    def of_rule(cls, rule_id: int) -> Select[Occurrence]:
        """Newest first."""
        return select(cls).where(cls.rule_id == rule_id).order_by(cls.seq.desc())

    @classmethod
    def of_thing(cls, key: str) -> Select[Occurrence]:
        """Every rule's firings, the newest of each rule last."""
        return select(cls).where(cls.anchor_key == key).order_by(cls.rule_id, cls.seq)

    @classmethod
    def earlier_of(cls, one: Occurrence) -> Select[Occurrence]:
        """Firings of the same rule for the same moment: one was broken off when only the place changed."""
        return select(cls).where(cls.rule_id == one.rule_id, cls.anchor_key == one.anchor_key,
                                 cls.due_at == one.due_at, cls.seq < one.seq)

    @classmethod
    def of_the_same(cls, one: Occurrence) -> Select[Occurrence]:
        """Firings of other rules for the same thing, anchor, direction and audience."""
        rule = one.rule
        return (select(cls).join(cls.rule).where(
            cls.anchor_key == one.anchor_key, cls.id != one.id, ReminderRule.anchor == rule.anchor,
            ReminderRule.audience == rule.audience, ReminderRule.is_after.is_(rule.is_after),
            ReminderRule.letter == rule.letter))

    @classmethod
    def overdue(cls, as_of: datetime) -> Select[Occurrence]:
        return cls.waiting().where(cls.useful_until <= as_of)

    @classmethod
    def of_plans(cls, until: datetime) -> Select[Occurrence]:
        """Of milestones and tasks."""
        return cls.waiting().where(cls.event_id.is_(None), cls.due_at < until)

    @classmethod
    def waiting(cls) -> Select[Occurrence]:
        return select(cls).where(cls.state.in_((OccurrenceState.OPEN.value, OccurrenceState.EXPANDING.value)))

    @classmethod
    def due(cls, as_of: datetime) -> Select[Occurrence]:
        return cls.waiting().where(cls.due_at <= as_of).order_by(cls.due_at, cls.id)

    @classmethod
    def newest_due(cls, as_of: datetime) -> Select[Occurrence]:
        """After an outage what was due last comes first: it helps longest."""
        return cls.due(as_of).order_by(None).order_by(cls.due_at.desc(), cls.id.desc())

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
