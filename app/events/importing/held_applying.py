"""Held events of a sheet brought in, and taken back again as long as nobody has worked on them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Person
from app.accounts.places import Organization
from app.db import Change, db, note
from app.errors import Refused
from app.events.approval import approvals_of
from app.events.figures import Figures
from app.events.importing.held_sheet import HeldSheet
from app.events.importing.models import ForeignEntry
from app.events.models import Event
from app.events.words import EventState
from app.plans.sheet_head import Line

if TYPE_CHECKING:
    from app.accounts.models import Actor

NEW = {"parts": (), "hosts": (), "programmes": (), "comments": ()}  # so that nobody asks the database for them


class BroughtInMeanwhile(Refused):
    """Somebody of the office brought in the same sheet at the same moment; nothing of ours stays."""

    def __init__(self) -> None:
        super().__init__(_("同事刚刚导入了同样的活动。没有重复登记，请再核对一遍。"))


def bring_in(found: HeldSheet, own: Organization, person: Person, job_id: int, name: str, as_of: datetime, *,
             confirmed: bool) -> int:
    """How many events there are more. Figures of one who may publish count where he says that he looked at them
    (`confirmed`, or in the line itself); others' wait for the reviewer. All of it in the caller's transaction.

    :raises BroughtInMeanwhile: when another transaction was first.
    """
    known = _remembered(found.fresh)
    for line in found.fresh:
        event = _drafted(line, as_of)
        db.session.add(event)
        figures = Figures(**{name: line.values[name] for name in ("attendances", "people", "materials")},
                          summary="", media_url="", entered_by_id=person.id, entered_at=as_of)
        approval = found.approvals[event.organization.id, event.kind]
        if approval.lets(person):
            event.record_figures(figures, as_of, confirmed=confirmed or line.values["confirmed"])
        else:
            event.hand_in_figures(figures, person, as_of)
        entry = known.get(_key(line)) or ForeignEntry(organization_id=event.organization.id, uid=_uid(line),
                                                      recurrence=str(event.span.starts_on))
        entry.event, entry.facts = event, {"title": event.title, "version": event.version}
        entry.source, entry.imported_at = _source(job_id, name), as_of
        db.session.add(entry)
    note(Change(own, "held_imported", as_of, after={
        "source": name, "new": len(found.fresh), "same": found.count("same"), "left_out": found.bad}))
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise BroughtInMeanwhile from error
    return len(found.fresh)


def _drafted(line: Line, as_of: datetime) -> Event:
    said = {name: line.values[name] for name in (
        "kind", "title", "span", "organization", "location", "tasks", "regions", "credit_hours")}
    return Event.draft(as_of=as_of, figures=None, submission=None, parent=None,
                       **{name: list(value) for name, value in NEW.items()}, **said)


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What of one import is still there. `untouched`: nobody has worked on it or decided it since."""

    events: Sequence[Event]
    untouched: Sequence[Event]

    @classmethod
    def by(cls, job_id: int, actor: Actor, *, lock: bool = False) -> BroughtIn:
        """Within the actor's reach; a bounded number of queries."""
        entries = db.session.scalars(select(ForeignEntry).where(
            ForeignEntry.source.startswith(_source(job_id, ""), autoescape=True))).all()
        was = {one.event_id: one.facts["version"] for one in entries}
        wanted = Event.scoped(actor).where(Event.id.in_([id for id in was if id])).options(
            joinedload(Event.organization), joinedload(Event.figures), selectinload(Event.parts),
            selectinload(Event.tasks), selectinload(Event.hosts), selectinload(Event.programmes),
            selectinload(Event.in_regions))
        events = db.session.scalars(wanted.with_for_update(of=Event) if lock else wanted).unique().all()
        approvals = approvals_of(events)
        return cls(events, [one for one in events if one.version == was[one.id] and (
            one.state == EventState.SUBMITTED or approvals[one.id].lets(actor.person))])

    def take_back(self, own: Organization, reason: str, as_of: datetime) -> int:
        """How many are gone. What somebody has worked on stays."""
        for event in self.untouched:
            if event.state == EventState.SUBMITTED:
                event.take_back(as_of)
                event.discard(as_of)
            else:
                event.annul(as_of, reason)
        note(Change(own, "held_import_undone", as_of, after={
            "removed": len(self.untouched), "stayed": len(self.events) - len(self.untouched)}))
        return len(self.untouched)


def _remembered(lines: Sequence[Line]) -> dict[tuple[int, str, str], ForeignEntry]:
    """Of sheets brought in before, whose events were taken back since."""
    offices = {line.values["organization"].id for line in lines}
    return {(one.organization_id, one.uid, one.recurrence): one for one in db.session.scalars(
        select(ForeignEntry).where(ForeignEntry.organization_id.in_(offices),
                                   ForeignEntry.uid.in_({_uid(line) for line in lines})))}


def _key(line: Line) -> tuple[int, str, str]:
    return line.values["organization"].id, _uid(line), str(line.values["span"].starts_on)


def _uid(line: Line) -> str:
    return f"held-sheet:{hashlib.sha256(line.values['title'].encode()).hexdigest()[:40]}"


def _source(job_id: int, name: str) -> str:
    return f"held-sheet {job_id}: {name}"[:200]
