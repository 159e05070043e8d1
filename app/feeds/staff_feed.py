"""A private feed of the staff: beside what is public drafts, deadlines and milestones.

These are in no table of entries: they are nobody else's, and rendered as they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.accounts.models import Actor
from app.accounts.places import Organization, below
from app.db import db
from app.events.entry import entry_of
from app.events.models import Event
from app.events.queries import of_person, seen_by
from app.events.span import midnight
from app.events.words import EventState
from app.feeds.days import Asked, Day, milestones, sign_up_ends, tasks_due, told_elsewhere
from app.feeds.private import Block, PrivateFeed
from app.feeds.tokens import Holding
from app.plans.models import Task
from calendars.entry import Entry, Status, render_entry
from calendars.timezones import SHANGHAI

# As in app/events/entry.py: constants, so that bytes do not move with the catalogue.
DRAFT = {"zh": "【草稿】", "en": "[Draft] "}
SUBMITTED = {"zh": "【待审】", "en": "[Under review] "}
NOT_PUBLIC = (EventState.DRAFT.value, EventState.SUBMITTED.value)


@dataclass(frozen=True, kw_only=True)
class StaffFeed(PrivateFeed):
    """What its token holds of what `actor` may see at this moment."""

    actor: Actor

    @property
    def _holdings(self) -> str:
        return _("、").join(one.short for one in self.token.holdings)

    def _is_gone(self) -> ColumnElement[bool]:
        """What was taken back is a draft again, and told as one."""
        return Event.deleted_at.is_not(None)

    def _made(self) -> Iterator[Block]:
        yield from self._drafts()
        yield from (self._block(day.entry(self.base_url, self.zone)) for day in self._days)

    def _made_of(self, revision: int) -> Iterator[str]:
        """A draft shows what it is part of, its parts, and names; whoever gives another name raises `revision`."""
        whole, own_part = aliased(Event), aliased(Event)
        parts = select(func.sum(own_part.version)).where(own_part.parent_id == Event.id).scalar_subquery()
        drafts = db.session.execute(
            self._draft_events().outerjoin(whole, whole.id == Event.parent_id).with_only_columns(
                Event.id, Event.version, Event.state, whole.version, parts).order_by(None).order_by(Event.id)).all()
        if drafts:
            yield repr((revision, [tuple(one) for one in drafts]))
        yield from sorted(map(repr, self._days))

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
        return or_(*ways)

    def _draft_events(self) -> Select[Event]:
        return Event.scoped(self.actor).where(
            self._own(), self.window.condition(self.zone), Event.state.in_(NOT_PUBLIC))

    def _drafts(self) -> Iterator[Block]:
        events = self._draft_events().options(
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

    @cached_property
    def _days(self) -> list[Day]:
        asked = Asked(self.actor, self._offices, self.window.first, self.window.last)
        days: list[Day] = []
        if Holding.DEADLINES in self.token.holds:
            days += [*sign_up_ends(db.session.scalars(self._with_deadlines()).unique(), self.language),
                     *tasks_due(asked, self.language), *told_elsewhere(asked)]
        if Holding.MILESTONES in self.token.holds:
            days += milestones(asked, self.language)
        return days

    def _with_deadlines(self) -> Select[Event]:
        events = Holding.MINE in self.token.holds or Holding.OFFICE in self.token.holds
        own = self._own() if events else Event.organization_id.in_(self._offices)
        return select(Event).where(
            own, self.window.condition(self.zone), Event.deleted_at.is_(None), seen_by(self.actor),
            Event.signup_closes_at.is_not(None)).options(joinedload(Event.parent))

    def _block(self, entry: Entry) -> Block:
        starts = entry.starts if isinstance(entry.starts, datetime) else midnight(entry.starts, entry.zone)
        return Block(starts, entry.uid, entry.zone or SHANGHAI, render_entry(entry))
