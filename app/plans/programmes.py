"""Programmes (品牌活动): 星空讲坛 and the like, under whose name events of several tasks are held."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Organization
from app.db import Model


class Programme(Model):
    """A name that people know."""

    __tablename__ = "programme"
    __table_args__ = (UniqueConstraint("organization_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))  # the root office
    organization: Mapped[Organization] = relationship()
    name: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    closed_at: Mapped[datetime | None]

    @classmethod
    def in_order(cls) -> Select[Programme]:
        return select(cls).where(cls.closed_at.is_(None)).order_by(cls.name, cls.id)

    def called(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name
