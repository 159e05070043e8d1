"""Each event's entry, remade in the transaction of its change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.places import Organization, Region
from app.db import Change, db
from app.errors import Refused
from app.events.entry import entry_of
from app.events.models import PUBLIC_STATES, Event, EventRegion, event_task
from app.events.sequence import raise_once
from app.events.span import midnight
from app.feeds.filters import keys_of
from app.feeds.models import FeedEntry, FeedRevision
from app.feeds.saved import SavedSlice
from app.feeds.tombstones import as_tombstone
from app.languages import LANGUAGES
from app.plans.models import Category, Plan, Task
from calendars.entry import Entry, render_entry
from calendars.errors import CalendarError

A_BATCH = 200
SHOWN = (Event, Task, Category, Plan, Organization, Region, SavedSlice)


class Unwritable(Refused):
    """An event with something in it that no calendar can carry; forms refuse it before."""

    status = 422


def follow(changes: Sequence[Change]) -> None:
    """Remakes the entries of the events that changed, and of those whose entry shows what changed."""
    changes = [change for change in changes if isinstance(change.subject, SHOWN)]
    if not changes:
        return
    as_of = max(change.as_of for change in changes)
    changed = {change.subject.id for change in changes if isinstance(change.subject, Event)}
    revision = db.session.scalars(FeedRevision.current().with_for_update()).one()
    number, touched = revision.revision + 1, False
    for event, stored in _with_entries(_concerned(changes, changed)):
        _follow_one(event, stored, number, None if event.id in changed else as_of)
        touched |= any(entry.revision == number for entry in stored.values())
    # A plan adopted or a region renamed may move events into a slice without touching an entry; a slice may go.
    if touched or any(not isinstance(change.subject, Event) for change in changes):
        revision.rise(as_of)


def _follow_one(event: Event, stored: dict[str, FeedEntry], revision: int, shows_since: datetime | None) -> None:
    """`shows_since`: nobody touched the event, but what it shows of others changed then."""
    was_there = bool(stored)
    if _remake(event, stored, revision) and shows_since and was_there:
        # It reads differently, and readers go by SEQUENCE and LAST-MODIFIED.
        raise_once(event, shows_since)
        event.revised_at = shows_since
        _remake(event, stored, revision)


def rebuild() -> Iterator[int]:
    """Remakes every entry, a batch at a time, each to be committed; gives the size of each batch.

    ETags given out before are worth nothing afterwards.
    """
    revision = db.session.scalars(FeedRevision.current().with_for_update()).one()
    revision.renew_epoch()
    number, last = revision.revision, 0
    while ids := db.session.scalars(_ever_public().where(Event.id > last).limit(A_BATCH)).all():
        for event, stored in _with_entries(Event.id.in_(ids)):
            _remake(event, stored, number)
        last = ids[-1]
        yield len(ids)


def count_to_rebuild() -> int:
    return len(db.session.scalars(_ever_public()).all())


def _ever_public():  # type: ignore[no-untyped-def]
    return select(Event.id).where(Event.published_at.is_not(None)).order_by(Event.id)


def _concerned(changes: Sequence[Change], changed: set[int]) -> ColumnElement[bool]:
    """The events changed, their parents and parts, and those that show what else changed."""
    parents = select(Event.parent_id).where(Event.id.in_(changed), Event.parent_id.is_not(None))
    ways: list[ColumnElement[bool]] = [
        Event.id.in_(changed), Event.id.in_(parents), Event.parent_id.in_(changed)]
    def ids(kind: type) -> list[Any]:
        """In one condition: an import of the plan's sheet renames hundreds, and SQLite bounds an expression."""
        return sorted({change.subject.id for change in changes if isinstance(change.subject, kind)})

    if offices := ids(Organization):
        ways.append(Event.organization_id.in_(offices))
    if regions := sorted({change.subject.code for change in changes if isinstance(change.subject, Region)}):
        ways.append(Event.id.in_(select(EventRegion.event_id).where(EventRegion.region_code.in_(regions))))
    for kind, column in ((Task, Task.id), (Category, Task.category_id), (Plan, Task.plan_id)):
        if shown := ids(kind):
            linked = select(event_task.c.event_id).join(Task, Task.id == event_task.c.task_id).where(
                column.in_(shown))
            ways += [Event.id.in_(linked), Event.parent_id.in_(linked)]
    return or_(*ways)


def _with_entries(concerned: ColumnElement[bool]) -> Iterable[tuple[Event, dict[str, FeedEntry]]]:
    events = db.session.scalars(select(Event).where(concerned, Event.published_at.is_not(None)).options(
        joinedload(Event.organization), joinedload(Event.parent).selectinload(Event.tasks).joinedload(Task.plan),
        joinedload(Event.parent).selectinload(Event.programmes), selectinload(Event.programmes),
        selectinload(Event.parts), selectinload(Event.in_regions),
        selectinload(Event.tasks).joinedload(Task.plan), selectinload(Event.tasks).joinedload(Task.category),
    ).order_by(Event.id)).unique().all()
    stored: dict[int, dict[str, FeedEntry]] = {event.id: {} for event in events}
    for entry in db.session.scalars(FeedEntry.of_events(list(stored))):
        stored[entry.event_id][entry.language] = entry
    return [(event, stored[event.id]) for event in events]


def _remake(event: Event, stored: dict[str, FeedEntry], revision: int) -> bool:
    """Whether anything of it reads differently now."""
    if event.state in PUBLIC_STATES and event.deleted_at is None:
        return any([_publish(event, language, stored, revision) for language in LANGUAGES])
    return any([_bury(event, entry, revision) for entry in stored.values() if not entry.is_tombstone])


def _publish(event: Event, language: str, stored: dict[str, FeedEntry], revision: int) -> bool:
    try:
        entry = entry_of(event, language, current_app.config["BASE_URL"])
        body = render_entry(entry)
    except CalendarError as error:
        raise Unwritable(_("“%(title)s”里有日历写不了的内容，请检查时间、链接和标题。",
                           title=event.title[:40])) from error
    kept, keys = stored.get(language), keys_of(event)
    if kept is None:
        kept = stored[language] = FeedEntry(event_id=event.id, language=language)
        db.session.add(kept)
    elif kept.body == body and not kept.is_tombstone:
        if kept.keys != keys:  # it reads the same, and stands in other slices
            kept.keys, kept.revision = keys, revision
        return False
    kept.revision, kept.body, kept.keys, kept.zone = revision, body, keys, event.zone
    kept.starts_at, kept.ends_at = _begins(entry), event.ends_at
    kept.is_tombstone, kept.stays_until = False, None
    return True


def _bury(event: Event, kept: FeedEntry, revision: int) -> bool:
    kept.body = as_tombstone(kept.body, sequence=event.sequence, stamp=event.revised_at, language=kept.language)
    kept.revision, kept.is_tombstone, kept.stays_until = revision, True, event.stays_until
    return True


def _begins(entry: Entry) -> datetime:
    return entry.starts if isinstance(entry.starts, datetime) else midnight(entry.starts, entry.zone)
