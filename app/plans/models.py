"""Plan, category, task and indicator. The five sectors are the programme itself and so are words, not rows."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.models import Role
from app.accounts.places import Organization, below
from app.accounts.settings import Settings, settings_of
from app.db import Change, Model, note
from app.errors import Refused
from app.plans.indicators import Indicator
from app.plans.revising import Revisable
from app.plans.yearly import same_date

if TYPE_CHECKING:
    from app.accounts.models import Actor


class Sector(enum.StrEnum):
    """The “five entries”: into enterprises, institutions, communities, schools, online."""

    ENTERPRISES = "E"
    INSTITUTIONS = "I"
    COMMUNITIES = "C"
    SCHOOLS = "S"
    ONLINE = "N"

    @property
    def label(self) -> str:
        return {"E": _("进企业"), "I": _("进单位"), "C": _("进社区"), "S": _("进学校"),
                "N": _("进网络")}[self.value]

    @property
    def kept(self) -> str:
        """Its label in the language of the data, whoever asks: what a category without a name is called."""
        with force_locale("zh"):
            return self.label


class DeliveredBy(enum.StrEnum):
    """Our reading of how a task is delivered."""

    EVENTS = "events"
    BOTH = "both"
    MILESTONES = "milestones"


class Plan(Model):
    """One root office's plan of one year."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("organization_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    organization: Mapped[Organization] = relationship()
    year: Mapped[int] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(200))
    source_year: Mapped[int | None]  # the year whose wording it carries, when rolled over
    adopted_at: Mapped[datetime | None]
    shows_lights: Mapped[bool] = mapped_column(default=False)  # to the public too; otherwise they are internal
    categories: Mapped[list[Category]] = relationship(
        back_populates="plan", order_by="Category.position", cascade="all, delete-orphan")

    @classmethod
    def adopted(cls) -> Select[Plan]:
        return select(cls).where(cls.adopted_at.is_not(None)).order_by(cls.year.desc())

    @classmethod
    def of_year(cls, year: int) -> Select[Plan]:
        return cls.adopted().where(cls.year == year)

    @classmethod
    def scoped(cls, actor: Actor) -> Select[Plan]:
        """Plans of the offices that the actor stands at or below: a county sees its province's plan."""
        ids = {int(part) for path in actor.paths for part in path.strip("/").split("/") if part}
        return cls.adopted().where(cls.organization_id.in_(sorted(ids)))

    @classmethod
    def drafts_for(cls, actor: Actor) -> Select[Plan]:
        """Not adopted yet: for those alone who plan at its office or above."""
        paths = frozenset(one.organization.path for one in actor.person.grants if one.role == Role.PLANNER)
        return select(cls).join(cls.organization).where(cls.adopted_at.is_(None), below(paths)).order_by(cls.year)

    @classmethod
    def of_office(cls, organization: Organization, year: int) -> Select[Plan]:
        """Adopted or not: there is one at most."""
        return select(cls).where(cls.organization_id == organization.id, cls.year == year)

    def adopt(self, as_of: datetime) -> None:
        """Makes it the plan of the year. Safe to call twice."""
        if self.adopted_at is None:
            self.adopted_at = as_of
            note(Change(self, "adopted", as_of, after={"year": self.year, "title": self.title}))

    @staticmethod
    def usual_title(year: int) -> str:
        """What a plan is called until somebody says otherwise; kept, so in the language of the data."""
        return f"{year}年知识产权“五进”推进计划"

    def roll_over(self, year: int, as_of: datetime, *, tasks: Collection[int] | None = None) -> Plan:
        """Next year's plan with the same tree. Stated targets become unconfirmed working ones, and
        each task keeps the year its wording is of, so that nobody takes it for this year's. `tasks`: ids of those
        that come along; None: all. What the official table no longer has stays behind."""
        if year <= self.year:
            raise Refused(_("新计划的年份必须晚于 %(year)d 年。", year=self.year))
        rolled = Plan(organization=self.organization, year=year, source_year=self.source_year or self.year,
                      title=Plan.usual_title(year))
        for category in self.categories:
            fresh = Category(sector=category.sector, code=category.code, name=category.name,
                             name_en=category.name_en, position=category.position)
            fresh.tasks = [task.rolled_over(rolled) for task in category.tasks
                           if task.withdrawn_at is None and (tasks is None or task.id in tasks)]
            if fresh.tasks:
                rolled.categories.append(fresh)
        note(Change(rolled, "rolled_over", as_of, before={"year": self.year}, after={"year": year}))
        return rolled

    def show_lights(self, is_shown: bool, as_of: datetime) -> None:
        """To the public too, or to the office alone. Safe to call twice."""
        if self.shows_lights != is_shown:
            self.shows_lights = is_shown
            note(Change(self, "lights_shown" if is_shown else "lights_hidden", as_of))

    @cached_property
    def settings(self) -> Settings:
        """Its office's, asked once for all indicators."""
        return settings_of(self.organization)

    @property
    def tolerance(self) -> int:
        """Percent by which “about” may be missed."""
        return self.settings.tolerance

    @property
    def tasks(self) -> Iterable[Task]:
        return (task for category in self.categories for task in category.tasks)


