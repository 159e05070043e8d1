"""A private feed: the public entries of what is one's own, beside them drafts, deadlines and milestones.

What is or was public is the stored entry that every feed carries, so UID, SEQUENCE and times agree everywhere. The
rest is in no table of entries: it is nobody else's, and rendered as it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Actor
from app.accounts.places import Organization, below
from app.db import db
from app.events.entry import entry_of
from app.events.models import PUBLIC_STATES, Event
from app.events.queries import of_person, seen_by
from app.events.span import midnight
from app.events.words import EventState
from app.feeds.days import Asked, milestones, sign_up_ends, tasks_due, told_elsewhere
from app.feeds.feed import FORMAT
from app.feeds.models import FeedEntry
from app.feeds.slices import Window
from app.feeds.tokens import FeedToken, Holding
from app.plans.models import Task
from app.signup.letters import PRODUCT
from calendars.entry import Alarm, Entry, Status, render_entry, with_alarm
from calendars.feed import FeedHeader, render_feed
from calendars.timezones import SHANGHAI

COLOR = "steelblue"
# As in app/events/entry.py: constants, so that bytes do not move with the catalogue.
DRAFT = {"zh": "【草稿】", "en": "[Draft] "}
SUBMITTED = {"zh": "【待审】", "en": "[Under review] "}
NOT_PUBLIC = (EventState.DRAFT.value, EventState.SUBMITTED.value)


@dataclass(frozen=True, slots=True)
class Block:
    """One entry's bytes, and where it stands."""

    starts_at: datetime
    uid: str
    zone: str
    body: bytes


@dataclass(frozen=True)
class PrivateFeed:
    """What `token` holds of what `actor` may see at this moment."""

    token: FeedToken
    actor: Actor
    window: Window
    language: str
    base_url: str
    zone: str
    alarm: timedelta | None = None

    def bytes(self) -> bytes:
        """In the language in force, which the view makes this feed's."""
        blocks = sorted([*self._stored(), *self._made], key=lambda one: (one.starts_at, one.uid))
        return b"".join(render_feed(self._header(), self._ringing(blocks), {one.zone for one in blocks}))

    def tag(self, epoch: str) -> str:
        """What the bytes depend on: of stored entries their revisions and not their bodies."""
        said = sha256(repr((FORMAT, epoch, self._header(), self.alarm)).encode())
        for row in db.session.execute(self._kept().with_only_columns(FeedEntry.event_id, FeedEntry.revision).order_by(
                FeedEntry.event_id)):
            said.update(f"|{row.event_id}:{row.revision}".encode())
        for block in sorted(self._made, key=lambda one: one.uid):
            said.update(b"|" + block.body)
        return said.hexdigest()[:32]

    @cached_property
    def _made(self) -> list[Block]:
        """What is in no table of entries."""
        return [*self._drafts(), *self._days()]

    @property
    def title(self) -> str:
        return _("五进 · %(slice)s", slice=self.token.name)

    def _header(self) -> FeedHeader:
        """Without SOURCE: the address is a key."""
        return FeedHeader(
            title=self.title, product_id=PRODUCT, zone=self.zone, color=COLOR,
            language="en" if self.language == "en" else "zh-CN",
            description=_("%(slice)s，%(first)s 至 %(last)s。改期和取消会自动更新。",
                          slice=_("、").join(one.short for one in self.token.holdings),
                          first=self.window.first.isoformat(), last=self.window.last_day.isoformat()))

    @cached_property
    def _offices(self) -> list[int]:
        """Those in which the person holds a role, and with `BELOW` all below them."""
        if Holding.BELOW in self.token.holds:
            return list(db.session.scalars(select(Organization.id).where(below(self.actor.paths)).order_by(
                Organization.id)))
        return sorted({grant.organization_id for grant in self.actor.person.grants})

    def _own(self) -> ColumnElement[bool]:
        ways: list[ColumnElement[bool]] = [false()]
        if Holding.MINE in self.token.holds:
            ways.append(of_person(self.actor.person))
        if Holding.OFFICE in self.token.holds:
            ways.append(Event.organization_id.in_(self._offices))
        return and_(or_(*ways), self.window.condition(self.zone))

    def _stored(self) -> Iterator[Block]:
        rows = db.session.execute(self._kept())
        return (Block(row.starts_at, row.ical_uid, row.zone, row.body) for row in rows)

    def _kept(self) -> Select[Any]:
        """What is public, and what was and is deleted as long as its tombstone stays."""
        assert self.window.today is not None
        gone = and_(Event.deleted_at.is_not(None), FeedEntry.is_tombstone.is_(True),
                    FeedEntry.stays_until > midnight(self.window.today, self.zone))
        public = and_(Event.state.in_(PUBLIC_STATES), Event.deleted_at.is_(None))
        return select(FeedEntry.starts_at, Event.ical_uid, FeedEntry.zone, FeedEntry.body).join(
            Event, Event.id == FeedEntry.event_id).where(
            FeedEntry.language == self.language, self._own(), or_(public, gone))

    def _drafts(self) -> Iterator[Block]:
        events = Event.scoped(self.actor).where(self._own(), Event.state.in_(NOT_PUBLIC)).options(
            joinedload(Event.organization), joinedload(Event.parent).selectinload(Event.tasks),
            selectinload(Event.parts), selectinload(Event.in_regions),
            selectinload(Event.tasks).joinedload(Task.category))
        return (self._block(self._draft(event)) for event in db.session.scalars(events).unique())

    def _draft(self, event: Event) -> Entry:
        """Its page is the console's: the public one is not there yet."""
        entry = entry_of(event, self.language, self.base_url)
        page = f"{self.base_url}/console/events/{event.id}"
        prefix = (SUBMITTED if event.state == EventState.SUBMITTED else DRAFT)[self.language]
        return replace(entry, status=Status.TENTATIVE, summary=prefix + event.titled(self.language), url=page,
                       description=entry.description.replace(entry.url, page))

    def _days(self) -> Iterator[Block]:
        asked, days = Asked(self.actor, self._offices, self.window.first, self.window.last), []
        if Holding.DEADLINES in self.token.holds:
            days += [*sign_up_ends(db.session.scalars(self._with_deadlines()).unique(), self.language),
                     *tasks_due(asked, self.language), *told_elsewhere(asked)]
        if Holding.MILESTONES in self.token.holds:
            days += milestones(asked, self.language)
        return (self._block(day.entry(self.base_url, self.zone)) for day in days)

    def _with_deadlines(self) -> Select[Event]:
        events = Holding.MINE in self.token.holds or Holding.OFFICE in self.token.holds
        own = self._own() if events else and_(
            Event.organization_id.in_(self._offices), self.window.condition(self.zone))
        return select(Event).where(own, Event.deleted_at.is_(None), seen_by(self.actor),
                                   Event.signup_closes_at.is_not(None)).options(joinedload(Event.parent))

    def _block(self, entry: Entry) -> Block:
        starts = entry.starts if isinstance(entry.starts, datetime) else midnight(entry.starts, entry.zone)
        return Block(starts, entry.uid, entry.zone or SHANGHAI, render_entry(entry))

    def _ringing(self, blocks: Iterable[Block]) -> Iterator[bytes]:
        alarm = Alarm(self.alarm, _("活动提醒")) if self.alarm else None
        for one in blocks:
            yield with_alarm(one.body, alarm) if alarm else one.body
