"""The monthly return (月报): what a unit held, what is missing, a few words; filed, returned, approved, added up."""

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

if TYPE_CHECKING:
    from app.accounts.models import Actor


class ReturnState(enum.StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"

    @property
    def label(self) -> str:
        return {"draft": _("未报"), "submitted": _("已报，待审"), "returned": _("已退回"),
                "approved": _("已通过")}[self.value]


class MonthlyReturn(Model):
    """One unit's return of one month. `figures` are frozen when it is submitted; they never gate anything."""

    __tablename__ = "monthly_return"
    __table_args__ = (
        UniqueConstraint("organization_id", "month"),
        CheckConstraint("state IN ('draft','submitted','returned','approved')", name="state"),
        CheckConstraint("state != 'returned' OR returned_reason != ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    organization: Mapped[Organization] = relationship()
    month: Mapped[date] = mapped_column(index=True)  # its first day
    state: Mapped[str] = mapped_column(String(12), default=ReturnState.DRAFT.value)
    words: Mapped[str] = mapped_column(Text, default="")
    problems: Mapped[str] = mapped_column(Text, default="")
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    returned_reason: Mapped[str] = mapped_column(String(300), default="")
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_by: Mapped[Person | None] = relationship(foreign_keys=[submitted_by_id])
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    version: Mapped[int] = mapped_column(default=1)

    @classmethod
    def scoped(cls, actor: Actor) -> Select[MonthlyReturn]:
        return (select(cls).join(cls.organization).where(below(actor.paths))
                .order_by(cls.month.desc(), Organization.path))
