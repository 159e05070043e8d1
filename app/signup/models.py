"""A participant's enrolment in an event, and the consent it was given under."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Model
from app.events.models import Event


class EnrolmentState(enum.StrEnum):
    ENROLLED = "enrolled"
    WAITLISTED = "waitlisted"
    WITHDRAWN = "withdrawn"


class ConsentText(Model):
    """The words consented to, kept as they were shown."""

    __tablename__ = "consent_text"
    __table_args__ = (UniqueConstraint("purpose", "language", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(24))
    language: Mapped[str] = mapped_column(String(8))
    digest: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    first_shown_at: Mapped[datetime]


class Enrolment(Model):
    """One person in one event. One mailbox may enrol several people: unique by event, contact and name."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("event_id", "contact", "name_key"),
        Index("ix_enrolment_event_state", "event_id", "state"),
        CheckConstraint("state IN ('enrolled','waitlisted','withdrawn')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    event: Mapped[Event] = relationship()
    name: Mapped[str] = mapped_column(String(60))
    name_key: Mapped[str] = mapped_column(String(60))  # folded: width, case, spaces
    email: Mapped[str] = mapped_column(String(254), default="")
    mobile: Mapped[str] = mapped_column(String(20), default="")
    contact: Mapped[str] = mapped_column(String(254), index=True)  # the normalised e-mail or mobile number
    unit: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(8), default="zh")
    state: Mapped[str] = mapped_column(String(12), default=EnrolmentState.ENROLLED.value)
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    salt: Mapped[str] = mapped_column(String(32))  # the ticket's token is derived from it and SECRET_KEY
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    consent_id: Mapped[int] = mapped_column(ForeignKey("consent_text.id"))
    consent: Mapped[ConsentText] = relationship()
    consented_at: Mapped[datetime]
    enrolled_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    sequence_mailed: Mapped[int | None]  # the event's sequence in the last calendar part sent

    @classmethod
    def attending(cls) -> Select[Enrolment]:
        return select(cls).where(cls.state == EnrolmentState.ENROLLED.value)

    @classmethod
    def attending_event(cls, event_id: int) -> Select[Enrolment]:
        return cls.attending().where(cls.event_id == event_id).order_by(cls.enrolled_at, cls.id)

    @classmethod
    def seats_taken(cls, event_id: int) -> Select[int]:
        return select(func.count()).select_from(cls).where(
            cls.event_id == event_id, cls.state == EnrolmentState.ENROLLED.value)

    @property
    def is_attending(self) -> bool:
        return self.state == EnrolmentState.ENROLLED
