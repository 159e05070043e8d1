"""Regions (GB/T 2260) and organizations: two trees that are not the same."""

from __future__ import annotations

import enum

from sqlalchemy import JSON, ForeignKey, Index, Select, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Model


class RegionLevel(enum.StrEnum):
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"


class Region(Model):
    """A division by its six-digit GB/T 2260 code, which tells the tree: 51 00 00, 51 01 00, 51 01 04."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    level: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(60), index=True)
    short_name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(80))

    @classmethod
    def cities(cls) -> Select[Region]:
        return select(cls).where(cls.level == RegionLevel.CITY).order_by(cls.code)

    @classmethod
    def provinces(cls) -> Select[Region]:
        return select(cls).where(cls.level == RegionLevel.PROVINCE).order_by(cls.code)

    @classmethod
    def named(cls, word: str) -> Select[Region]:
        """By code, full name, short name or English name, widest first."""
        return select(cls).where(
            or_(cls.code == word, cls.name == word, cls.short_name == word, cls.name_en == word)
        ).order_by(cls.code)

    @property
    def stem(self) -> str:
        """The digits that it and all below it begin with."""
        return {RegionLevel.PROVINCE: self.code[:2], RegionLevel.CITY: self.code[:4]}.get(
            RegionLevel(self.level), self.code)

    @property
    def above(self) -> tuple[str, ...]:
        """Codes of the regions it lies in, widest first."""
        if self.level == RegionLevel.COUNTY:
            return (self.code[:2] + "0000", self.code[:4] + "00")
        return (self.code[:2] + "0000",) if self.level == RegionLevel.CITY else ()

    def called(self, language: str) -> str:
        if language == "en":
            return self.name_en
        return self.name if self.level == RegionLevel.COUNTY else self.short_name


class Organization(Model):
    """An office, department or unit. `path` holds the ids from the root down, so that what lies
    below it is one prefix: `/1/7/`."""

    __tablename__ = "organization"
    __table_args__ = (Index("ix_organization_path", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    parent: Mapped[Organization | None] = relationship(remote_side="Organization.id")
    path: Mapped[str] = mapped_column(String(200), default="/")
    name: Mapped[str] = mapped_column(String(120), unique=True)
    name_en: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(24), default="office")  # office, department, unit
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    region: Mapped[Region] = relationship()
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)

    @classmethod
    def roots(cls) -> Select[Organization]:
        return select(cls).where(cls.parent_id.is_(None)).order_by(cls.id)

    @classmethod
    def under(cls, paths: frozenset[str]) -> Select[Organization]:
        """Those at or below any of `paths`; none when there is no path."""
        return select(cls).where(below(paths)).order_by(cls.path)

    def settle(self) -> None:
        """Writes the path once the id is known; call after a flush."""
        above = self.parent.path if self.parent else "/"
        self.path = f"{above}{self.id}/"

    def called(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


def below(paths: frozenset[str]):  # type: ignore[no-untyped-def]
    """An SQL condition on `Organization.path`."""
    if not paths:
        return Organization.id.is_(None)
    return or_(*(Organization.path.startswith(path, autoescape=True) for path in sorted(paths)))
