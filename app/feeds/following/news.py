"""What happened to public events, kept for a while so that each follower can be told what is new to him.

One row a transaction and event; rows of one event are read together: moved and moved back is no news.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Select, Text, delete, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from app.db import Change, Model, db
from app.events.models import PUBLIC_STATES, Event
from app.signup.letters import Schedule
from app.signup.telling import news_of

KEPT_FOR = timedelta(days=30)
TIMES = ("starts_at", "ends_at")
KEPT = (*TIMES, "is_all_day", "location", "online_url", "state")


class EventNews(Model):
    """`was`: how the public knew the event before, as JSON; empty where it knew nothing of it."""

    __tablename__ = "event_news"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    event: Mapped[Event] = relationship()
    at: Mapped[datetime] = mapped_column(index=True)
    was: Mapped[str] = mapped_column(Text, default="")

    @classmethod
    def between(cls, after: datetime, until: datetime) -> Select[EventNews]:
        return (select(cls).where(cls.at > after, cls.at <= until).order_by(cls.id)
                .options(joinedload(cls.event).joinedload(Event.parent)))

    @property
    def schedule(self) -> Schedule | None:
        if not self.was:
            return None
        facts: dict[str, Any] = json.loads(self.was)
        return Schedule.of(facts | {name: datetime.fromisoformat(facts[name]) for name in TIMES}, self.event.zone)


def follow(changes: Sequence[Change]) -> None:
    """Keeps what this transaction changed for readers; a quiet change is none."""
    first: dict[Event, Change] = {}
    for change in changes:
        if isinstance(change.subject, Event) and "starts_at" in change.before and not change.quiet:
            first.setdefault(change.subject, change)
    for event, change in first.items():
        if event.published_at is None or event.is_over(change.as_of):
            continue
        is_new = change.before["state"] not in PUBLIC_STATES and event.published_at >= change.as_of
        if is_new or news_of(Schedule.of(change.before, event.zone), event):
            db.session.add(EventNews(event_id=event.id, at=change.as_of, was="" if is_new else _kept(change.before)))


def forget_old(as_of: datetime) -> int:
    gone = db.session.execute(delete(EventNews).where(EventNews.at < as_of - KEPT_FOR))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _kept(before: Any) -> str:
    return json.dumps({name: before[name].isoformat() if name in TIMES else before[name] for name in KEPT})
