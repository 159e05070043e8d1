"""Private feeds: what somebody on the staff has in his own calendar, by an address that only he knows."""

from __future__ import annotations

import enum
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Select, String, or_, select, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.links import hashed
from app.accounts.models import Actor, Person, Role
from app.db import Change, Model, db, note
from app.errors import NotThere, Refused

MOST = 10
LONGEST_NAME = 60
SEEN_EVERY = timedelta(hours=1)


class Holding(enum.StrEnum):
    """What a private feed may hold."""

    MINE = "mine"
    OFFICE = "office"
    BELOW = "below"
    DEADLINES = "deadlines"
    MILESTONES = "milestones"

    @property
    def label(self) -> str:
        return {"mine": _("我的活动：我建的，或者我是联系人的"), "office": _("本单位的活动，含草稿和待审的"),
                "below": _("下级单位的也放进来"), "deadlines": _("截止日：报名截止、任务时限、月报报送日"),
                "milestones": _("节点")}[self.value]

    @property
    def short(self) -> str:
        return {"mine": _("我的活动"), "office": _("本单位的活动"), "below": _("含下级单位"),
                "deadlines": _("截止日"), "milestones": _("节点")}[self.value]


class TooManyFeeds(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("最多 %(count)d 个私人日历。请先停用不用的。", count=MOST))


class FeedNameTaken(Refused):
    """A form sent twice, or two feeds that nobody could tell apart."""

    status = 422

    def __init__(self, name: str) -> None:
        super().__init__(_("您已经有一个叫“%(name)s”的私人日历。", name=name[:40]))


class Revoked(Refused):
    """The address was good once: programs stop asking and tell whoever asked."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("这个私人日历已停用。请到工作台“我的私人日历”里看，或者换一个地址。"))


class FeedToken(Model):
    """One private feed: the hash of its token only. Another address is another row; the old one stays revoked."""

    __tablename__ = "feed_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person] = relationship()
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    holds: Mapped[list[str]] = mapped_column(JSON)  # words of `Holding`, in its order
    created_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]  # to the hour
    revoked_at: Mapped[datetime | None]

    @classmethod
    def of(cls, person: Person) -> Select[FeedToken]:
        """Those that open something."""
        return select(cls).where(cls.person_id == person.id, cls.revoked_at.is_(None)).order_by(cls.name, cls.id)

    @classmethod
    def find(cls, person: Person, id: int) -> FeedToken:
        """:raises NotThere: for another's, too."""
        found = db.session.scalars(cls.of(person).where(cls.id == id)).one_or_none()
        if found is None:
            raise NotThere(_("没有找到这个私人日历，或者它已停用。"))
        return found

    @classmethod
    def issue(cls, person: Person, name: str, holds: Collection[Holding], as_of: datetime) -> tuple[FeedToken, str]:
        """The row, and the token of 256 bits to show once.

        :raises FeedNameTaken: for a name that another of his has.
        :raises TooManyFeeds: beyond `MOST`.
        """
        db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
        names = [one.name for one in db.session.scalars(cls.of(person))]
        if name in names:
            raise FeedNameTaken(name)
        if len(names) >= MOST:
            raise TooManyFeeds
        made, token = cls._made(person, name, [one.value for one in Holding if one in holds], as_of)
        note(Change(made, "feed_made", as_of, after={"name": made.name, "holds": made.holds}))
        return made, token

    def rotate(self, as_of: datetime) -> tuple[FeedToken, str]:
        """The same feed under a new address; the old one answers that it is gone."""
        self.revoked_at = as_of
        made, token = self._made(self.person, self.name, list(self.holds), as_of)
        note(Change(made, "feed_rotated", as_of))
        return made, token

    def revoke(self, as_of: datetime) -> None:
        if self.revoked_at is None:
            self.revoked_at = as_of
            note(Change(self, "feed_revoked", as_of))

    @classmethod
    def _made(cls, person: Person, name: str, holds: list[str], as_of: datetime) -> tuple[FeedToken, str]:
        token = secrets.token_urlsafe(32)
        made = cls(token_hash=hashed(token), person=person, name=name, holds=holds, created_at=as_of)
        db.session.add(made)
        db.session.flush()
        return made, token

    @property
    def holdings(self) -> list[Holding]:
        return [one for one in Holding if one in self.holds]

    def seen(self, as_of: datetime) -> bool:
        """Notes that it was fetched, at most once an hour; whether there is something to commit."""
        if self.fetched_at is not None and as_of - self.fetched_at < SEEN_EVERY:
            return False
        db.session.execute(update(FeedToken).where(FeedToken.id == self.id, or_(
            FeedToken.fetched_at.is_(None), FeedToken.fetched_at <= as_of - SEEN_EVERY)).values(fetched_at=as_of))
        return True


def opened(token: str) -> tuple[FeedToken, Actor]:
    """The feed of a token, and what its person may see now.

    :raises NotThere: for a token that nobody was given.
    :raises Revoked: for one that was taken back, and for that of somebody who may see nothing any more.
    """
    found = db.session.scalars(select(FeedToken).where(FeedToken.token_hash == hashed(token)).options(
        joinedload(FeedToken.person))).one_or_none()
    if found is None:
        raise NotThere(_("没有这个日历地址。请核对是不是抄全了。"))
    actor = Actor.of(found.person, frozenset(Role))
    if found.revoked_at is not None or not found.person.active or not actor.paths:
        raise Revoked
    return found, actor


def follow(changes: Sequence[Change]) -> None:
    """Who is deactivated has no private feeds any more, whatever comes later."""
    for change in changes:
        if isinstance(change.subject, Person) and change.what == "deactivated":
            for one in db.session.scalars(FeedToken.of(change.subject)):
                one.revoke(change.as_of)
