"""Regions (GB/T 2260) and organizations: two trees that are not the same."""

from __future__ import annotations

import enum
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Index, Select, String, or_, select
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from app.accounts.tree import Tree
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


class Organization(Tree, Model):
    """An office, department or unit. `path` holds the ids from the root down, so that what lies
    below it is one prefix: `/1/7/`."""

    __tablename__ = "organization"
    __table_args__ = (Index("ix_organization_path", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    parent: Mapped[Organization | None] = relationship(remote_side="Organization.id", foreign_keys=[parent_id])
    path: Mapped[str] = mapped_column(String(200), default="/")
    name: Mapped[str] = mapped_column(String(120), unique=True)
    name_en: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(24), default="office")  # office, department, unit
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    region: Mapped[Region] = relationship()
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    since: Mapped[datetime | None]  # from when its name and place are as they are; null: from the beginning
    closed_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    merged_into: Mapped[Organization | None] = relationship(
        remote_side="Organization.id", foreign_keys=[merged_into_id])
    past: Mapped[list[OrganizationPeriod]] = relationship(
        back_populates="organization", foreign_keys="OrganizationPeriod.organization_id",
        order_by="OrganizationPeriod.until")

    @classmethod
    def roots(cls) -> Select[Organization]:
        return select(cls).where(cls.parent_id.is_(None)).order_by(cls.id)

    @classmethod
    def under(cls, paths: frozenset[str]) -> Select[Organization]:
        """Those at or below any of `paths`; none when there is no path."""
        return select(cls).where(below(paths)).order_by(cls.path)

    @classmethod
    def open_under(cls, paths: frozenset[str]) -> Select[Organization]:
        """Those of them that are not closed: what a form offers."""
        return cls.under(paths).where(cls.closed_at.is_(None))

    @property
    def kind_label(self) -> str:
        return kind_label(self.kind)

    @property
    def known_as(self) -> list[str]:
        """All words by which somebody may look for it, also those of earlier years."""
        words = [self.name, self.name_en, *self.aliases, *(period.name for period in self.past)]
        return list(dict.fromkeys(word for word in words if word))

    def called(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


class OrganizationPeriod(Model):
    """What an organization was called, and under whom it stood, until then."""

    __tablename__ = "organization_period"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    organization: Mapped[Organization] = relationship(back_populates="past", foreign_keys=[organization_id])
    name: Mapped[str] = mapped_column(String(120))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"))
    parent_name: Mapped[str] = mapped_column(String(120), default="")
    since: Mapped[datetime | None]
    until: Mapped[datetime]

    @classmethod
    def of_living(cls) -> Select[OrganizationPeriod]:
        """Of those not merged: a merged one's names are aliases of what it went into."""
        return select(cls).join(cls.organization).where(Organization.merged_into_id.is_(None)).options(
            contains_eager(cls.organization))


def below(paths: frozenset[str]):  # type: ignore[no-untyped-def]
    """An SQL condition on `Organization.path`."""
    if not paths:
        return Organization.id.is_(None)
    return or_(*(Organization.path.startswith(path, autoescape=True) for path in sorted(paths)))


def kind_label(kind: str) -> str:
    return {"office": _("主管部门"), "department": _("省级部门"), "unit": _("单位")}.get(kind, kind)
