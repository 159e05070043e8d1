"""Milestones (节点): what a task without a number goes through, each step with its date and its evidence."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Organization, below
from app.db import Model
from app.files import StoredFile
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task

if TYPE_CHECKING:
    from app.accounts.models import Actor


class Step(enum.StrEnum):
    """The usual way of a recognition, and OTHER for what is none of these."""

    APPLICATION = "application"
    REVIEW = "review"
    ANNOUNCEMENT = "announcement"
    APPROVAL = "approval"
    PLAQUE = "plaque"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {"application": _("申报"), "review": _("评审"), "announcement": _("公示"), "approval": _("批复"),
                "plaque": _("授牌"), "other": _("其他")}[self.value]


class Milestone(Model):
    """One step of a task, due on a day, reached on a day."""

    __tablename__ = "milestone"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    task: Mapped[Task] = relationship()
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id", ondelete="SET NULL"))
    indicator: Mapped[Indicator | None] = relationship()  # which number it adds one to when reached
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)  # who brings it about
    organization: Mapped[Organization] = relationship()
    step: Mapped[str] = mapped_column(String(16), default=Step.OTHER.value)
    title: Mapped[str] = mapped_column(String(160))
    due_on: Mapped[date | None] = mapped_column(index=True)
    reached_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    revised_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    files: Mapped[list[MilestoneFile]] = relationship(
        back_populates="milestone", order_by="MilestoneFile.added_at", cascade="all, delete-orphan")

    @classmethod
    def scoped(cls, actor: Actor) -> Select[Milestone]:
        """Of plans in force: those of next year's wait with their plan."""
        return (select(cls).join(cls.organization).join(cls.task).join(Task.plan)
                .where(below(actor.paths), cls.deleted_at.is_(None), Plan.adopted_at.is_not(None))
                .order_by(cls.due_on, cls.id))

    @classmethod
    def of_plan(cls, plan: Plan) -> Select[Milestone]:
        return (select(cls).join(cls.task).where(Task.plan_id == plan.id, cls.deleted_at.is_(None))
                .order_by(Task.position, cls.due_on, cls.id))

    @classmethod
    def of_task(cls, task: Task) -> Select[Milestone]:
        return select(cls).where(cls.task_id == task.id, cls.deleted_at.is_(None)).order_by(cls.due_on, cls.id)


class MilestoneFile(Model):
    """What shows that the step was taken."""

    __tablename__ = "milestone_file"

    file_id: Mapped[str] = mapped_column(ForeignKey("stored_file.id"), primary_key=True)
    file: Mapped[StoredFile] = relationship(lazy="joined")
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)
    milestone: Mapped[Milestone] = relationship(back_populates="files")
    added_at: Mapped[datetime]
