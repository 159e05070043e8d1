"""The plan as the office sees it: wording, indicators, working targets, and the events behind each figure."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.events.asking import office_zone
from app.events.choosing import running_plan, task_key
from app.events.queries import of_task
from app.events.views.desk import may_edit, own_organization
from app.plans.models import Category, Plan, Sector, Task
from app.reports.progress import TaskFigures, figures_by_task, progress_of

bp = Blueprint("console_plans", __name__, url_prefix="/console/plan")


@bp.get("")
@allowed()
def show() -> str:
    """The plan by sector and category; `year` chooses another one."""
    plan = _plan()
    categories = db.session.scalars(Category.of_plan(plan).options(
        selectinload(Category.tasks).selectinload(Task.indicators))).all()
    return render_template(
        "console/plan.html", plan=plan, figures=figures_by_task(plan), nothing=TaskFigures(), progress_of=progress_of,
        years=db.session.scalars(Plan.scoped(g.actor).with_only_columns(Plan.year)).all(), task_key=task_key,
        sectors=[(sector, [one for one in categories if one.sector == sector]) for sector in Sector],
        may_edit=may_edit(own_organization(g.actor)))


@bp.get("/tasks/<code>")
@allowed()
def task(code: str) -> str:
    """One task and the events behind its figure."""
    plan = _plan()
    found = db.session.scalars(Task.of_plan(plan).where(Task.code == code).options(
        joinedload(Task.category), selectinload(Task.indicators))).one_or_none()
    if found is None:
        raise NotThere(_("%(year)d 年计划里没有任务 %(code)s。", year=plan.year, code=code[:12]))
    events = db.session.scalars(of_task(g.actor, found)).all()
    return render_template(
        "console/task.html", plan=plan, task=found, figures=figures_by_task(plan).get(found.id, TaskFigures()),
        done=[one for one in events if one.figures_confirmed_at and one.state in ("held", "closed")],
        others=[one for one in events if not (one.figures_confirmed_at and one.state in ("held", "closed"))],
        progress_of=progress_of, key=task_key(found), may_edit=may_edit(own_organization(g.actor)),
        reaches=lambda event: g.actor.reaches(event.organization))


def _plan() -> Plan:
    year = request.args.get("year", type=int) or now().astimezone(office_zone()).year
    wanted = running_plan(g.actor, year)
    if wanted is None:
        raise NotThere(_("还没有计划。"))
    if "year" in request.args and wanted.year != year:
        raise NotThere(_("没有 %(year)d 年的计划。", year=year))
    return wanted
