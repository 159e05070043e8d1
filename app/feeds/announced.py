"""An event as it was last announced: the row of one that was withdrawn may say more than anybody should know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from icalendar import Event as Component
from sqlalchemy import ColumnElement, select

from app.db import db
from app.errors import Refused
from app.events.entry import CANCELLED, POSTPONED
from app.events.models import PUBLIC_STATES, Event
from app.events.span import Span
from app.feeds.models import FeedEntry


@dataclass(frozen=True)
class Announced:
    """`entry`: its last public entry, said to be off. What is not told here is the event's."""

    event: Event
    title: str
    span: Span | None
    entry: bytes = b""
    location: str = ""
    online_url: str = ""
    contact: str = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.event, name)

    def called(self, language: str) -> str:
        return self.title

    @property
    def starts_at(self) -> Any:
        return self.span.starts_at if self.span else None

    @property
    def ends_at(self) -> Any:
        return self.span.ends_at if self.span else None

    @property
    def is_all_day(self) -> bool:
        return self.span is not None and self.span.is_all_day


class Withdrawn(Refused):
    """It was public once. The same address is good again when it is published again."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("这个活动已经撤回，请不要按原来公布的时间前往。"))


def gone(which: ColumnElement[bool]) -> Event | None:
    """Of what was public and is no more the one meant; anything else is as unknown as it ever was."""
    return db.session.scalars(select(Event).where(
        which, Event.published_at.is_not(None),
        Event.deleted_at.is_not(None) | Event.state.not_in(PUBLIC_STATES))).one_or_none()


def is_told_until(event: Event, as_of: datetime) -> bool:
    """Whether calendars still say that it is off, and of what."""
    stone = db.session.get(FeedEntry, (event.id, "zh"))
    return stone is not None and stone.stays_until is not None and stone.stays_until > as_of


def announced(event: Event, language: str) -> Event | Announced:
    """For who signed up: the event itself while it is public."""
    if event.is_public and event.deleted_at is None:
        return event
    stored = db.session.get(FeedEntry, (event.id, language)) or db.session.get(FeedEntry, (event.id, "zh"))
    if stored is None:
        return Announced(event, _("已经撤回的活动"), None)
    known = Component.from_ical(stored.body)
    title = str(known.get("SUMMARY", ""))
    for prefix in (*CANCELLED.values(), *POSTPONED.values()):
        title = title.removeprefix(prefix)
    is_all_day = b"DTSTART;VALUE=DATE" in stored.body
    return Announced(event, title, Span(stored.starts_at, stored.ends_at, is_all_day, stored.zone), stored.body)
