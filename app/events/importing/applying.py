"""Rows of a foreign calendar brought in: drafts made, drafts that changed there changed here, drafts thrown away."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.accounts.places import Organization, Region
from app.db import Change, db, note
from app.errors import Refused
from app.events.importing.comparing import MAKES, TIMES, Line, What
from app.events.importing.models import ForeignEntry
from app.events.models import Event
from app.events.words import EventKind
from app.plans.models import Task


class ImportedMeanwhile(Refused):
    """Somebody of the office brought in the same entry at the same moment; nothing of ours stays."""

    def __init__(self) -> None:
        super().__init__(_("同事刚刚导入了同一个日历。没有重复导入，请再核对一遍。"))


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row somebody wants, and what a new event of it is to be."""

    line: Line
    kind: EventKind
    tasks: list[Task] = field(default_factory=list)
    regions: list[Region] = field(default_factory=list)


def bring_in(chosen: Iterable[Chosen], organization: Organization, source: str, as_of: datetime) -> dict[str, int]:
    """How many are new, changed and thrown away. All of it in the caller's transaction.

    :raises ImportedMeanwhile: when another transaction was first.
    """
    counts = {"new": 0, "changed": 0, "removed": 0}
    for one in chosen:
        line = one.line
        if line.what in MAKES:
            counts["new"] += 1
            _remember(line, _drafted(one, organization, as_of), organization, source, as_of)
        elif line.known and line.known.event:
            event = line.known.event
            if line.what is What.OFF:
                counts["removed"] += 1
                event.discard(as_of)
            else:
                counts["changed"] += 1
                _follow(line, event, as_of)
            _remember(line, event, organization, source, as_of)
    note(Change(organization, "calendar_imported", as_of, after={"source": source} | counts))
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise ImportedMeanwhile from error
    return counts


def _drafted(one: Chosen, organization: Organization, as_of: datetime) -> Event:
    facts = one.line.facts
    event = Event.draft(
        kind=one.kind, title=facts["title"], span=one.line.span, organization=organization, as_of=as_of,
        description=facts["description"], location=facts["location"], tasks=one.tasks, regions=one.regions)
    if one.kind is EventKind.CAMPAIGN:
        event.slug = f"campaign-{secrets.token_hex(2)}"
    db.session.add(event)
    return event


def _follow(line: Line, event: Event, as_of: datetime) -> None:
    """Only what has changed there: what was made better here stays."""
    words = {name: line.facts[name] for name in ("title", "description") if name in line.changed}
    event.revise(as_of, **words)
    span = line.span if set(TIMES) & set(line.changed) else event.span
    event.reschedule(span, as_of, location=line.facts["location"] if "location" in line.changed else None)


def _remember(line: Line, event: Event, organization: Organization, source: str, as_of: datetime) -> None:
    entry = line.known or ForeignEntry(organization_id=organization.id, uid=line.uid, recurrence=line.recurrence)
    entry.recurrence = line.recurrence  # another one, where the series has moved
    entry.event, entry.sequence, entry.facts = event, line.sequence, dict(line.facts)
    entry.source, entry.imported_at = source[:200], as_of
    db.session.add(entry)
