"""Who follows which slices of the calendar: an address that was confirmed from its own mailbox, and no name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship, selectinload
from werkzeug.datastructures import MultiDict

from app.db import Change, Model, db, note
from app.errors import NotThere
from app.events.asking import office_zone
from app.feeds.following.rhythm import Rhythm
from app.feeds.slices import Slice
from app.outbox.models import address_hash
from app.outbox.unsubscribing import FOLLOWING, Reader
from app.signup.models import ConsentText

MOST = 20  # slices that one mailbox follows


class Follow(Model):
    """One slice that somebody asked for, and how often he then wanted letters."""

    __tablename__ = "follow"
    __table_args__ = (UniqueConstraint("follower_id", "topic"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    follower_id: Mapped[int] = mapped_column(ForeignKey("follower.id", ondelete="CASCADE"))
    follower: Mapped[Follower] = relationship(back_populates="follows")
    topic: Mapped[str] = mapped_column(String(32), index=True)  # of the canonical query, which may be long
    query: Mapped[str] = mapped_column(Text)
    rhythm: Mapped[str] = mapped_column(String(8))
    hour: Mapped[int]
    consent_id: Mapped[int] = mapped_column(ForeignKey("consent_text.id"))
    consent: Mapped[ConsentText] = relationship()
    asked_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]

    @property
    def slice(self) -> Slice:
        return Slice.of(MultiDict(parse_qsl(self.query)))

    @property
    def scope(self) -> str:
        return scope_of(self.topic)

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None


class Follower(Model):
    """A mailbox. `told_until`: what happened until then has been written about, or was before its time."""

    __tablename__ = "follower"
    __table_args__ = (
        Index("ix_follower_next_at", "next_at"),
        Index("ix_follower_rhythm_told_until", "rhythm", "told_until"),
        CheckConstraint("rhythm IN ('at_once','daily','weekly')", name="rhythm"),
        CheckConstraint("hour BETWEEN 8 AND 21", name="hour"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))  # its page's address is derived from it and SECRET_KEY
    address: Mapped[str] = mapped_column(String(254), unique=True)
    address_hash: Mapped[str] = mapped_column(String(64), index=True)  # as `unsubscribe` knows it
    language: Mapped[str] = mapped_column(String(8))
    rhythm: Mapped[str] = mapped_column(String(8))
    hour: Mapped[int]
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    told_until: Mapped[datetime]
    next_at: Mapped[datetime | None]  # of the next daily or weekly letter
    follows: Mapped[list[Follow]] = relationship(
        back_populates="follower", cascade="all, delete-orphan", passive_deletes=True, order_by=Follow.id)

    @classmethod
    def of_address(cls, address: str) -> Select[Follower]:
        return select(cls).where(cls.address == address).options(selectinload(cls.follows))

    @classmethod
    def holding(cls, token: str) -> Follower:
        """:raises NotThere: for a link that never was and one whose follower is erased alike."""
        number, _dot, _mac = token.partition(".")
        found = db.session.scalars(select(cls).where(cls.id == int(number)).options(
            selectinload(cls.follows))).one_or_none() if number.isascii() and number.isdigit() and len(
            number) < 10 else None
        if found is None or not hmac.compare_digest(found.token.encode(), token.encode()):
            raise NotThere(_("没有找到这个页面。链接可能不完整，或者您的邮箱已经从这里删除。"))
        return found

    @classmethod
    def unconfirmed(cls, address: str, language: str, rhythm: Rhythm, hour: int, as_of: datetime) -> Follower:
        return cls(salt=secrets.token_hex(16), address=address, address_hash=address_hash(address), language=language,
                   rhythm=rhythm.value, hour=hour, asked_at=as_of, told_until=as_of, confirmed_at=None, next_at=None)

    @property
    def token(self) -> str:
        words = f"follower:{self.id}:{self.salt}"
        key = current_app.config["SECRET_KEY"].encode()
        drawn = hmac.new(key, words.encode(), hashlib.sha256).digest()
        return f"{self.id}.{base64.urlsafe_b64encode(drawn).decode().rstrip('=')}"

    @property
    def url(self) -> str:
        return f"{current_app.config['BASE_URL']}/following/{self.token}"

    @property
    def confirmed(self) -> list[Follow]:
        return [one for one in self.follows if one.is_confirmed]

    @property
    def waiting(self) -> list[Follow]:
        """Asked for, from wherever, and not yet confirmed by whoever reads the mailbox."""
        return [one for one in self.follows if not one.is_confirmed]

    @property
    def told_rhythm(self) -> str:
        return Rhythm(self.rhythm).told(self.hour)

    def reader(self, scope: str = FOLLOWING) -> Reader:
        return Reader(self.address_hash, scope)

    def confirm(self, as_of: datetime) -> int:
        """What waits is followed from now on, as often as was asked for last; how many are new."""
        asked = self.waiting
        if not asked:
            return 0
        if not self.confirmed:
            self.confirmed_at = self.told_until = as_of
        for one in asked:
            one.confirmed_at = as_of
            self.reader().resume(one.scope, as_of)
        self.reader().resume(FOLLOWING, as_of)
        self._set(Rhythm(asked[-1].rhythm), asked[-1].hour, as_of)
        note(Change(self, "follow_confirmed", as_of, after=self.facts()))
        return len(asked)

    def change(self, rhythm: Rhythm, hour: int, language: str, as_of: datetime) -> None:
        """How often, and in which language."""
        before, self.language = self.facts(), language
        self._set(rhythm, hour, as_of)
        if self.facts() != before:
            note(Change(self, "follow_changed", as_of, before=before, after=self.facts()))

    def _set(self, rhythm: Rhythm, hour: int, as_of: datetime) -> None:
        self.rhythm, self.hour = rhythm.value, hour
        self.next_at = rhythm.next_after(as_of, hour, office_zone())

    def facts(self) -> dict[str, Any]:
        return {"rhythm": self.rhythm, "hour": self.hour, "language": self.language,
                "slices": [one.query for one in self.confirmed]}


def topic_of(wanted: Slice) -> str:
    return hashlib.sha256(wanted.query().encode()).hexdigest()[:32]


def scope_of(topic: str) -> str:
    return f"topic:{topic}"
