"""What a plan was before each import of its table, so that it can be undone once and read later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from app.accounts.models import Person
from app.db import Model
from app.plans.models import Plan


class PlanRevision(Model):
    """One import of a task sheet: the tree before and after as plain values, and who brought it in."""

    __tablename__ = "plan_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), index=True)
    plan: Mapped[Plan] = relationship()
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_by: Mapped[Person | None] = relationship(foreign_keys=[made_by_id])
    source: Mapped[str] = mapped_column(String(200), default="")  # the file's name
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # how many new, changed, renamed, gone
    before: Mapped[Any | None] = deferred(mapped_column(JSON(none_as_null=True)))  # null: there was no plan
    after: Mapped[Any] = deferred(mapped_column(JSON, nullable=False))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    @classmethod
    def of_plan(cls, plan: Plan) -> Select[PlanRevision]:
        return select(cls).where(cls.plan_id == plan.id).order_by(cls.id.desc())
