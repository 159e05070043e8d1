"""Each event's entry, rendered once per version and language, and the revision that ETags come from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class FeedEntry(Model):
    """The VEVENT of an event that is or was public, as bytes; `revision` is when it was last remade."""

    __tablename__ = "feed_entry"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    revision: Mapped[int]
    is_tombstone: Mapped[bool] = mapped_column(default=False)
    stays_until: Mapped[datetime | None]  # tombstones leave the feed then
    body: Mapped[bytes] = mapped_column(LargeBinary)


class FeedRevision(Model):
    """One row: the revision of all feeds, and the epoch that a restore renews."""

    __tablename__ = "feed_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    epoch: Mapped[str] = mapped_column(String(16))
    revision: Mapped[int] = mapped_column(default=0)
