"""The public plan: wording and confirmed counts. Lights, pace and working targets stay inside."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from app.accounts.access import public
from app.db import db
from app.errors import NotThere
from app.events.models import Event
from app.plans.models import Category, Plan, Sector, Task
from app.reports.progress import TaskFigures, figures_by_task, progress_of

bp = Blueprint("plans", __name__)


@bp.get("/plans/")
@public
def newest() -> Response:
    plan = db.session.scalars(Plan.adopted().limit(1)).one_or_none()
    if plan is None:
        raise NotThere(_("还没有公布计划。"))
    return redirect(url_for("plans.show", year=plan.year))


@bp.get("/plans/<int:year>")
@public
def show(year: int) -> str:
    """A year's plan by sector and category, with what was done under each task."""
    plan = _plan(year)
    categories = db.session.scalars(
        Category.of_plan(plan).options(selectinload(Category.tasks).selectinload(Task.indicators))).all()
    return render_template(
        "plans/plan.html", plan=plan, years=db.session.scalars(Plan.adopted().with_only_columns(Plan.year)).all(),
        sectors=[(sector, [one for one in categories if one.sector == sector]) for sector in Sector],
        figures=figures_by_task(plan), nothing=TaskFigures(), progress_of=progress_of)


@bp.get("/plans/<int:year>/tasks/<code>")
@public
def task(year: int, code: str) -> str:
    """One task: its wording, its figure, and the events behind the figure."""
    plan = _plan(year)
    found = db.session.scalars(Task.of_plan(plan).where(Task.code == code)).one_or_none()
    if found is None:
        raise NotThere(_("%(year)d 年计划里没有任务 %(code)s。", year=year, code=code[:12]))
    events = db.session.scalars(Event.public().where(Event.tasks.contains(found)).options(
        selectinload(Event.in_regions), selectinload(Event.figures)).order_by(
        Event.starts_at.desc(), Event.id)).all()
    return render_template(
        "plans/task.html", plan=plan, task=found, figures=figures_by_task(plan).get(found.id, TaskFigures()),
        done=[one for one in events if one.figures_confirmed_at and one.state in ("held", "closed")],
        coming=[one for one in events if one.state in ("published", "postponed")],
        cancelled=[one for one in events if one.state == "cancelled"], progress_of=progress_of)


def _plan(year: int) -> Plan:
    plan = db.session.scalars(Plan.of_year(year)).first()
    if plan is None:
        raise NotThere(_("没有 %(year)d 年的计划。", year=year))
    return plan
