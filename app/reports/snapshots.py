"""Sealed snapshots: the numbers of a period as they were reported; what is corrected later is an amendment."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Index, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from app.accounts.models import Person
from app.accounts.places import Organization, below
from app.db import Model
from app.files import StoredFile
from app.plans.models import Plan

if TYPE_CHECKING:
    from app.accounts.models import Actor


class PeriodKind(enum.StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def label(self) -> str:
        return {"month": _("月"), "quarter": _("季度"), "half": _("半年"), "year": _("年")}[self.value]


class Snapshot(Model):
    """The numbers of one office's period, sealed: `figures` are never written again, `digest` is their SHA-256."""

    __tablename__ = "snapshot"
    __table_args__ = (Index("ix_snapshot_period", "organization_id", "starts_on", "ends_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    organization: Mapped[Organization] = relationship()
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    plan: Mapped[Plan] = relationship()
    kind: Mapped[str] = mapped_column(String(8))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    figures: Mapped[Any] = deferred(mapped_column(JSON, nullable=False))
    digest: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime]
    sealed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sealed_by: Mapped[Person | None] = relationship()
    amendments: Mapped[list[Amendment]] = relationship(back_populates="snapshot", order_by="Amendment.id")

    @classmethod
    def scoped(cls, actor: Actor) -> Select[Snapshot]:
        return (select(cls).join(cls.organization).where(below(actor.paths))
                .order_by(cls.ends_on.desc(), cls.id.desc()))


class Amendment(Model):
    """A later correction of a sealed number, with its reason."""

    __tablename__ = "amendment"

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"), index=True)
    snapshot: Mapped[Snapshot] = relationship(back_populates="amendments")
    reason: Mapped[str] = mapped_column(Text)
    changes: Mapped[list[Any]] = mapped_column(JSON, nullable=False)  # [what, before, after]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_by: Mapped[Person | None] = relationship()


class ReportTemplate(Model):
    """An office's own Word template for a report."""

    __tablename__ = "report_template"
    __table_args__ = (UniqueConstraint("organization_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    organization: Mapped[Organization] = relationship()
    kind: Mapped[str] = mapped_column(String(8))
    file_id: Mapped[str] = mapped_column(ForeignKey("stored_file.id"))
    file: Mapped[StoredFile] = relationship(lazy="joined")
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
