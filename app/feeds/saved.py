"""Slices with a short address: `/s/<slug>` and `/s/<slug>.ics`, to be printed on a poster or read out."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from urllib.parse import parse_qsl

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Select, String, Text, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship
from werkzeug.datastructures import MultiDict

from app.accounts.models import Actor
from app.accounts.places import Organization, below
from app.db import Change, Model, db, note
from app.errors import NotThere, Refused
from app.feeds.slices import Slice, UnknownName

LONGEST_SLUG = 40
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])", re.ASCII)


class SlugTaken(Refused):
    """Also one that was deleted: whoever has it on paper must not be led elsewhere."""

    status = 422

    def __init__(self, slug: str) -> None:
        super().__init__(_("短地址“%(slug)s”已经有了或者用过，请换一个。", slug=slug[:40]))


class BadSlug(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("短地址用 2 到 40 个小写字母、数字和连字符，两头不能是连字符。"))


class SliceGone(Refused):
    """It was there once."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("这个短地址已经撤下。请到活动日历里重新选，再订阅。"))


class SavedSlice(Model):
    """A slice that an office gave a name. `query` is canonical."""

    __tablename__ = "saved_slice"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(LONGEST_SLUG), unique=True)
    title: Mapped[str] = mapped_column(String(80))
    title_en: Mapped[str] = mapped_column(String(120), default="")
    query: Mapped[str] = mapped_column(Text)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    organization: Mapped[Organization] = relationship()
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]

    @classmethod
    def scoped(cls, actor: Actor) -> Select[SavedSlice]:
        return (select(cls).join(cls.organization).where(below(actor.paths), cls.deleted_at.is_(None))
                .options(joinedload(cls.organization)).order_by(cls.slug))

    @classmethod
    def find(cls, actor: Actor, id: int) -> SavedSlice:
        """:raises NotThere: for another office's, too."""
        found = db.session.scalars(cls.scoped(actor).where(cls.id == id)).one_or_none()
        if found is None:
            raise NotThere(_("没有找到这个短地址，或者它不归您管。"))
        return found

    @classmethod
    def opened(cls, slug: str) -> SavedSlice:
        """For anybody, and however the letters are typed: a poster may be set in capitals.

        :raises NotThere: for one that never was.
        :raises SliceGone: for one that was deleted.
        """
        found = db.session.scalars(select(cls).where(cls.slug == slug.lower())).one_or_none()
        if found is None:
            raise NotThere(_("没有这个短地址。请核对是不是抄全了。"))
        if found.deleted_at is not None:
            raise SliceGone
        return found

    @classmethod
    def naming(cls, wanted: Slice, slug: str) -> SavedSlice | None:
        """The one of this short address, as long as it is there and says just what is `wanted`."""
        found = db.session.scalars(select(cls).where(cls.slug == slug, cls.deleted_at.is_(None))).one_or_none()
        return found if found and found.slice == wanted else None

    @classmethod
    def save(cls, wanted: Slice, *, slug: str, title: str, title_en: str, organization: Organization,
             as_of: datetime) -> SavedSlice:
        """:raises BadInput: for a filter or a value that nobody knows.
        :raises BadSlug: for what is no short address.
        :raises SlugTaken: for one that is or was somebody's.
        """
        wanted.strict().condition()
        if not SLUG.fullmatch(slug):
            raise BadSlug
        if db.session.scalar(select(cls.id).where(cls.slug == slug)) is not None:
            raise SlugTaken(slug)
        made = cls(slug=slug, title=title, title_en=title_en, query=wanted.query(), organization=organization,
                   created_at=as_of)
        db.session.add(made)
        db.session.flush()
        note(Change(made, "slice_saved", as_of, after=made.facts()))
        return made

    def delete(self, as_of: datetime) -> None:
        """Its address says from now on that it is gone."""
        self.deleted_at = as_of
        note(Change(self, "slice_deleted", as_of, before=self.facts()))

    @property
    def slice(self) -> Slice:
        return Slice.of(MultiDict(parse_qsl(self.query)))

    def query_with(self, query: MultiDict[str, str], allowed: Collection[str]) -> MultiDict[str, str]:
        """Its own filters, and from `query` what is `allowed` beside them.

        :raises UnknownName: for a filter, too: what is printed on a poster is the whole slice.
        """
        for name in query:
            if name not in allowed:
                raise UnknownName(_("短地址后面不能再加“%(name)s”。", name=name[:40]))
        return MultiDict([*parse_qsl(self.query), *query.items(multi=True)])

    def called(self, language: str) -> str:
        return self.title_en if language == "en" and self.title_en else self.title

    def facts(self) -> dict[str, str]:
        return {"slug": self.slug, "title": self.title, "title_en": self.title_en, "query": self.query}
