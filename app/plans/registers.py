"""Registers (台账登记): bases, schools, stations, teachers, firms, each entry with its standing and its files."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Index, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Organization, Region, below
from app.db import Change, Model, db, note
from app.errors import Refused
from app.files import StoredFile
from app.plans.entry_life import EntryLife
from app.plans.standing import COUNTED, DAYS, Course, Standing

if TYPE_CHECKING:
    from app.accounts.models import Actor

__all__ = ["COUNTED", "Register", "RegisterEntry", "RegisterFile", "Standing"]


class RegisterNameTaken(Refused):
    """Two registers of one office go by one name."""

    status = 422

    def __init__(self, name: str) -> None:
        super().__init__(_("已有叫“%(name)s”的登记，请换一个名称。", name=name[:40]))


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

    @classmethod
    def scoped(cls, actor: Actor) -> Select[Register]:
        """Those of the root office above the actor, the closed ones last."""
        ids = {int(part) for path in actor.paths for part in path.strip("/").split("/") if part}
        return (select(cls).where(cls.organization_id.in_(sorted(ids)))
                .order_by(cls.closed_at.is_not(None), cls.position, cls.id))

    @classmethod
    def founded(cls, organization: Organization, as_of: datetime, *, name: str, **words: Any) -> Register:
        """A new register of the root office.

        :raises RegisterNameTaken: when it has one of that name, closed ones included.
        """
        known = db.session.scalars(select(cls).where(cls.organization_id == organization.id)).all()
        if any(one.name == name for one in known):
            raise RegisterNameTaken(name)
        last = max((one.position for one in known), default=0)
        made = cls(organization=organization, name=name, **{"name_en": "", "unit": "个", "can_host": False,
                                                            "is_personal": False, "position": last + 1} | words)
        db.session.add(made)
        db.session.flush()
        note(Change(made, "founded", as_of, after=made.facts()))
        return made

    def revise(self, as_of: datetime, **words: Any) -> None:
        """Its name and what it is for. Safe to call twice.

        :raises RegisterNameTaken: as `founded`.
        """
        before = self.facts()
        if all(before[name] == value for name, value in words.items()):
            return
        if words.get("name", self.name) != self.name and db.session.scalar(select(Register.id).where(
                Register.organization_id == self.organization_id, Register.name == words["name"])):
            raise RegisterNameTaken(words["name"])
        for name, value in words.items():
            setattr(self, name, value)
        note(Change(self, "revised", as_of, before=before, after=self.facts()))

    def close(self, as_of: datetime) -> None:
        """Nothing is added any more; what is in it stays and counts."""
        if self.closed_at is None:
            self.closed_at = as_of
            note(Change(self, "closed", as_of, after={"closed": True}))

    def reopen(self, as_of: datetime) -> None:
        if self.closed_at is not None:
            self.closed_at = None
            note(Change(self, "reopened", as_of, after={"closed": False}))

    def facts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("name", "name_en", "unit", "can_host", "is_personal")}

    def called(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


class RegisterEntry(EntryLife, Model):
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
    standing: Mapped[str] = mapped_column(String(12), default=Standing.LISTED.value)  # what the days come to
    approval_number: Mapped[str] = mapped_column(String(80), default="")
    applied_on: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    announced_on: Mapped[date | None]
    approved_on: Mapped[date | None]
    plaque_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    withdrawn_reason: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    revised_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    files: Mapped[list[RegisterFile]] = relationship(
        back_populates="entry", order_by="RegisterFile.added_at", cascade="all, delete-orphan")

    @classmethod
    def scoped(cls, actor: Actor) -> Select[RegisterEntry]:
        """Those of the organizations in which the actor's role reaches."""
        return (select(cls).join(cls.organization).where(below(actor.paths), cls.deleted_at.is_(None))
                .order_by(cls.register_id, cls.region_code, cls.name, cls.id))

    @classmethod
    def counted(cls) -> Select[RegisterEntry]:
        """What counts: approved, and not withdrawn since."""
        return select(cls).where(cls.standing.in_(COUNTED), cls.approved_on.is_not(None), cls.deleted_at.is_(None))

    @property
    def course(self) -> Course:
        return Course(**{name: getattr(self, name) for name in DAYS})

    @course.setter
    def course(self, course: Course) -> None:
        for name in DAYS:
            setattr(self, name, getattr(course, name))
        self.standing = course.standing.value

    @property
    def shown_name(self) -> str:
        """As lists show it: of a person the family name alone."""
        return masked_name(self.name) if self.register.is_personal else self.name


class RegisterFile(Model):
    """An approval, a plaque's photo: what shows that the entry is what it says."""

    __tablename__ = "register_file"

    file_id: Mapped[str] = mapped_column(ForeignKey("stored_file.id"), primary_key=True)
    file: Mapped[StoredFile] = relationship(lazy="joined")
    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entry.id"), index=True)
    entry: Mapped[RegisterEntry] = relationship(back_populates="files")
    added_at: Mapped[datetime]


def masked_name(name: str) -> str:
    """张*: enough to find the row again, not to know the person."""
    return f"{name[:1]}*"
