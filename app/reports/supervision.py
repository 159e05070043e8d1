"""Supervision slips (督办单): the facts prepared, sent by a person, closed when the fact is there."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.accounts.places import Organization, below
from app.db import Model
from app.events.models import Event
from app.plans.milestones import Milestone
from app.plans.models import Task

if TYPE_CHECKING:
    from app.accounts.models import Actor


class SlipCause(enum.StrEnum):
    """What is missing; each is closed by its own fact."""

    NOTHING_SCHEDULED = "nothing_scheduled"
    BEHIND = "behind"
    FIGURES = "figures"
    RETURN = "return"
    MILESTONE = "milestone"

    @property
    def label(self) -> str:
        return {"nothing_scheduled": _("任务没有安排活动"), "behind": _("进度落后"), "figures": _("办完没有登记人数"),
                "return": _("月报没有报"), "milestone": _("节点过期")}[self.value]


class SlipState(enum.StrEnum):
    PREPARED = "prepared"
    SENT = "sent"
    CLOSED = "closed"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        return {"prepared": _("待发"), "sent": _("已发，待办"), "closed": _("已办结"),
                "dropped": _("不发了")}[self.value]


class SupervisionSlip(Model):
    """One slip to one office about one thing."""

    __tablename__ = "supervision_slip"
    __table_args__ = (
        CheckConstraint("state IN ('prepared','sent','closed','dropped')", name="state"),
        UniqueConstraint("sender_id", "year", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)  # to whom
    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    sender_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))  # from whom
    sender: Mapped[Organization] = relationship(foreign_keys=[sender_id])
    cause: Mapped[str] = mapped_column(String(20))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    task: Mapped[Task | None] = relationship()
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    event: Mapped[Event | None] = relationship()
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id"))
    milestone: Mapped[Milestone | None] = relationship()
    month: Mapped[date | None]
    facts: Mapped[list[Any]] = mapped_column(JSON, default=list)  # sentences, as they were when prepared
    words: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date]
    year: Mapped[int | None]  # with its number what a slip goes by: 督办〔2026〕3号, the sender's third of that year
    number: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(12), default=SlipState.PREPARED.value, index=True)
    prepared_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sent_by: Mapped[Person | None] = relationship(foreign_keys=[sent_by_id])
    closed_at: Mapped[datetime | None]
    closing_fact: Mapped[str] = mapped_column(String(300), default="")
    version: Mapped[int] = mapped_column(default=1)

    @classmethod
    def scoped(cls, actor: Actor) -> Select[SupervisionSlip]:
        """Those sent to, or prepared for, the organizations in which the actor's role reaches."""
        return (select(cls).join(cls.organization).where(below(actor.paths))
                .order_by(cls.state, cls.due_on, cls.id))
