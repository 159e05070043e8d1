"""What was held under the name of each programme (品牌活动), across tasks, and which cities it reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.accounts.places import Organization
from app.db import db
from app.events.figures import Figures
from app.events.models import Event, EventRegion, event_programme, event_task
from app.reports.counting.lines import DONE, STAGE, UNCONFIRMED, countable
from app.reports.counting.places import DIGITS, at_level
from app.reports.counting.scope import Scope


@dataclass(frozen=True, slots=True)
class ProgrammeFigures:
    """Events by stage as in `TaskFigures`; attendances, cities and tasks (ids, of any plan) are of those done."""

    done: int = 0
    unconfirmed: int = 0
    coming: int = 0
    attendances: int = 0
    cities: frozenset[str] = frozenset()
    tasks: frozenset[int] = frozenset()


def programme_tally(year: int, *, within: Organization | None = None, since: date | None = None,
                    until: date | None = None) -> Mapping[int, ProgrammeFigures]:
    """By programme's id, for events that begin in `year` or in the narrower time; three queries.

    A joint event is one; it reaches each of its cities. One for the whole province reaches none. A campaign or
    series of which parts are held under the same name is its parts, and not one more.
    """
    scope = Scope(year, within, since or date(year, 1, 1), until or date(year, 12, 31))
    held = defaultdict(list)
    wholes = defaultdict(set)
    for programme, event, parent, stage, attendances in db.session.execute(scope.of_events(
            countable(event_programme.c.programme_id, Event.id, Event.parent_id, STAGE, Figures.attendances)
            .join(event_programme, event_programme.c.event_id == Event.id))):
        held[programme].append((event, stage, attendances or 0))
        wholes[programme].add(parent)
    of_any = select(event_programme.c.event_id)
    cities = _by_event(select(EventRegion.event_id, EventRegion.region_code).where(EventRegion.event_id.in_(of_any)))
    tasks = _by_event(select(event_task.c.event_id, event_task.c.task_id).where(event_task.c.event_id.in_(of_any)))
    return {programme: _summed([one for one in events if one[0] not in wholes[programme]], cities, tasks)
            for programme, events in held.items()}


def _summed(events, cities, tasks) -> ProgrammeFigures:  # type: ignore[no-untyped-def]
    done = [(event, attendances) for event, stage, attendances in events if stage == DONE]
    waiting = sum(stage == UNCONFIRMED for _event, stage, _attendances in events)
    reached = {at_level(code, DIGITS["city"]) for event, _attendances in done for code in cities[event]}
    return ProgrammeFigures(
        done=len(done), unconfirmed=waiting, coming=len(events) - len(done) - waiting,
        attendances=sum(attendances for _event, attendances in done), cities=frozenset(reached - {None}),
        tasks=frozenset(task for event, _attendances in done for task in tasks[event]))


def _by_event(wanted):  # type: ignore[no-untyped-def]
    found = defaultdict(list)
    for event, value in db.session.execute(wanted):
        found[event].append(value)
    return found
