"""`/console/audit`: what happened to this event, this person, this setting. Nobody alters anything here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, g, render_template, request
from flask_security import current_user
from sqlalchemy import Select, select

from app.accounts.access import allowed
from app.accounts.models import Person, Role
from app.accounts.places import Organization
from app.audit.models import AuditRow
from app.audit.trail import Trail
from app.audit.views.telling import Line, sheet, told
from app.audit.views.words import THINGS, doings
from app.clock import now
from app.db import Change, db, note
from app.exporting import csv_of
from app.forms import PlainForm
from app.legible import day_in, number_in

bp = Blueprint("audit", __name__, url_prefix="/console/audit")

READERS = (Role.AUDITOR.value, Role.SECURITY_ADMIN.value, Role.ADMINISTRATOR.value)
PAGE, BATCH, MOST = 50, 500, 20_000
FILTERS = ("about", "who", "what", "since", "until")


@bp.app_template_global()
def reads_audit() -> bool:
    """Whether to show a link to the trail of a thing."""
    return bool(current_user) and current_user.is_authenticated and any(
        grant.role in READERS for grant in current_user.grants)


@bp.get("")
@allowed(*READERS)
def audit() -> str:
    rows = _rows(request.args)
    found = db.session.scalars(Trail.page(rows, number_in(request.args, "before"), PAGE + 1)).all()
    lines, asked = told(found[:PAGE]), {name: request.args[name] for name in FILTERS if request.args.get(name)}
    return render_template(
        "audit/audit.html", lines=lines, older=lines[-1].id if len(found) > PAGE else None, asked=asked,
        is_deep="before" in request.args, kinds=THINGS.items(), doings=doings(), form=PlainForm())


@bp.post("/export")
@allowed(*READERS)
def export() -> Response:
    """A sheet of what the page lists; that it was taken away is itself recorded."""
    rows, asked = _rows(request.form), {name: request.form[name] for name in FILTERS if request.form.get(name)}
    lines = list(_all(rows))
    note(Change(g.actor.person, "audit_exported", now(), after={**asked, "count": len(lines)}))
    db.session.commit()
    answer = current_app.response_class(csv_of(sheet(lines)), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="audit-{now():%Y%m%d}.csv"'
    return answer


def _all(rows: Select[AuditRow]) -> Iterator[Line]:
    """Up to `MOST`, newest first, batch by batch."""
    before, left = None, MOST
    while left and (found := db.session.scalars(Trail.page(rows, before, min(BATCH, left))).all()):
        yield from told(found)
        before, left = found[-1].id, left - len(found)


def _rows(asked: Any) -> Select[AuditRow]:
    trail = Trail(about=asked.get("about", "").strip(), what=asked.get("what", "").strip(),
                  actors=_actors(asked.get("who", "").strip()),
                  since=_midnight(asked, "since"), until=_midnight(asked, "until", later=1))
    return trail.rows(_within())


def _within() -> Select[Any] | None:
    """The branches in reach; at the root also what belongs to no organization."""
    if any(path.strip("/").isdigit() for path in g.actor.paths):
        return None
    return Organization.under(g.actor.paths).with_only_columns(Organization.id).order_by(None)


def _actors(who: str) -> tuple[str, ...] | None:
    """`person:7` as it stands, or all whose name has the word in it."""
    if not who:
        return None
    if who.startswith("person:") or who in ("participant", "cli", "job", "system"):
        return (who,)
    return tuple(f"person:{id}" for id in db.session.scalars(_called_like(who)))


def _called_like(who: str) -> Select[Any]:
    return select(Person.id).where(Person.name.contains(who, autoescape=True)).limit(200)


def _midnight(asked: Any, name: str, later: int = 0) -> datetime | None:
    day = day_in(asked, name)
    zone = ZoneInfo(current_app.config["TIMEZONE"])
    return datetime.combine(day + timedelta(days=later), time(), zone) if day else None
