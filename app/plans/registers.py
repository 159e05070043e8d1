"""Registers (台账登记): bases, schools, stations, teachers, firms, each entry with its standing and its files."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Index, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Organization, Region, below
from app.db import Model
from app.files import StoredFile

if TYPE_CHECKING:
    from app.accounts.models import Actor


class Standing(enum.StrEnum):
    """How far an entry is, from application to plaque; only approved ones count."""

    APPLIED = "applied"
    REVIEWED = "reviewed"
    ANNOUNCED = "announced"  # 公示
    APPROVED = "approved"
    PLAQUE = "plaque"  # 授牌
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"applied": _("已申报"), "reviewed": _("已评审"), "announced": _("公示中"), "approved": _("已批复"),
                "plaque": _("已授牌"), "withdrawn": _("已撤销")}[self.value]


COUNTED = (Standing.APPROVED.value, Standing.PLAQUE.value)


class Register(Model):
    """One kind of thing that is kept: 试点示范学校, 远程教育分站. `can_host`: events are held at its entries."""

    __tablename__ = "register"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))  # the root office
    organization: Mapped[Organization] = relationship()
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    unit: Mapped[str] = mapped_column(String(12), default="个")
    can_host: Mapped[bool] = mapped_column(default=False)
    is_personal: Mapped[bool] = mapped_column(default=False)  # its entries are people: names are masked in lists
    position: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]

    @classmethod
    def in_order(cls) -> Select[Register]:
        return select(cls).where(cls.closed_at.is_(None)).order_by(cls.position, cls.id)

    def called(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


class RegisterEntry(Model):
    """One base, school, station, platform, college or recommended teacher."""

    __tablename__ = "register_entry"
    __table_args__ = (
        UniqueConstraint("register_id", "name", "region_code"),
        Index("ix_register_entry_counted", "register_id", "approved_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    register: Mapped[Register] = relationship()
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)  # who looks after it
    organization: Mapped[Organization] = relationship()
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    region: Mapped[Region] = relationship()
    name: Mapped[str] = mapped_column(String(160))
    level: Mapped[str] = mapped_column(String(40), default="")  # 省级, 国家级, as the approval says
    standing: Mapped[str] = mapped_column(String(12), default=Standing.APPLIED.value)
    approval_number: Mapped[str] = mapped_column(String(80), default="")
    applied_on: Mapped[date | None]
    approved_on: Mapped[date | None]
    plaque_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    address: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    revised_at: Mapped[datetime]
    files: Mapped[list[RegisterFile]] = relationship(
        back_populates="entry", order_by="RegisterFile.added_at", cascade="all, delete-orphan")

    @classmethod
    def scoped(cls, actor: Actor) -> Select[RegisterEntry]:
        """Those of the organizations in which the actor's role reaches."""
        return (select(cls).join(cls.organization).where(below(actor.paths))
                .order_by(cls.register_id, cls.region_code, cls.name, cls.id))

    @classmethod
    def counted(cls) -> Select[RegisterEntry]:
        """What counts: approved, and not withdrawn since."""
        return select(cls).where(cls.standing.in_(COUNTED), cls.approved_on.is_not(None))


class RegisterFile(Model):
    """An approval, a plaque's photo: what shows that the entry is what it says."""

    __tablename__ = "register_file"

    file_id: Mapped[str] = mapped_column(ForeignKey("stored_file.id"), primary_key=True)
    file: Mapped[StoredFile] = relationship(lazy="joined")
    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entry.id"), index=True)
    entry: Mapped[RegisterEntry] = relationship(back_populates="files")
    added_at: Mapped[datetime]
