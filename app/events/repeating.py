"""The same once more: an event's copy on other days, a draft that has lived through nothing yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.db import Change, db, note
from app.events.lifecycle import WrongState
from app.events.span import Span, later
from app.events.words import EventKind, EventState, Part
from app.plans.standing import Standing

if TYPE_CHECKING:
    from app.accounts.places import Organization
    from app.events.models import Event
    from app.plans.models import Task

FRAME = ("title", "title_en", "description", "location", "audience", "contact", "takes_enrolments", "capacity",
         "is_for_children", "credit_hours", "advance_count")


class Repeating:
    """Mixed into `Event`."""

    def repeat(self: Event, starts_at: datetime, as_of: datetime, *, tasks: Sequence[Task] = (),
               parent: Event | None = None) -> Event:
        """A new draft of it that begins at `starts_at`, with its stages or sessions; all as much later by the clocks
        of its zone. Nobody is told. Items and issues stay with the one they were made for.

        :raises WrongState: for a stage or session alone, and where nobody goes on with what the office did.
        """
        self.require_repeatable()
        begun = self.span.beginning(starts_at)
        made = self.copied(begun, as_of, speaker=self.speaker, online_url=self.online_url, tasks=list(tasks))
        db.session.add(made)
        made.add_parts([
            part.copied(part.span.later_by(self.span.distance_to(begun.starts_at)), as_of, speaker=part.speaker,
                        online_url=part.online_url) for part in self.parts_to_repeat()], as_of)
        if parent is not None:
            parent.add_part(made, as_of)
        made.version = 1  # as begun: nobody has seen it in the making
        db.session.flush()
        note(Change(made, "repeated", as_of, before={"starts_on": self.span.starts_on}, quiet=True,
                    after={"starts_on": begun.starts_on, "source": f"#{self.id} {self.title}"}))
        return made

    def require_repeatable(self: Event) -> None:
        if self.part and Part(self.part).follows_parent:
            raise WrongState(_("阶段和课次随所属的活动，请再办整个活动。"))
        office = successor(self.organization)
        if office.closed_at is not None:
            raise WrongState(_("“%(office)s”已经关闭，不能再办它的活动。", office=office.name))

    def copied(self: Event, span: Span, as_of: datetime, **changes: Any) -> Event:
        """A draft that says the same of another time, for the office that goes on; sign-up closes as long before.
        What of its programmes and hosts is no more stays away. `changes` say otherwise."""
        closes = self.signup_closes_at
        frame = {name: getattr(self, name) for name in FRAME} | {
            "signup_closes_at": closes and later(closes, self.span.distance_to(span.starts_at), self.zone)}
        event = type(self).draft(kind=EventKind(self.kind), span=span, organization=successor(self.organization),
                                 as_of=as_of, regions=self.regions, **frame | changes)
        event.programmes = [one for one in self.programmes if one.closed_at is None]
        event.hosts = [one for one in self.hosts if one.standing != Standing.WITHDRAWN]
        shares = {one.region_code: one.share for one in self.in_regions}
        for one in event.in_regions:
            one.share = shares.get(one.region_code)
        return event

    def parts_to_repeat(self: Event) -> list[Event]:
        """What people saw of its stages and sessions; of one that was cancelled as a whole, also the cancelled."""
        own = type(self)
        loaded = db.session.scalars(select(own).where(own.parent_id == self.id, own.deleted_at.is_(None)).options(
            selectinload(own.in_regions), selectinload(own.programmes), selectinload(own.hosts),
            selectinload(own.organization)).order_by(own.starts_at, own.id)).all()
        shown = set(self.shown_parts)
        return [part for part in loaded if part in shown and part.part and Part(part.part).follows_parent
                and (part.state != EventState.CANCELLED or self.state == EventState.CANCELLED)]


def successor(organization: Organization) -> Organization:
    """Who goes on with what a merged office did."""
    while organization.merged_into is not None:
        organization = organization.merged_into
    return organization
