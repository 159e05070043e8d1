"""The plan as the office sees it: wording, indicators, working targets, lights, and the rows behind each figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.access import allowed
from app.accounts.models import Actor, Person, Role
from app.clock import local_day, now
from app.db import db
from app.errors import NotThere
from app.events.asking import office_zone
from app.events.choosing import in_force, task_key
from app.events.queries import of_task
from app.events.views.desk import may_edit, own_organization
from app.legible import number_in
from app.plans.milestone_queries import on_task
from app.plans.models import Category, Plan, Sector, Task
from app.reports.counting.tally import tally
from app.reports.outlook.lights import Lights, lights
from app.reports.outlook.pace import ORDER

bp = Blueprint("console_plans", __name__, url_prefix="/console/plan")


class NoPlanYet(NotThere):
    """A new installation: its planner brings the first one in."""

    def __init__(self) -> None:
        super().__init__(_("还没有计划。"))


@bp.get("")
@allowed()
def show() -> str:
    """The plan by sector and category; `year` chooses another one, `light` the tasks that stand so."""
    try:
        plan, years = get_plan()
    except NoPlanYet:
        return render_template("console/no_plan.html", title=_("计划"), may_import=may_import(g.actor.person))
    categories = db.session.scalars(Category.tree_of(plan)).unique().all()
    tasks = [task for category in categories for task in category.tasks]
    counted, light = tally(plan, now()), request.args.get("light", "")
    outlooks = lights(plan, now(), counted=counted, tasks=tasks)
    shown = {task.id for task in tasks if light not in ORDER or outlooks[task.id].light == light}
    return render_template(
        "console/plan.html", plan=plan, years=years, counted=counted, judged=Lights(counted), outlooks=outlooks,
        unconfirmed_count=sum(not one.is_confirmed for task in tasks for one in task.indicators),
        stand=Counter(one.light for one in outlooks.values()), order=ORDER, light=light, task_key=task_key,
        sectors=_by_sector(categories, shown), may_edit=may_edit(own_organization(g.actor)),
        may_plan=_as_planner().reaches(plan.organization))


@bp.get("/tasks/<code>")
@allowed()
def task(code: str) -> str:
    """One task and the rows behind its figures."""
    found = get_task(code)
    plan = found.plan
    events = db.session.scalars(of_task(g.actor, found)).all()
    counted = tally(plan, now())
    judged = Lights(counted)
    return render_template(
        "console/task.html", plan=plan, task=found, counted=counted, judged=judged, outlooks={
            found.id: judged.task(found)}, milestones=db.session.scalars(on_task(g.actor, found)).all(),
        today=local_day(now()), regions=counted.places.named(counted.task(found.id).regions), key=task_key(found),
        events=events, may_edit=may_edit(own_organization(g.actor)),
        may_plan=bool(_as_planner().paths), may_edit_task=_as_planner().reaches(plan.organization),
        reaches=lambda thing: g.actor.reaches(thing.organization))


def get_task(code: str) -> Task:
    """The task of the plan that the address names by `year`, or of the running one.

    :raises NotThere: when there is none.
    """
    plan, _years = get_plan()
    found = db.session.scalars(Task.ever_of_plan(plan).where(Task.code == code).options(
        joinedload(Task.plan).joinedload(Plan.organization), joinedload(Task.category),
        selectinload(Task.indicators))).one_or_none()
    if found is None:
        raise NotThere(_("%(year)d 年计划里没有任务 %(code)s。", year=plan.year, code=code[:12]))
    return found


def get_plan() -> tuple[Plan, list[int]]:
    """The plan asked for, and the years there are."""
    plans = db.session.scalars(Plan.scoped(g.actor).options(joinedload(Plan.organization))).all()
    year = number_in(request.args, "year") or now().astimezone(office_zone()).year
    wanted = in_force(plans, year)
    if "year" in request.args and (wanted is None or wanted.year != year):
        wanted = db.session.scalars(Plan.drafts_for(g.actor).where(Plan.year == year)).first()
        if wanted is None:
            raise NotThere(_("没有 %(year)d 年的计划。", year=year))
    if wanted is None:
        raise NoPlanYet
    return wanted, [plan.year for plan in plans]


def may_import(person: Person) -> bool:
    """Who plans for the root office brings the first plan in."""
    return any(path.strip("/").isdigit() for path in Actor.of(person, frozenset({Role.PLANNER})).paths)


def _as_planner() -> Actor:
    return Actor.of(g.actor.person, frozenset({Role.PLANNER}))


Branch = tuple[Sector, list[tuple[Category, list[Task]]]]


def _by_sector(categories: Sequence[Category], shown: set[int]) -> list[Branch]:
    """Those of the tasks that are `shown`; categories without any are left out."""
    found = [(category, [task for task in category.tasks if task.id in shown]) for category in categories]
    return [(sector, [(category, tasks) for category, tasks in found if category.sector == sector and tasks])
            for sector in Sector]
