"""What lines of a sheet of held events are held against: the plans' tasks, and the events that are here already."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from app.db import db
from app.events.choosing import in_force, task_key
from app.events.models import Event
from app.events.span import midnight
from app.events.words import EventState
from app.plans.models import Plan, Task
from app.plans.sheet_head import Line, plain

if TYPE_CHECKING:
    from app.accounts.models import Actor

AT_ONCE = 500  # titles asked for in one statement
_CODE = re.compile(r"(?:(\d{4})\s*[/年]\s*)?([A-Za-z][A-Za-z0-9.\-]*\d|\d+(?:[.\-]\d+)+)")


class PlanTasks:
    """All that the actor may choose, by code and by name, in two queries."""

    def __init__(self, actor: Actor) -> None:
        self._plans = db.session.scalars(Plan.scoped(actor)).all()
        self._tasks: dict[str, Task] = {}
        self._named: dict[tuple[int, str], list[Task]] = defaultdict(list)
        for task in db.session.scalars(Task.scoped(actor).where(Task.withdrawn_at.is_(None)).options(
                contains_eager(Task.plan))):
            self._tasks[task_key(task).upper()] = task
            self._named[task.plan.year, plain(task.title)].append(task)

    def find(self, words: Iterable[str], year: int) -> tuple[list[Task], str]:
        """The tasks that they name in the plan of `year`, or in the newest before it; and a word that names none."""
        plan = in_force(self._plans, year)
        found: dict[int, Task] = {}
        for word in words:
            task = self._task(word, plan.year if plan else year)
            if task is None:
                return [], word
            found[task.id] = task
        return sorted(found.values(), key=lambda task: (task.position, task.id)), ""

    def _task(self, word: str, year: int) -> Task | None:
        """I2.1, 2026/I2.1, its title, or both one after the other."""
        named = self._named.get((year, plain(word)), [])
        if len(named) == 1:
            return named[0]
        code = _CODE.match(word.strip())
        return self._tasks.get(f"{code[1] or year}/{code[2]}".upper()) if code else None


@dataclass(frozen=True, slots=True)
class Known:
    """Events of the same offices by title and first day."""

    events: Mapping[tuple[int, str, date], Event]

    @classmethod
    def of(cls, wanted: list[dict[str, Any]], zone: str) -> Known:
        """Of the offices and days in `wanted`."""
        found: dict[tuple[int, str, date], Event] = {}
        titles = sorted({one["title"] for one in wanted})
        offices = sorted({one["organization"].id for one in wanted})
        days = [one["span"].starts_on for one in wanted]
        for start in range(0, len(titles), AT_ONCE):
            for event in db.session.scalars(select(Event).where(
                    Event.title.in_(titles[start:start + AT_ONCE]), Event.organization_id.in_(offices),
                    Event.deleted_at.is_(None), Event.starts_at >= midnight(min(days), zone),
                    Event.starts_at < midnight(max(days) + timedelta(days=1), zone)).options(
                        joinedload(Event.figures))):
                found[event.organization_id, event.title, event.span.starts_on] = event
        return cls(found)

    def tell(self, line: Line) -> None:
        """The same title of the same office on the same day is the same event: it is told, and not doubled."""
        values = line.values
        event = self.events.get((values["organization"].id, values["title"], values["span"].starts_on))
        if event is None:
            return
        line.found, line.what = event, "same"
        state = EventState(event.state)
        line.hints["title"] = _("已有这个活动（%(state)s），不再登记。", state=state.label) if event.figures else _(
            "已有这个活动（%(state)s），还没有人数：请到活动页登记。", state=state.label)
