"""The milestones of a task: set by who plans, reached by who brings them about, each with what shows it."""

from __future__ import annotations

from flask import g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import local_day, now
from app.db import db
from app.errors import NotThere
from app.files import forget, sent
from app.plans.console import bp, get_task
from app.plans.milestone_forms import MilestoneForm, ReachForm, UnreachForm, UsualForm
from app.plans.milestone_queries import get_milestone
from app.plans.milestones import Milestone, Step
from app.plans.models import Task
from app.plans.views.desk import KEEPERS, PLANNERS, Page, answer, as_keeper, as_planner, done, judged, kept


@bp.get("/tasks/<code>/milestones/new")
@allowed(*PLANNERS)
def new_milestone(code: str) -> Page:
    task = get_task(code)
    return _form_page(task, MilestoneForm(g.actor, task))


@bp.post("/tasks/<code>/milestones")
@allowed(*PLANNERS)
def add_milestone(code: str) -> Page:
    task = get_task(code)
    form = MilestoneForm(g.actor, task)
    if form.validate_on_submit():
        with judged(form):
            words = form.words()
            Milestone.planned(task, words.pop("organization"), now(), **words | {"step": Step(words["step"])})
            db.session.commit()
            return _to_task(task, _("已添加节点。"))
    return _form_page(get_task(code), form)


@bp.get("/tasks/<code>/milestones/usual")
@allowed(*PLANNERS)
def usual_milestones(code: str) -> Page:
    task = get_task(code)
    return render_template("console/milestones/usual.html", task=task, form=UsualForm(g.actor, task)), 200


@bp.post("/tasks/<code>/milestones/usual")
@allowed(*PLANNERS)
def add_usual_milestones(code: str) -> Page:
    """The usual five with their days, at once."""
    task = get_task(code)
    form = UsualForm(g.actor, task)
    if form.validate_on_submit():
        with judged(form):
            for step, due_on in form.days:
                Milestone.planned(task, form.chosen_organization, now(), step=step, due_on=due_on)
            db.session.commit()
            return _to_task(task, ngettext("已添加 %(num)d 个节点。", "已添加 %(num)d 个节点。", len(form.days)))
    return render_template("console/milestones/usual.html", task=get_task(code), form=form), answer(form)


@bp.get("/milestones/<int:id>")
@allowed()
def milestone(id: int) -> Page:
    """What it is, whether it was reached, and what shows it."""
    found = get_milestone(g.actor, id)
    return _page(found, ReachForm(found, local_day(now())), UnreachForm(), 200)


@bp.get("/milestones/<int:id>/edit")
@allowed(*PLANNERS)
def edit_milestone(id: int) -> Page:
    found = get_milestone(g.actor, id)
    form = MilestoneForm(g.actor, found.task)
    form.show(found)
    return _form_page(found.task, form, found)


@bp.post("/milestones/<int:id>/edit")
@allowed(*PLANNERS)
def correct_milestone(id: int) -> Page:
    found = get_milestone(g.actor, id, lock=True)
    form = MilestoneForm(g.actor, found.task)
    with judged(form):
        form.must_be_fresh(found)
        if form.validate_on_submit():
            found.correct(now(), **form.words())
            db.session.commit()
            return _back(found, _("已保存。"))
    found = get_milestone(g.actor, id)
    return _form_page(found.task, form, found)


@bp.post("/milestones/<int:id>/reaching")
@allowed(*KEEPERS)
def reach_milestone(id: int) -> Page:
    """Reached on a day, with what shows it; once more to correct the day, the words, or add a file."""
    form = ReachForm(get_milestone(g.actor, id), local_day(now()))
    if form.validate_on_submit():
        with judged(form), kept(form.files.uploads) as files:
            found = get_milestone(g.actor, id, lock=True)
            form.must_be_fresh(found)
            found.reach(form.on.data, now(), note=form.note.data or "")
            forget(found.add_files(files, now()))
            db.session.commit()
            return _back(found, _("已记为完成。"))
    return _page(get_milestone(g.actor, id), form, UnreachForm(formdata=None), form.status)


@bp.post("/milestones/<int:id>/unreaching")
@allowed(*KEEPERS)
def unreach_milestone(id: int) -> Page:
    found, form = get_milestone(g.actor, id, lock=True), UnreachForm()
    with judged(form):
        form.must_be_fresh(found)
        if form.validate_on_submit():
            found.unreach(now(), form.reason.data or "")
            db.session.commit()
            return _back(found, _("已改回未完成，材料还在。"))
    found = get_milestone(g.actor, id)
    return _page(found, ReachForm(found, local_day(now()), formdata=None), form, form.status)


@bp.get("/milestones/<int:id>/files/<file_id>")
@allowed()
def milestone_file(id: int, file_id: str) -> Response:
    held = next((one for one in get_milestone(g.actor, id).files if one.file_id == file_id), None)
    if held is None or not held.file.path.exists():
        raise NotThere(_("没有找到这个文件。"))
    return sent(held.file)


@bp.post("/milestones/<int:id>/files/<file_id>/removal")
@allowed(*KEEPERS)
def drop_milestone_file(id: int, file_id: str) -> Response:
    found = get_milestone(g.actor, id, lock=True)
    path = found.drop_file(file_id, now()).path
    db.session.commit()
    path.unlink(missing_ok=True)
    return _back(found, _("材料已删除。"))


@bp.post("/milestones/<int:id>/removal")
@allowed(*PLANNERS)
def discard_milestone(id: int) -> Response:
    found = get_milestone(g.actor, id, lock=True)
    found.discard(now())
    db.session.commit()
    return _to_task(found.task, _("节点已删除。"))


def _page(found: Milestone, reaching: ReachForm, unreaching: UnreachForm, status: int) -> Page:
    if not unreaching.version.data:
        unreaching.open_on(found)
    return render_template(
        "console/milestones/milestone.html", milestone=found, task=found.task, reaching=reaching,
        unreaching=unreaching, today=local_day(now()), step=Step(found.step),
        may_keep=as_keeper().reaches(found.organization), may_plan=as_planner().reaches(found.organization)), status


def _form_page(task: Task, form: MilestoneForm, found: Milestone | None = None) -> Page:
    return render_template("console/milestones/form.html", task=task, form=form, milestone=found), answer(form)


def _to_task(task: Task, sentence: str) -> Response:
    return done(url_for("console_plans.task", code=task.code, year=task.plan.year) + "#milestones", sentence)


def _back(found: Milestone, sentence: str) -> Response:
    return done(url_for("console_plans.milestone", id=found.id), sentence)