class Category(Model):
    """One of the plan's categories, in one sector."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("plan_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    plan: Mapped[Plan] = relationship(back_populates="categories")
    sector: Mapped[str] = mapped_column(String(1), index=True)
    code: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int]
    # Those in force: what the official table no longer has is found by `Task.ever_of_plan`.
    tasks: Mapped[list[Task]] = relationship(
        back_populates="category", order_by="Task.position", cascade="all, delete-orphan",
        primaryjoin="and_(Category.id == Task.category_id, Task.withdrawn_at.is_(None))")

    @classmethod
    def of_plan(cls, plan: Plan) -> Select[Category]:
        """Those that have a task in force."""
        return select(cls).where(cls.plan_id == plan.id, cls.tasks.any()).order_by(cls.position)

    @classmethod
    def tree_of(cls, plan: Plan) -> Select[Category]:
        """With their tasks and indicators in the same query; to be made `unique()`."""
        return cls.of_plan(plan).options(joinedload(cls.tasks).joinedload(Task.indicators))

    def called(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


class Task(Revisable, Model):
    """One task of the plan. `title` is our short name; `official_wording` is the document's."""

    __tablename__ = "task"
    __table_args__ = (UniqueConstraint("plan_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    plan: Mapped[Plan] = relationship()
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), index=True)
    category: Mapped[Category] = relationship(back_populates="tasks")
    code: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    official_wording: Mapped[str] = mapped_column(Text)
    wording_year: Mapped[int]
    programmes: Mapped[list[str]] = mapped_column(JSON, default=list)
    delivered_by: Mapped[str] = mapped_column(String(16))
    event_kind: Mapped[str] = mapped_column(String(16), default="")  # our suggestion for the form
    audience: Mapped[str] = mapped_column(String(200), default="")
    lead_organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    lead_organization: Mapped[Organization | None] = relationship()
    # What the task sheet says in words: none of it is guessed, all of it may be empty.
    target_wording: Mapped[str] = mapped_column(String(300), default="")
    lead_wording: Mapped[str] = mapped_column(String(200), default="")
    supporting: Mapped[str] = mapped_column(String(300), default="")
    in_charge: Mapped[str] = mapped_column(String(120), default="")
    form_of_result: Mapped[str] = mapped_column(String(300), default="")
    progress_note: Mapped[str] = mapped_column(Text, default="")
    problems: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None]
    position: Mapped[int]
    withdrawn_at: Mapped[datetime | None]  # gone from the official table; its events and history stay
    version: Mapped[int] = mapped_column(default=1)
    indicators: Mapped[list[Indicator]] = relationship(
        back_populates="task", order_by="Indicator.position", cascade="all, delete-orphan")

    @classmethod
    def of_plan(cls, plan: Plan) -> Select[Task]:
        """Those in force."""
        return cls.ever_of_plan(plan).where(cls.withdrawn_at.is_(None))

    @classmethod
    def ever_of_plan(cls, plan: Plan) -> Select[Task]:
        """Withdrawn ones too: their events and their history stay, and lead to them."""
        return select(cls).where(cls.plan_id == plan.id).order_by(cls.position, cls.id)

    @classmethod
    def scoped(cls, actor: Actor) -> Select[Task]:
        ids = {int(part) for path in actor.paths for part in path.strip("/").split("/") if part}
        return (select(cls).join(cls.plan).where(Plan.adopted_at.is_not(None),
                                                 Plan.organization_id.in_(sorted(ids)))
                .order_by(Plan.year.desc(), cls.position))

    @property
    def clauses(self) -> list[str]:
        """The official wording, clause by clause."""
        return [clause for clause in self.official_wording.split("|") if clause]

    @property
    def is_carried_over(self) -> bool:
        return self.wording_year != self.plan.year

    def called(self, language: str) -> str:
        return self.title_en if language == "en" and self.title_en else self.title

    def rolled_over(self, plan: Plan) -> Task:
        due = self.due_on and same_date(self.due_on, self.due_on.year + plan.year - self.plan.year)
        fresh = Task(plan=plan, code=self.code, title=self.title, title_en=self.title_en,
                     official_wording=self.official_wording, wording_year=self.wording_year,
                     programmes=list(self.programmes), delivered_by=self.delivered_by,
                     event_kind=self.event_kind, audience=self.audience, due_on=due, position=self.position)
        fresh.indicators = [one.rolled_over() for one in self.indicators]
        return fresh
