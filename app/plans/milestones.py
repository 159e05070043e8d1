"""Milestones (节点): what a task without a number goes through, each step with its date and its evidence."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Select, String, Text, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Organization, below
from app.clock import local_day
from app.db import Change, Model, db, note
from app.errors import NotThere, Refused
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

    @property
    def kept(self) -> str:
        """Its label in the language of the data, whoever asks: what a milestone is called for good."""
        with force_locale("zh"):
            return self.label


USUAL = (Step.APPLICATION, Step.REVIEW, Step.ANNOUNCEMENT, Step.APPROVAL, Step.PLAQUE)
SOON = timedelta(days=14)


class AlreadySet(Refused):
    """The task has that very milestone: a form sent twice."""

    def __init__(self, title: str) -> None:
        super().__init__(_("已经有这个节点：%(title)s。", title=title[:60]))


class NotYet(Refused):
    """A day that has not come."""

    status = 422
    field = "on"


class Reached(Refused):
    """What was reached is not taken away as if it had never been."""


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
        return cls._in_force().where(below(actor.paths))

    @classmethod
    def seen_by(cls, actor: Actor) -> Select[Milestone]:
        """Those in reach, and those of the offices above: a county must know by when to apply. They are read-only."""
        above = sorted({int(part) for path in actor.paths for part in path.strip("/").split("/") if part})
        return cls._in_force().where(or_(below(actor.paths), cls.organization_id.in_(above)))

    @classmethod
    def _in_force(cls) -> Select[Milestone]:
        return (select(cls).join(cls.organization).join(cls.task).join(Task.plan)
                .where(cls.deleted_at.is_(None), Plan.adopted_at.is_not(None))
                .order_by(cls.due_on.is_(None), cls.due_on, cls.id))

    @classmethod
    def pressing(cls, actor: Actor, as_of: datetime) -> Select[Milestone]:
        """The actor's that are due within a fortnight, or late."""
        return cls.scoped(actor).where(cls.reached_on.is_(None), cls.due_on <= local_day(as_of) + SOON)

    @classmethod
    def due_between(cls, actor: Actor, first: date, last: date) -> Select[Milestone]:
        """What a calendar shows as deadlines: not reached, due from `first` to `last`, both included."""
        return cls.seen_by(actor).where(cls.reached_on.is_(None), cls.due_on.between(first, last))

    @classmethod
    def marked_between(cls, actor: Actor, first: date, last: date) -> Select[Milestone]:
        """Of those due in the time, what a month shows: not reached, or reached late."""
        return cls.seen_by(actor).where(or_(cls.reached_on.is_(None), cls.reached_on > cls.due_on),
                                        cls.due_on.between(first, last))

    @classmethod
    def of_plan(cls, plan: Plan) -> Select[Milestone]:
        return (select(cls).join(cls.task).where(Task.plan_id == plan.id, cls.deleted_at.is_(None))
                .order_by(Task.position, cls.due_on, cls.id))

    @classmethod
    def of_task(cls, task: Task) -> Select[Milestone]:
        return select(cls).where(cls.task_id == task.id, cls.deleted_at.is_(None)).order_by(
            cls.due_on.is_(None), cls.due_on, cls.id)

    @classmethod
    def planned(cls, task: Task, organization: Organization, as_of: datetime, *, step: Step, title: str = "",
                due_on: date | None = None, indicator: Indicator | None = None) -> Milestone:
        """A step that `organization` is to bring about; called by its step unless it has a title.

        :raises AlreadySet: when it is there.
        """
        title = title or step.kept
        made = cls(task=task, organization=organization, step=step.value, title=title, due_on=due_on, note="",
                   indicator=indicator, version=1, created_at=as_of, revised_at=as_of)
        made._require_new()
        db.session.add(made)
        db.session.flush()
        note(Change(made, "founded", as_of, after=made.facts()))
        return made

    def correct(self, as_of: datetime, **fields: Any) -> None:
        """What is said of it: step, title, due_on, organization, indicator. Safe to call twice."""
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if changed:
            before = self.facts()
            for name, value in changed.items():
                setattr(self, name, value)
            self._require_new()
            self._changed("corrected", as_of, before)

    def reach(self, on: date, as_of: datetime, *, note: str = "") -> None:
        """It was reached `on` a day. Told once more, the day or the note is corrected.

        :raises NotYet: for a day to come.
        """
        if on > local_day(as_of):
            raise NotYet(_("这一天还没有到。"))
        if (self.reached_on, self.note) == (on, note):
            return
        before = self.facts()
        self.reached_on, self.note = on, note
        self._changed("reached", as_of, before)

    def unreach(self, as_of: datetime, reason: str) -> None:
        """It was not, after all; what was to show it stays with it. Safe to call twice."""
        if self.reached_on is not None:
            before, self.reached_on = self.facts(), None
            self._changed("unreached", as_of, before, reason=reason)

    def discard(self, as_of: datetime) -> None:
        """:raises Reached: for one that was reached; say first that it was not."""
        if self.deleted_at:
            return
        if self.reached_on is not None:
            raise Reached(_("已经完成的节点不能删除。记错了请先改回未完成。"))
        before, self.deleted_at = self.facts(), as_of
        self._changed("removed", as_of, before)

    def add_files(self, files: Iterable[StoredFile], as_of: datetime) -> list[StoredFile]:
        """Evidence; those it has already, which were not added, are returned."""
        known = {one.file.sha256 for one in self.files}
        added = [file for file in files if file.sha256 not in known]
        if added:
            before = self.facts()
            self.files += [MilestoneFile(file=file, added_at=as_of) for file in added]
            self._changed("files_added", as_of, before, files=[file.name for file in added])
        return [file for file in files if file.sha256 in known]

    def drop_file(self, file_id: str, as_of: datetime) -> StoredFile:
        """Takes one piece of evidence away; its file, for the caller to forget after the commit.

        :raises NotThere: when there is no such file.
        """
        held = next((one for one in self.files if one.file_id == file_id), None)
        if held is None:
            raise NotThere(_("没有找到这个文件。"))
        before = self.facts()
        self.files.remove(held)
        db.session.delete(held.file)
        self._changed("file_dropped", as_of, before, files=[held.file.name])
        return held.file

    def is_late(self, today: date) -> bool:
        return self.reached_on is None and self.due_on is not None and self.due_on < today

    @property
    def days_late(self) -> int:
        """By how many days it was reached after its date; 0 in time, without a date, or not reached."""
        return max((self.reached_on - self.due_on).days, 0) if self.reached_on and self.due_on else 0

    def is_soon(self, today: date) -> bool:
        return self.reached_on is None and self.due_on is not None and today <= self.due_on <= today + SOON

    def facts(self) -> dict[str, Any]:
        return {"step": self.step, "title": self.title, "due_on": self.due_on, "reached_on": self.reached_on,
                "note": self.note, "organization": self.organization.name, "tasks": [self.task.code],
                "indicator": self.indicator.wording if self.indicator else ""}

    def _changed(self, what: str, as_of: datetime, before: dict[str, Any], **also: Any) -> None:
        self.version += 1
        self.revised_at = as_of
        note(Change(self, what, as_of, before=before, after=self.facts() | also))

    def _require_new(self) -> None:
        with db.session.no_autoflush:
            twin = db.session.scalar(select(Milestone.id).where(
                Milestone.task_id == self.task.id, Milestone.organization_id == self.organization.id,
                Milestone.title == self.title, Milestone.due_on.is_not_distinct_from(self.due_on),
                Milestone.deleted_at.is_(None), Milestone.id != (self.id or 0)).limit(1))
        if twin is not None:
            raise AlreadySet(self.title)


class MilestoneFile(Model):
    """What shows that the step was taken."""

    __tablename__ = "milestone_file"

    file_id: Mapped[str] = mapped_column(ForeignKey("stored_file.id"), primary_key=True)
    file: Mapped[StoredFile] = relationship(lazy="joined")
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)
    milestone: Mapped[Milestone] = relationship(back_populates="files")
    added_at: Mapped[datetime]
