"""The event: its columns, its links to tasks and regions, and the queries that have names."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import CheckConstraint, Column, ColumnElement, ForeignKey, Index, Select, String, Table, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Organization, Region, below
from app.db import Base, Model, acting_person
from app.events.figures import Figures, Photo
from app.events.lifecycle import SHOWN, Lifecycle
from app.events.repeating import Repeating
from app.events.sequence import begin
from app.events.sharing import Sharing
from app.events.span import Span
from app.events.submitting import Comment, Submission, Submitting
from app.events.words import AttendanceMode, EventKind, EventState, Part
from app.plans.models import Task
from app.plans.programmes import Programme
from app.plans.registers import RegisterEntry

if TYPE_CHECKING:
    from app.accounts.models import Actor

PUBLIC_STATES = tuple(state.value for state in (
    EventState.PUBLISHED, EventState.POSTPONED, EventState.CANCELLED, EventState.HELD, EventState.CLOSED))

event_task = Table(
    "event_task", Base.metadata,
    Column("event_id", ForeignKey("event.id"), primary_key=True),
    Column("task_id", ForeignKey("task.id"), primary_key=True, index=True),
)

event_host = Table(
    "event_host", Base.metadata,
    Column("event_id", ForeignKey("event.id"), primary_key=True),
    Column("entry_id", ForeignKey("register_entry.id"), primary_key=True, index=True),
)

event_programme = Table(
    "event_programme", Base.metadata,
    Column("event_id", ForeignKey("event.id"), primary_key=True),
    Column("programme_id", ForeignKey("programme.id"), primary_key=True, index=True),
)


class EventRegion(Model):
    """A region the event is for. `share` (per mille) says how a joint event is credited; null: evenly."""

    __tablename__ = "event_region"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True, index=True)
    share: Mapped[int | None]
    region: Mapped[Region] = relationship(lazy="joined")


def new_uid() -> str:
    """Random, stored at creation, never changed; never a row id, for SQLite gives those out again."""
    return f"{secrets.token_hex(12)}@{current_app.config['UID_HOST']}"


class Event(Lifecycle, Submitting, Sharing, Repeating, Model):
    """One node of the tree. Times are a `Span`; a parent with stages or sessions spans whole days."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_state_span", "state", "starts_at", "ends_at", "deleted_at", "revised_at"),
        CheckConstraint("ends_at > starts_at", name="span"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
        CheckConstraint("(parent_id IS NULL) = (part IS NULL)", name="part"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ical_uid: Mapped[str] = mapped_column(String(120), unique=True, default=new_uid)
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    slug: Mapped[str | None] = mapped_column(String(80), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    parent: Mapped[Event | None] = relationship(
        remote_side="Event.id", foreign_keys=[parent_id], back_populates="parts")
    parts: Mapped[list[Event]] = relationship(
        back_populates="parent", foreign_keys=[parent_id], order_by="Event.starts_at, Event.id")
    part: Mapped[str | None] = mapped_column(String(12))
    position: Mapped[int] = mapped_column(default=0)
    # Last year's, of which this is the shell.
    source_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True, default=acting_person)  # null: by no person

    kind: Mapped[str] = mapped_column(String(16), index=True)
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    is_all_day: Mapped[bool] = mapped_column(default=False)
    zone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    announced_starts_at: Mapped[datetime | None]  # what the public was told before the last move
    location: Mapped[str] = mapped_column(String(200), default="")
    online_url: Mapped[str] = mapped_column(String(500), default="")
    speaker: Mapped[str] = mapped_column(String(120), default="")
    audience: Mapped[str] = mapped_column(String(200), default="")
    contact: Mapped[str] = mapped_column(String(120), default="")
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    organization: Mapped[Organization] = relationship()
    tasks: Mapped[list[Task]] = relationship(secondary=event_task, order_by=Task.position)
    hosts: Mapped[list[RegisterEntry]] = relationship(secondary=event_host, order_by=RegisterEntry.name)
    programmes: Mapped[list[Programme]] = relationship(secondary=event_programme, order_by=Programme.name)
    in_regions: Mapped[list[EventRegion]] = relationship(
        cascade="all, delete-orphan", order_by="EventRegion.region_code")

    takes_enrolments: Mapped[bool] = mapped_column(default=False)
    capacity: Mapped[int | None]
    signup_closes_at: Mapped[datetime | None]
    is_for_children: Mapped[bool] = mapped_column(default=False)  # under fourteen: a guardian must consent (PIPL 31)
    credit_hours: Mapped[int | None]  # in tenths of an hour, so that 3.5 学时 is exact
    advance_count: Mapped[int | None]  # how many a competition's stage lets through

    state: Mapped[str] = mapped_column(String(12), default=EventState.DRAFT.value)
    reason: Mapped[str] = mapped_column(String(300), default="")
    returned_reason: Mapped[str] = mapped_column(String(300), default="")
    version: Mapped[int] = mapped_column(default=1)  # for stale forms
    sequence: Mapped[int] = mapped_column(default=0)
    schedule_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    revised_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    unpublished_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    figures: Mapped[Figures | None] = relationship(back_populates="event", cascade="all, delete-orphan")
    figures_confirmed_at: Mapped[datetime | None]
    submission: Mapped[Submission | None] = relationship(cascade="all, delete-orphan")
    comments: Mapped[list[Comment]] = relationship(order_by=Comment.id, cascade="all, delete-orphan")
    photos: Mapped[list[Photo]] = relationship(
        back_populates="event", order_by="Photo.added_at", cascade="all, delete-orphan")

    @classmethod
    def draft(cls, *, kind: EventKind, title: str, span: Span, organization: Organization,
              as_of: datetime, **fields: Any) -> Event:
        """A new draft; nothing is public yet and nobody is told."""
        regions = fields.pop("regions", [organization.region])
        event = cls(kind=kind.value, title=title, organization=organization, created_at=as_of,
                    revised_at=as_of, state=EventState.DRAFT.value, version=1,
                    schedule_version=0, ical_uid=new_uid(), **fields)
        begin(event, as_of)
        event.span, event.regions = span, regions
        return event

    @classmethod
    def scoped(cls, actor: Actor) -> Select[Event]:
        """Those of the organizations in which the actor's role reaches."""
        return (select(cls).join(cls.organization).where(below(actor.paths), cls.deleted_at.is_(None))
                .order_by(cls.starts_at, cls.id))

    @classmethod
    def public(cls) -> Select[Event]:
        """What anybody may see: published, postponed, cancelled, held and closed ones."""
        return select(cls).where(cls.state.in_(PUBLIC_STATES), cls.deleted_at.is_(None))

    @classmethod
    def campaigns_open_to(cls, actor: Actor) -> Select[Event]:
        """Those under which the actor may put an item: his own, and what offices above his announced."""
        above = {int(part) for path in actor.paths for part in path.strip("/").split("/") if part}
        own = cls.state.not_in((EventState.CANCELLED.value, EventState.CLOSED.value)) & below(actor.paths)
        announced = cls.state.in_((EventState.PUBLISHED.value, EventState.HELD.value)) & (
            cls.organization_id.in_(sorted(above)))
        return select(cls).join(cls.organization).where(
            cls.kind == EventKind.CAMPAIGN.value, cls.parent_id.is_(None), cls.deleted_at.is_(None), own | announced)

    @classmethod
    def countable(cls) -> Select[Event]:
        """What counts or may come to count: no draft, nothing cancelled."""
        return select(cls).where(
            cls.state.in_((EventState.PUBLISHED.value, EventState.POSTPONED.value, EventState.HELD.value,
                           EventState.CLOSED.value)),
            cls.deleted_at.is_(None), cls.on_its_own())

    @classmethod
    def on_its_own(cls) -> ColumnElement[bool]:
        """No stage or session: those are their parent's own days, and count for nothing."""
        return cls.part.is_(None) | cls.part.in_((Part.ITEM.value, Part.ISSUE.value))

    @classmethod
    def done(cls) -> Select[Event]:
        """What counts: held or closed, figures confirmed, and no stage or session."""
        return cls.countable().where(
            cls.state.in_((EventState.HELD.value, EventState.CLOSED.value)), cls.figures_confirmed_at.is_not(None))

    @classmethod
    def announced(cls) -> Select[Event]:
        """Published or postponed, and one that would count when held."""
        return cls.countable().where(cls.state.in_((EventState.PUBLISHED.value, EventState.POSTPONED.value)))

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at, self.is_all_day, self.zone)

    @span.setter
    def span(self, span: Span) -> None:
        self.starts_at, self.ends_at = span.starts_at, span.ends_at
        self.is_all_day, self.zone = span.is_all_day, span.zone

    @property
    def regions(self) -> list[Region]:
        return [one.region for one in self.in_regions]

    @regions.setter
    def regions(self, regions: list[Region]) -> None:
        kept = {one.region_code: one for one in self.in_regions}
        self.in_regions = [kept.get(region.code) or EventRegion(region_code=region.code, region=region)
                           for region in sorted(regions, key=lambda one: one.code)]

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC_STATES

    @property
    def was_entered_afterwards(self) -> bool:
        """Nobody announced it: when it was written down it had begun."""
        return self.created_at >= self.starts_at

    @property
    def shown_parts(self) -> list[Event]:
        """The parts that make it what it is: of a public event only public ones, for a day that is a draft or
        waits for a reviewer changes nothing that people see."""
        return [part for part in self.parts if part.deleted_at is None and (part.is_public or not self.is_public)]

    @property
    def attendance_mode(self) -> AttendanceMode:
        if self.online_url and self.location:
            return AttendanceMode.MIXED
        return AttendanceMode.ONLINE if self.online_url else AttendanceMode.OFFLINE

    @property
    def is_counted(self) -> bool:
        """As `done()` asks: of a stage or session it is the parent that counts."""
        return self._is_held and self.figures_confirmed_at is not None

    @property
    def awaits_confirmation(self) -> bool:
        """Held, and its figures are still to be looked at by the reviewer."""
        return self._is_held and self.figures_confirmed_at is None

    @property
    def _is_held(self) -> bool:
        return self.state in (EventState.HELD, EventState.CLOSED)

    def has_started(self, as_of: datetime) -> bool:
        return self.starts_at <= as_of

    def is_over(self, as_of: datetime) -> bool:
        return self.ends_at <= as_of

    def takes_enrolments_at(self, as_of: datetime) -> bool:
        """Whether the sign-up form is open; seats are another question."""
        return (self.takes_enrolments and self.state == EventState.PUBLISHED
                and as_of < self.signup_ends_at)

    @property
    def signup_ends_at(self) -> datetime:
        return self.signup_closes_at or self.starts_at

    @property
    def stays_until(self) -> datetime:
        """How long a tombstone stays: end + 30 days, and at least 90 days from the change."""
        return max(self.ends_at + timedelta(days=30), self.revised_at + timedelta(days=90))

    def called(self, language: str) -> str:
        return self.title_en if language == "en" and self.title_en else self.title

    def titled(self, language: str) -> str:
        """A stage or session says of what: “初赛” alone tells a reader nothing."""
        own = self.called(language)
        if self.parent and self.part and Part(self.part).follows_parent:
            return f"{self.parent.called(language)} · {own}"
        return own

    def facts(self) -> dict[str, Any]:
        """What a reader could notice, as plain values: for the audit and for letters of change."""
        words = {name: getattr(self, name) for name in SHOWN}
        return words | {"kind": self.kind, "state": self.state, "reason": self.reason,
                        "starts_at": self.starts_at, "ends_at": self.ends_at, "is_all_day": self.is_all_day,
                        "tasks": [task.code for task in self.tasks],
                        "regions": [one.region_code for one in self.in_regions],
                        "hosts": [one.name for one in self.hosts],
                        "programmes": [one.name for one in self.programmes]}
