"""A participant's enrolment in an event, and the consent it was given under."""

from __future__ import annotations

import base64
import enum
import hashlib
import hmac
import secrets
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.accounts.links import hashed
from app.contact import ERASED
from app.db import Change, Model, note
from app.errors import Refused
from app.events.models import Event
from app.events.words import EventState
from app.signup.contact import Contact, holder_of, masked
from app.signup.guardian import GuardianConsent


class SignupClosed(Refused):
    """No sign-up now: too late, cancelled, postponed, or not for this event at all."""


class EventFull(Refused):
    """The last seat is taken."""

    def __init__(self) -> None:
        super().__init__(_("名额刚刚满了，没有报上。可以看看别的场次。"))


class AlreadyEnrolled(Refused):
    """The same name with the same contact is on the list. Whoever asks may be a stranger: it does not say so."""

    def __init__(self, enrolment: Enrolment) -> None:
        super().__init__(_("报名已登记，请用报名时的凭证链接查看。找不到链接，请联系主办方。"))
        self.enrolment = enrolment


class GuardianMissing(Refused):
    """For a child under fourteen a guardian has to agree."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("这个活动面向未满14周岁的孩子，要有监护人同意才能报名。"))


class TooManyLetters(Refused):
    """More confirmations wait for this address than anybody wants."""

    status = 429

    def __init__(self) -> None:
        super().__init__(_("这个邮箱近来报名太多，请过一小时再试，或改填手机号。"))


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

    @property
    def version(self) -> str:
        """By its date and first digits: other words are another version."""
        return f"{self.first_shown_at:%Y-%m-%d}-{self.digest[:6]}"


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
    holder: Mapped[str] = mapped_column(String(64), default="", index=True)  # follows mailbox and name
    unit: Mapped[str] = mapped_column(String(120), default="")
    language: Mapped[str] = mapped_column(String(8), default="zh")
    state: Mapped[str] = mapped_column(String(12), default=EnrolmentState.ENROLLED.value)
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    salt: Mapped[str] = mapped_column(String(32))  # the ticket's token is derived from it and SECRET_KEY
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    consent_id: Mapped[int] = mapped_column(ForeignKey("consent_text.id"))
    consent: Mapped[ConsentText] = relationship()
    consented_at: Mapped[datetime]
    guardian: Mapped[GuardianConsent | None] = relationship(
        back_populates="enrolment", cascade="all, delete-orphan")
    enrolled_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    sequence_mailed: Mapped[int | None]  # the event's sequence in the last calendar part sent
    erased_at: Mapped[datetime | None]  # since then it counts, and tells of nobody

    @validates("email", "name_key")
    def _hold(self, name: str, value: str) -> str:
        told = {"email": self.email or "", "name_key": self.name_key or "", name: value}
        self.holder = holder_of(told["email"], told["name_key"])
        return value

    @classmethod
    def attending(cls) -> Select[Enrolment]:
        return select(cls).where(cls.state == EnrolmentState.ENROLLED.value)

    @classmethod
    def attending_event(cls, event_id: int) -> Select[Enrolment]:
        """Those who can be named and told; who was erased only counts (`seats_taken`)."""
        return (cls.attending().where(cls.event_id == event_id, cls.erased_at.is_(None))
                .order_by(cls.enrolled_at, cls.id))

    @classmethod
    def seats_taken(cls, event_id: int) -> Select[int]:
        return select(func.count()).select_from(cls).where(
            cls.event_id == event_id, cls.state == EnrolmentState.ENROLLED.value)

    @classmethod
    def with_token(cls, token: str) -> Select[Enrolment]:
        return select(cls).where(cls.token_hash == hashed(token))

    @classmethod
    def of_person(cls, event_id: int, contact: str, name_key: str) -> Select[Enrolment]:
        return select(cls).where(cls.event_id == event_id, cls.contact == contact, cls.name_key == name_key)

    @classmethod
    def known_of(cls, event_id: int) -> Select[Enrolment]:
        """Those of an event, withdrawn or not, of whom we still know who they are."""
        return select(cls).where(cls.event_id == event_id, cls.erased_at.is_(None)).order_by(cls.id)

    @classmethod
    def of_mailbox(cls, event_id: int, email: str) -> Select[Enrolment]:
        """Those who still attend and are reached at one address."""
        return cls.attending_event(event_id).where(cls.email == email)

    def seal(self) -> None:
        """A ticket of its own: only the salt and the token's hash are kept."""
        self.salt = secrets.token_hex(16)
        self.token_hash = hashed(self.token)

    @property
    def token(self) -> str:
        """Derived and never stored, so that a letter can tell the ticket's address again."""
        key = str(current_app.config["SECRET_KEY"]).encode()
        drawn = hmac.new(key, f"ticket:{self.salt}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(drawn).rstrip(b"=").decode()

    @property
    def ticket_url(self) -> str:
        return f"{current_app.config['BASE_URL']}/t/{self.token}"

    @property
    def masked_contact(self) -> str:
        return masked(self.contact)

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None

    @property
    def is_attending(self) -> bool:
        return self.state == EnrolmentState.ENROLLED

    def can_withdraw(self, as_of: datetime) -> bool:
        return self.is_attending and self.event.state != EventState.CANCELLED and (
            not self.event.is_over(as_of) or self.event.state == EventState.POSTPONED)

    def withdraw(self, as_of: datetime) -> None:
        """Gives the seat back. Safe to call twice."""
        if self.state == EnrolmentState.WITHDRAWN:
            return
        if not self.can_withdraw(as_of):
            raise SignupClosed(_("活动已经结束或取消，不用再取消报名。"))
        self.state, self.withdrawn_at = EnrolmentState.WITHDRAWN.value, as_of
        self.record("withdrawn", as_of, before=EnrolmentState.ENROLLED.value)

    def agree_for_child(self, guardian: str, words: ConsentText, as_of: datetime) -> None:
        """A guardian's consent, beside the one of whoever fills in the form."""
        self.guardian = self.guardian or GuardianConsent()
        self.guardian.name, self.guardian.consent, self.guardian.consented_at = guardian, words, as_of

    def correct(self, as_of: datetime, *, name: str, name_key: str, contact: Contact, unit: str,
                guardian: str = "") -> None:
        """Other words for the same person."""
        before = self._personal
        if self.guardian and guardian:
            self.guardian.name = guardian
        self.name, self.name_key, self.unit = name, name_key, unit
        self.email, self.mobile, self.contact = contact.email, contact.mobile, contact.key
        if self._personal != before:
            note(Change(self, "corrected", as_of, after={"event": self.event_id}, personal={
                **{f"old_{field}": value for field, value in before.items()}, **self._personal}))

    def become_nobody(self, as_of: datetime) -> None:
        """Keeps what counts and forgets whom: before the event's end the seat is free again."""
        before = self.state
        if self.can_withdraw(as_of):
            self.state, self.withdrawn_at = EnrolmentState.WITHDRAWN.value, as_of
        self.name = self.email = self.mobile = self.unit = ""
        self.contact, self.name_key, self.form_key = f"{ERASED}{self.id}", str(self.id), None
        if self.guardian:
            self.guardian.name = ""
        self.erased_at = as_of
        self.seal()  # the old ticket opens nothing any more
        note(Change(self, "erased", as_of, before={"state": before},
                    after={"state": self.state, "event": self.event_id}))

    @property
    def _personal(self) -> dict[str, str]:
        told = {"name": self.name, "contact": self.contact, "unit": self.unit}
        return told | {"guardian": self.guardian.name} if self.guardian else told

    def record(self, what: str, as_of: datetime, before: str = "") -> None:
        note(Change(self, what, as_of, before={"state": before} if before else {},
                    after={"state": self.state, "event": self.event_id},
                    personal=self._personal))
