"""The public plan: wording and confirmed counts. Pace and working targets stay inside; lights, unless the plan opens
them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from app.accounts.access import public
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.events.models import Event
from app.plans.console import may_import
from app.plans.indicators import Measure
from app.plans.models import Category, Plan, Sector, Task
from app.reports.counting.rows import rows_behind
from app.reports.counting.tally import tally
from app.reports.outlook.lights import Lights, lights

bp = Blueprint("plans", __name__)


@bp.get("/plans/")
@public
def newest() -> Response | str:
    plan = db.session.scalars(Plan.adopted().limit(1)).one_or_none()
    if plan is None:
        is_planner = bool(current_user) and current_user.is_authenticated and may_import(current_user)
        return render_template("plans/none.html", may_import=is_planner)
    return redirect(url_for("plans.show", year=plan.year))


@bp.get("/plans/<int:year>")
@public
def show(year: int) -> str:
    """A year's plan by sector and category, with what was done under each task."""
    plans = db.session.scalars(Plan.adopted().options(joinedload(Plan.organization))).all()
    plan = next((one for one in plans if one.year == year), None)
    if plan is None:
        raise _no_plan(year)
    categories = db.session.scalars(Category.tree_of(plan)).unique().all()
    tasks = [task for category in categories for task in category.tasks]
    counted = tally(plan, now())
    return render_template(
        "plans/plan.html", plan=plan, years=[one.year for one in plans], categories=categories, tasks=tasks,
        sectors=[(sector, [one for one in categories if one.sector == sector]) for sector in Sector],
        counted=counted, tasks_with_events=sum(counted.task(task.id).done > 0 for task in tasks),
        outlooks=lights(plan, now(), counted=counted, tasks=tasks, for_public=True) if plan.shows_lights else {})


@bp.get("/plans/<int:year>/tasks/<code>")
@public
def task(year: int, code: str) -> str:
    """One task: its wording, its figures, and the rows behind them."""
    plan = db.session.scalars(Plan.of_year(year)).first()
    if plan is None:
        raise _no_plan(year)
    found = db.session.scalars(Task.ever_of_plan(plan).where(Task.code == code)).one_or_none()
    if found is None:
        raise NotThere(_("%(year)d 年计划里没有任务 %(code)s。", year=year, code=code[:12]))
    events = db.session.scalars(Event.public().where(Event.tasks.contains(found), Event.on_its_own()).options(
        selectinload(Event.in_regions), selectinload(Event.figures)).order_by(
        Event.starts_at.desc(), Event.id)).all()
    own = [one for one in events if one.span.starts_on.year == year]
    counted = tally(plan, now())
    return render_template(
        "plans/task.html", plan=plan, task=found, counted=counted,
        outlook=Lights(counted, for_public=True).task(found) if plan.shows_lights else None,
        behind=[(one, rows_behind(one, counted)) for one in found.indicators
                if one.is_public and one.measure != Measure.EVENTS],
        done=[one for one in own if one.is_counted],
        coming=[one for one in own if one.state in ("published", "postponed")],
        elsewhere=[one for one in events if one not in own and one.state != "cancelled"],
        cancelled=[one for one in events if one.state == "cancelled"])


def _no_plan(year: int) -> NotThere:
    return NotThere(_("没有 %(year)d 年的计划。", year=year))
