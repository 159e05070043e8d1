"""Private feeds: what somebody has in his own calendar, by an address that only he knows.

He is on the staff, or signed up for something and showed that he reads the mailbox he gave.
"""

from __future__ import annotations

import enum
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Select, String, or_, select, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.accounts.links import hashed
from app.accounts.models import Actor, Person, Role
from app.db import Change, Model, db, note
from app.errors import NotThere, Refused
from app.signup.models import Enrolment

MOST = 10
LONGEST_NAME = 60
SIGN_UPS = "我的报名"  # as the audit names it
NOBODYS = ""  # the holder once nobody is left who signed up so
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

    def __init__(self, *, is_participants: bool = False) -> None:
        super().__init__(
            _("这个日历已停用。请用最近一封确认信里的链接打开“我的报名”，换一个地址。") if is_participants
            else _("这个私人日历已停用。请到工作台“我的私人日历”里看，或者换一个地址。"))


class FeedToken(Model):
    """One private feed: the hash of its token only. Another address is another row; the old one stays revoked."""

    __tablename__ = "feed_token"
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (holder IS NULL)", name="one_holder"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    person: Mapped[Person | None] = relationship()
    holder: Mapped[str | None] = mapped_column(String(64), index=True)  # as `Enrolment.holder`
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id", ondelete="SET NULL"), index=True)
    enrolment: Mapped[Enrolment | None] = relationship()  # in whose letter the link stood by which it was asked for
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
        made, token = cls._made(name, [one.value for one in Holding if one in holds], as_of, person=person)
        note(Change(made, "feed_made", as_of, after={"name": made.name, "holds": made.holds}))
        return made, token

    @classmethod
    def of_sign_ups(cls, enrolment: Enrolment) -> Select[FeedToken]:
        """Those that open something, of the enrolment's mailbox and name."""
        return select(cls).where(cls.holder == enrolment.holder, cls.holder != NOBODYS,
                                 cls.revoked_at.is_(None)).order_by(cls.id)

    @classmethod
    def find_of_sign_ups(cls, enrolment: Enrolment, id: int) -> FeedToken:
        """:raises NotThere: for another's, too."""
        found = db.session.scalars(cls.of_sign_ups(enrolment).where(cls.id == id)).one_or_none()
        if found is None:
            raise NotThere(_("没有找到这个日历，或者它已停用。"))
        return found

    @classmethod
    def issue_for_sign_ups(cls, enrolment: Enrolment, as_of: datetime) -> tuple[FeedToken, str]:
        """The one of a mailbox and name. `enrolment` comes from `mailbox.opened`: its ticket alone proves nothing.

        :raises FeedNameTaken: where there is one; it takes another address by `rotate`.
        """
        db.session.execute(select(Enrolment.id).where(Enrolment.holder == enrolment.holder).with_for_update())
        if db.session.scalars(cls.of_sign_ups(enrolment).limit(1)).one_or_none() is not None:
            raise FeedNameTaken(_("我的报名"))
        made, token = cls._made(SIGN_UPS, [], as_of, holder=enrolment.holder, enrolment=enrolment)
        note(Change(made, "feed_made", as_of))
        return made, token

    def rotate(self, as_of: datetime) -> tuple[FeedToken, str]:
        """The same feed under a new address; the old one answers that it is gone."""
        self.revoked_at = as_of
        made, token = self._made(self.name, list(self.holds), as_of, person=self.person, holder=self.holder,
                                 enrolment=self.enrolment)
        note(Change(made, "feed_rotated", as_of))
        return made, token

    def revoke(self, as_of: datetime) -> None:
        if self.revoked_at is None:
            self.revoked_at = as_of
            note(Change(self, "feed_revoked", as_of))

    def forget(self, as_of: datetime) -> None:
        """Nobody's any more: it opens nothing, and its row does not tell for whom it was."""
        self.revoke(as_of)
        self.holder, self.enrolment = NOBODYS, None

    @classmethod
    def _made(cls, name: str, holds: list[str], as_of: datetime, **whose: Any) -> tuple[FeedToken, str]:
        token = secrets.token_urlsafe(32)
        made = cls(token_hash=hashed(token), name=name, holds=holds, created_at=as_of, **whose)
        db.session.add(made)
        db.session.flush()
        return made, token

    @property
    def is_participants(self) -> bool:
        return self.holder is not None

    @property
    def language(self) -> str:
        reader = self.person or self.enrolment
        return reader.language if reader else "zh"

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


def opened(token: str) -> tuple[FeedToken, Actor | None]:
    """The feed of a token, and what its person may see now; None: somebody who signed up, and sees what is public.

    :raises NotThere: for a token that nobody was given.
    :raises Revoked: for one that was taken back, and for that of somebody who may see nothing any more.
    """
    found = db.session.scalars(select(FeedToken).where(FeedToken.token_hash == hashed(token)).options(
        joinedload(FeedToken.person), joinedload(FeedToken.enrolment))).one_or_none()
    if found is None:
        raise NotThere(_("没有这个日历地址。请核对是不是抄全了。"))
    if found.person is None:
        if found.revoked_at is not None:
            raise Revoked(is_participants=True)
        return found, None
    actor = Actor.of(found.person, frozenset(Role))
    if found.revoked_at is not None or not found.person.active or not actor.paths:
        raise Revoked
    return found, actor


def follow(changes: Sequence[Change]) -> None:
    """Who is deactivated has no private feeds any more, whatever comes later; nor has who was erased or is called
    otherwise now, once nobody is left who signed up as he did."""
    for change in changes:
        if isinstance(change.subject, Person) and change.what == "deactivated":
            for one in db.session.scalars(FeedToken.of(change.subject)):
                one.revoke(change.as_of)
    changed = [change.as_of for change in changes
               if isinstance(change.subject, Enrolment) and change.what in ("erased", "corrected")]
    if changed:
        for one in db.session.scalars(_orphans()):
            one.forget(max(changed))


def _orphans() -> Select[FeedToken]:
    known = select(Enrolment.id).where(Enrolment.holder == FeedToken.holder).correlate(FeedToken).exists()
    return select(FeedToken).where(FeedToken.holder.is_not(None), FeedToken.holder != NOBODYS, ~known)
