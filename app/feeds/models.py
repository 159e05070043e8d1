"""Each event's entry, rendered once per version and language, and the revision that ETags come from."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column, validates

from app.db import Model


class FeedEntry(Model):
    """The VEVENT of an event that is or was public, as bytes; `revision` is when it was last remade.

    Times and filter keys are those of the last public version: once the event is a draft again its row
    may say something that nobody is to know yet.
    """

    __tablename__ = "feed_entry"
    # Bodies make rows long: what a feed is made of is read from this alone, in the order in which it is cut.
    __table_args__ = (Index("ix_feed_entry_contents", "language", "day", "zone", "event_id", "revision", "octets"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    revision: Mapped[int]
    is_tombstone: Mapped[bool] = mapped_column(default=False, index=True)
    stays_until: Mapped[datetime | None]  # tombstones leave the feed then
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(40))
    keys: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    day: Mapped[date]  # of `starts_at`, in UTC
    octets: Mapped[int]

    @validates("body")
    def _weigh(self, name: str, body: bytes) -> bytes:
        self.octets = len(body)
        return body

    @validates("starts_at")
    def _date(self, name: str, starts_at: datetime) -> datetime:
        self.day = starts_at.astimezone(UTC).date()
        return starts_at

    @classmethod
    def of_events(cls, ids: list[int]) -> Select[FeedEntry]:
        return select(cls).where(cls.event_id.in_(ids))


class FeedRevision(Model):
    """One row: the revision of all feeds, when it was raised, and the epoch that a restore renews."""

    __tablename__ = "feed_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]

    @classmethod
    def current(cls) -> Select[FeedRevision]:
        return select(cls).where(cls.id == 1)

    def rise(self, as_of: datetime) -> None:
        """The next revision. Its moment always rises too: If-Modified-Since knows only whole seconds."""
        self.revision += 1
        self.changed_at = max(as_of, self.changed_at + timedelta(seconds=1))

    def renew_epoch(self) -> None:
        """Makes every ETag given out so far worth nothing."""
        self.epoch = secrets.token_hex(8)
