"""What a follower has not been told of yet: the news since his last letter, an event each, within his slices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from app.db import db
from app.events.models import Event
from app.events.words import EventState, Part
from app.feeds.following.news import EventNews
from app.feeds.models import FeedEntry
from app.feeds.slices import Slice
from app.signup.letters import News, Schedule
from app.signup.telling import news_of

ORDER = ("new", News.RESTORED, News.MOVED, News.PLACE, News.POSTPONED, News.CANCELLED, News.UNPUBLISHED)


@dataclass(frozen=True, slots=True)
class Item:
    """One event, and what is to be said of it: `what` is "new" or a `News`."""

    event: Event
    what: str
    was: Schedule | None

    @property
    def is_new(self) -> bool:
        return self.what == "new"

    @property
    def is_off(self) -> bool:
        return self.what in (News.CANCELLED, News.UNPUBLISHED)

    @property
    def is_gone(self) -> bool:
        """Its page shows nothing any more."""
        return self.what == News.UNPUBLISHED

    @property
    def key(self) -> tuple[int, str, str]:
        """What a reader is told of it: equal keys read alike."""
        return self.event.id, self.what, repr(self.was.span) if self.was else ""


@dataclass(slots=True)
class Unread:
    """All news of a time in two queries, to be asked slice by slice."""

    rows: Sequence[EventNews]
    entries: Sequence[FeedEntry]
    _within: dict[str, set[int]] = field(default_factory=dict)

    @classmethod
    def between(cls, after: datetime, until: datetime) -> Unread:
        rows = db.session.scalars(EventNews.between(after, until)).all()
        ids = {row.event_id for row in rows}
        # An entry keeps what filters ask for, also of an event that is a draft again.
        return cls(rows, db.session.execute(select(FeedEntry.event_id, FeedEntry.keys).where(
            FeedEntry.language == "zh", FeedEntry.event_id.in_(ids))).all() if ids else [])  # type: ignore[arg-type]

    def of(self, topic: str, chosen: Slice, after: datetime, until: datetime) -> list[Item]:
        """By kind of news, then by start."""
        if topic not in self._within:
            self._within[topic] = {row.event_id for row in chosen.keep(self.entries)} if self.entries else set()
        within = self._within[topic]
        items = _items(row for row in self.rows if row.event_id in within and after < row.at <= until)
        return sorted((one for one in items if not one.event.is_over(until)),
                      key=lambda one: (ORDER.index(one.what), one.event.starts_at, one.event.id))


def _items(rows: Iterable[EventNews]) -> Iterable[Item]:
    first: dict[int, EventNews] = {}
    for row in rows:
        first.setdefault(row.event_id, row)
    for row in first.values():
        event, was = row.event, row.schedule
        if was is None:
            # A day of a class is told with the class; what came and went between two letters is no news.
            if event.state == EventState.PUBLISHED and not (event.part and Part(event.part).follows_parent):
                yield Item(event, "new", None)
        elif found := news_of(was, event):
            yield Item(event, found.value, was)
