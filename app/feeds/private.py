"""A private feed: the public entries of what is one's own.

What is or was public is the stored entry that every feed carries, so UID, SEQUENCE and times agree everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.db import db
from app.events.models import PUBLIC_STATES, Event
from app.events.span import midnight
from app.feeds.feed import FORMAT
from app.feeds.models import FeedEntry, FeedRevision
from app.feeds.slices import Window
from app.feeds.tokens import FeedToken
from app.signup.letters import PRODUCT
from calendars.entry import Alarm, with_alarm
from calendars.feed import FeedHeader, render_feed

COLOR = "steelblue"


@dataclass(frozen=True, slots=True)
class Block:
    """One entry's bytes, and where it stands."""

    starts_at: datetime
    uid: str
    zone: str
    body: bytes


@dataclass(frozen=True)
class PrivateFeed:
    """What `token` holds at this moment; whose it is says what that is."""

    token: FeedToken
    window: Window
    language: str
    base_url: str
    zone: str
    alarm: timedelta | None = None

    def bytes(self) -> bytes:
        """In the language in force, which the view makes this feed's."""
        blocks = sorted([*self._stored(), *self._made()], key=lambda one: (one.starts_at, one.uid))
        return b"".join(render_feed(self._header(), self._ringing(blocks), {one.zone for one in blocks}))

    def tag(self, revision: FeedRevision) -> str:
        """What the bytes depend on, by revisions: no entry is read, and none is made."""
        said = sha256(repr((FORMAT, revision.epoch, self._header(), self.alarm)).encode())
        for row in db.session.execute(self._kept().with_only_columns(FeedEntry.event_id, FeedEntry.revision).order_by(
                FeedEntry.event_id)):
            said.update(f"|{row.event_id}:{row.revision}".encode())
        for word in self._made_of(revision.revision):
            said.update(b"|" + word.encode())
        return said.hexdigest()[:32]

    @property
    def title(self) -> str:
        return _("五进 · %(slice)s", slice=self._name)

    @property
    def _name(self) -> str:
        return self.token.name

    @property
    def _holdings(self) -> str:
        """In a sentence of the header."""
        raise NotImplementedError

    def _own(self) -> ColumnElement[bool]:
        """Whether an event is the holder's."""
        raise NotImplementedError

    def _is_gone(self) -> ColumnElement[bool]:
        """Whether it is told by what stays of its last public entry."""
        return Event.state.not_in(PUBLIC_STATES) | Event.deleted_at.is_not(None)

    def _made(self) -> Iterable[Block]:
        """What is in no table of entries."""
        return ()

    def _made_of(self, revision: int) -> Iterable[str]:
        """What that depends on. `revision`: that of the feeds."""
        return ()

    def _header(self) -> FeedHeader:
        """Without SOURCE: the address is a key."""
        return FeedHeader(
            title=self.title, product_id=PRODUCT, zone=self.zone, color=COLOR,
            language="en" if self.language == "en" else "zh-CN",
            description=_("%(slice)s，%(first)s 至 %(last)s。改期和取消会自动更新。",
                          slice=self._holdings, first=self.window.first.isoformat(),
                          last=self.window.last_day.isoformat()))

    def _stored(self) -> Iterator[Block]:
        rows = db.session.execute(self._kept())
        return (Block(row.starts_at, row.ical_uid, row.zone, row.body) for row in rows)

    def _kept(self) -> Select[Any]:
        """What is public, and of what was its tombstone as long as that stays."""
        assert self.window.today is not None
        gone = and_(self._is_gone(), FeedEntry.is_tombstone.is_(True),
                    FeedEntry.stays_until > midnight(self.window.today, self.zone))
        public = and_(Event.state.in_(PUBLIC_STATES), Event.deleted_at.is_(None))
        return select(FeedEntry.starts_at, Event.ical_uid, FeedEntry.zone, FeedEntry.body).join(
            Event, Event.id == FeedEntry.event_id).where(
            FeedEntry.language == self.language, self._own(), self.window.condition(self.zone), or_(public, gone))

    def _ringing(self, blocks: Iterable[Block]) -> Iterator[bytes]:
        alarm = Alarm(self.alarm, _("活动提醒")) if self.alarm else None
        for one in blocks:
            yield with_alarm(one.body, alarm) if alarm else one.body
