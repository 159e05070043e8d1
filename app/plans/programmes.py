"""Programmes (品牌活动): 星空讲坛 and the like, under whose name events of several tasks are held."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Organization
from app.db import Change, Model, db, note
from app.errors import Refused

if TYPE_CHECKING:
    from app.accounts.models import Actor

LONGEST = 120


class ProgrammeNameTaken(Refused):
    """A name, or another name, that is a programme's already."""

    status = 422

    def __init__(self, word: str, name: str) -> None:
        super().__init__(_("“%(word)s”已经是“%(name)s”的名称或别名。", word=word[:60], name=name[:60]))


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
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    @classmethod
    def in_order(cls) -> Select[Programme]:
        return select(cls).where(cls.closed_at.is_(None)).order_by(cls.name, cls.id)

    @classmethod
    def scoped(cls, actor: Actor) -> Select[Programme]:
        """Those of the root office above the actor, the closed ones last."""
        ids = {int(part) for path in actor.paths for part in path.strip("/").split("/") if part}
        return (select(cls).where(cls.organization_id.in_(sorted(ids)))
                .order_by(cls.closed_at.is_not(None), cls.name, cls.id))

    @classmethod
    def founded(cls, organization: Organization, name: str, as_of: datetime, *, name_en: str = "") -> Programme:
        """:raises ProgrammeNameTaken: for a word by which another goes, a closed one included."""
        _require_free([name], known(organization))
        made = cls(organization=organization, name=name, name_en=name_en, aliases=[], version=1)
        db.session.add(made)
        db.session.flush()
        note(Change(made, "founded", as_of, after=made.facts()))
        return made

    def rename(self, as_of: datetime, name: str, *, name_en: str = "") -> None:
        """What it was called becomes one of its other names, so that old plans still find it."""
        if (name, name_en) == (self.name, self.name_en):
            return
        before = self.facts()
        if name != self.name:
            _require_free([name], known(self.organization, but=self))
            self.aliases = [one for one in dict.fromkeys([*self.aliases, self.name]) if one != name]
        self.name, self.name_en = name, name_en
        self.version += 1
        note(Change(self, "renamed", as_of, before=before, after=self.facts()))

    def go_by(self, aliases: Iterable[str], as_of: datetime) -> None:
        """Its other names."""
        aliases = [word for word in dict.fromkeys(aliases) if word != self.name]
        if aliases == self.aliases:
            return
        _require_free(aliases, known(self.organization, but=self))
        before, self.aliases = self.facts(), aliases
        self.version += 1
        note(Change(self, "aliases_set", as_of, before=before, after=self.facts()))

    def close(self, as_of: datetime) -> None:
        """No longer offered for new events; its past stays."""
        if self.closed_at is None:
            self.closed_at = as_of
            self.version += 1
            note(Change(self, "closed", as_of, after={"closed": True}))

    def reopen(self, as_of: datetime) -> None:
        if self.closed_at is not None:
            self.closed_at = None
            self.version += 1
            note(Change(self, "reopened", as_of, after={"closed": False}))

    def facts(self) -> dict[str, Any]:
        return {"name": self.name, "name_en": self.name_en, "aliases": list(self.aliases)}

    def called(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


def known(organization: Organization, *, but: Programme | None = None) -> dict[str, Programme]:
    """The programmes of a root office by every word that they go by."""
    rows = db.session.scalars(select(Programme).where(Programme.organization_id == organization.id))
    return {word: one for one in rows if one is not but for word in (*one.aliases, one.name)}


def ensure(organization: Organization, names: Iterable[str], as_of: datetime) -> list[Programme]:
    """Makes a programme of each name that none goes by, a closed one included; the ones it made."""
    there = known(organization)
    return [Programme.founded(organization, name, as_of) for name in dict.fromkeys(names)
            if name and len(name) <= LONGEST and name not in there]


def _require_free(words: Iterable[str], there: dict[str, Programme]) -> None:
    for word in words:
        if word in there:
            raise ProgrammeNameTaken(word, there[word].name)
