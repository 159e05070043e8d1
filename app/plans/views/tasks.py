"""A task as its planner edits it: what the plan says of it, and the numbers that its words state, to be confirmed."""

from __future__ import annotations

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import NotThere, Refused
from app.events.words import EventKind
from app.plans.console import bp, get_task
from app.plans.indicators import Basis, Indicator
from app.plans.models import Task
from app.plans.sheet.proposals import Proposal, proposals_in, proposals_of
from app.plans.sheet.words import is_same
from app.plans.task_form import TaskForm
from app.plans.views.desk import PLANNERS, Page, as_planner, done, judged


class NothingChosen(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("没有选要加的目标，或者任务的文字已经变了。"))


@bp.get("/tasks/<code>/edit")
@allowed(*PLANNERS)
def edit_task(code: str) -> Page:
    task = get_own_task(code)
    return _page(task, _form(task))


@bp.post("/tasks/<code>/edit")
@allowed(*PLANNERS)
def revise_task(code: str) -> Page:
    task = get_own_task(code, lock=True)
    form = _form(task)
    with judged(form):
        form.must_be_fresh(task)
        if form.validate_on_submit():
            task.rewrite(now(), **form.words())
            db.session.commit()
            return to_task(task, _("已保存。"))
    return _page(get_own_task(code), form, form.status)


@bp.post("/tasks/<code>/targets")
@allowed(*PLANNERS)
def confirm_proposals(code: str) -> Page:
    """What the words of the task state, as a person ticked it: they become its indicators."""
    task = get_own_task(code, lock=True)
    chosen = [one for one in proposals_for(task) if one.understood.wording in request.form.getlist("wording")]
    if not chosen:
        form = TaskForm(g.actor, task, _kinds(), formdata=None)
        form.show(task)
        form.refuse(NothingChosen())
        return _page(task, form, form.status)
    basis = Basis.WORKING if task.is_carried_over else Basis.STATED
    for one in chosen:
        Indicator.asked_of(task, now(), **one.said, basis=basis.value, measure=one.measure.value)
    db.session.commit()
    return to_task(task, _("已添加 %(count)d 个指标。", count=len(chosen)))


def get_own_task(code: str, *, lock: bool = False) -> Task:
    """The task of a plan that the actor plans; `lock` holds its row until the transaction ends.

    :raises NotThere: for a plan of an office above.
    """
    found = get_task(code)
    if not as_planner().reaches(found.plan.organization):
        raise NotThere(_("这项任务不归您管。"))
    if lock:
        db.session.refresh(found, attribute_names=["version"], with_for_update=True)
    return found


def proposals_for(task: Task) -> list[Proposal]:
    """Numbers that its words state and that none of its indicators says yet."""
    known = [one.wording for one in task.indicators]
    found = [*proposals_of(task.target_wording), *proposals_in(task.clauses)]
    fresh = {one.understood.wording: one for one in reversed(found)
             if not any(is_same(one.understood.wording, word) or one.understood.wording in word for word in known)}
    return list(reversed(fresh.values()))


def to_task(task: Task, sentence: str) -> Response:
    return done(url_for("console_plans.edit_task", code=task.code, year=task.plan.year) + "#targets", sentence)


def _form(task: Task) -> TaskForm:
    return TaskForm(g.actor, task, _kinds())


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, kind.label) for kind in EventKind]


def _page(task: Task, form: TaskForm, status: int = 200) -> Page:
    return render_template("console/planning/task.html", task=task, plan=task.plan, form=form,
                           proposals=proposals_for(task)), status
