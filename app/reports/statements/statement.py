"""What a report says: the numbers and rows of one office's period as plain values.

The page, the Word file, the sheet and the sealed snapshot are all made of this one value, so that they agree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.places import Organization, Region
from app.db import db
from app.plans.indicators import Indicator, Measure
from app.plans.models import Plan, Sector, Task
from app.reports.counting.cells import Amount, Count, rolled_up, shown
from app.reports.counting.rounding import adding_up
from app.reports.counting.tally import BY_EVENTS, Tally, TaskFigures, tally
from app.reports.statements.judging import Judged
from app.reports.statements.particulars import Particulars, particulars
from app.reports.statements.period import Period

Statement = dict[str, Any]

FORMAT = 2  # 1 told numbers alone; `opening` reads it still
NOTHING = "–"
BY_THE_EVENT = (*BY_EVENTS, Measure.HOSTS)
NO_EVENTS = {"events": 0, "attendances": 0, "materials": 0}


def statement_of(plan: Plan, office: Organization, period: Period, as_of: datetime, *,
                 spoken: str = "zh") -> Statement:
    """A bounded number of queries, whatever the number of events. Amounts are words, rounded to hundredths.

    `spoken`: "zh" for whatever is kept or leaves as a file, so that who pressed does not matter; a page its reader's.
    """
    with force_locale(spoken):
        return _stated(plan, office, period, as_of)


def _stated(plan: Plan, office: Organization, period: Period, as_of: datetime) -> Statement:
    within = office if office.parent_id else None
    own = tally(plan, as_of, within=within, since=period.starts_on, until=period.ends_on)
    to_date = tally(plan, as_of, within=within, until=period.ends_on)
    judged = Judged.of(plan, office, period, as_of)
    tasks = db.session.scalars(Task.ever_of_plan(plan).options(
        joinedload(Task.category), selectinload(Task.indicators), joinedload(Task.lead_organization))).all()
    named = particulars(tasks, own, to_date, period)
    return {
        "format": FORMAT, "office": office.name, "plan": plan.title, "year": plan.year,
        "period": period.word, "label": period.label, "kind": period.kind.value,
        "starts_on": period.starts_on.isoformat(), "ends_on": period.ends_on.isoformat(),
        "whole": _figures(own.whole), "to_date": _figures(to_date.whole),
        "is_from_january": period.starts_on.month == 1, "held_at": named.hosts,
        "sectors": [{"sector": sector.label} | named.sectors.get(sector.value, NO_EVENTS) for sector in Sector],
        "tasks": [_task(task, own, to_date, judged) | _named(task, judged, named, period) for task in tasks],
        **_cities(own, to_date),
    }


def digest_of(statement: Statement) -> str:
    """SHA-256 of the canonical JSON, 64 hex digits."""
    words = json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


def _figures(figures: TaskFigures) -> dict[str, Any]:
    return {"events": figures.done, "unconfirmed": figures.unconfirmed, "coming": figures.coming,
            "attendances": figures.attendances, "people": figures.people, "hours": shown(figures.hours),
            "materials": figures.materials, "cities": len(rolled_up(dict.fromkeys(figures.regions, 1), 4))}


def _task(task: Task, own: Tally, to_date: Tally, judged: Judged) -> dict[str, Any]:
    outlook = judged.task(task)
    return {
        "code": task.code, "title": task.title, "sector": Sector(task.category.sector).label,
        "category": task.category.name, "wording": "；".join(task.clauses), "wording_year": task.wording_year,
        "lead": task.lead_organization.name if task.lead_organization else task.lead_wording,
        "supporting": task.supporting, "in_charge": task.in_charge, "form_of_result": task.form_of_result,
        "due_on": task.due_on.isoformat() if task.due_on else "", "progress": task.progress_note,
        "problems": task.problems, "is_withdrawn": task.withdrawn_at is not None,
        "own": _figures(own.task(task.id)), "to_date": _figures(to_date.task(task.id)),
        "indicators": [_indicator(one, own.of(one), judged) for one in task.indicators],
        "light": outlook.light, "reason": outlook.reason,
    }


def _named(task: Task, judged: Judged, named: Particulars, period: Period) -> dict[str, Any]:
    """What is told of the task beside its numbers; `asks_events`: having held none is worth a word."""
    steps = judged.counted.steps_of(task.id)
    return {
        "asks_events": any(one.measure in BY_THE_EVENT for one in task.indicators) or not (steps or task.indicators),
        "top_events": named.events.get(task.id, []), "held_at": named.held_at.get(task.id, []),
        "entries": named.entries.get(task.id, []), "outside": named.outside.get(task.id, []),
        "milestones": [{
            "title": step.title, "due_on": _day(step.due_on), "reached_on": _day(step.reached_on),
            "office": step.office, "note": note, "files": files,
            "is_own": step.reached_on is not None and period.starts_on <= step.reached_on <= period.ends_on}
            for step in steps for note, files in [named.proofs.get(step.id, ("", 0))]],
    }


def _indicator(indicator: Indicator, own: Count, judged: Judged) -> dict[str, Any]:
    to_date, outlook = judged.counted.of(indicator), judged.outlook(indicator)
    return {
        "id": indicator.id, "name": indicator.name or indicator.task.title,
        "wording": indicator.wording, "asked": to_date.target.describe(), "basis": indicator.basis,
        "is_confirmed": indicator.is_confirmed, "measure": indicator.measure, "unit": to_date.target.unit,
        "own": shown(own.amount), "done": shown(to_date.done), "scheduled": shown(to_date.scheduled),
        "missing": shown(outlook.missing), "is_met": judged.is_met(indicator), "light": outlook.light,
        "reason": outlook.reason,
    }


def _cities(own: Tally, to_date: Tally) -> dict[str, Any]:
    """`cities`: each and what was held there; `elsewhere`: what lies in none, as what is for the whole province does.
    Together they come to all events done.
    """
    names = dict(db.session.execute(select(Region.code, Region.short_name).where(
        Region.level == "city", Region.code.startswith(own.plan.organization.region.stem)).order_by(
            Region.code)).all())
    columns = zip(*(_events_by_city(counted, names) for counted in (own, to_date)), strict=True)
    rows = [*names.items(), ("", _("全省性（不分市州）"))]
    *cities, elsewhere = [{"code": code, "name": name, "own": shown(held), "to_date": shown(before)}
                          for (code, name), (held, before) in zip(rows, columns, strict=True)]
    return {"cities": cities, "elsewhere": elsewhere}


def _events_by_city(counted: Tally, codes: Iterable[str]) -> list[Amount]:
    """In the order of the codes, and at the end of what lies in none of them."""
    held = rolled_up(counted.events_by_region, 4)
    events = [held.get(code, 0) for code in codes]
    return adding_up([*events, counted.whole.done - sum(events)])


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
