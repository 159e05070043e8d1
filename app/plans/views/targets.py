"""The numbers asked of a task: added, corrected, confirmed, retired, and split by quarters and among regions."""

from __future__ import annotations

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, selectinload
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.accounts.places import Organization, below
from app.accounts.region_names import Regions
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.plans.console import bp
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from app.plans.registers import Register
from app.plans.splitting import SplitForm, split_form
from app.plans.target_form import TargetForm
from app.plans.views.desk import PLANNERS, Page, answer, as_planner, done, judged
from app.plans.views.tasks import get_own_task, to_task


@bp.get("/tasks/<code>/targets/new")
@allowed(*PLANNERS)
def new_target(code: str) -> Page:
    return _page(get_own_task(code), TargetForm(_registers()))


@bp.post("/tasks/<code>/targets/new")
@allowed(*PLANNERS)
def add_target(code: str) -> Page:
    """`then=read` fills in what the words say, and nothing is kept yet."""
    task, form = get_own_task(code, lock=True), TargetForm(_registers())
    if _reads():
        return _page(task, form, 200 if form.read() else 422)
    if form.validate_on_submit():
        with judged(form):
            Indicator.asked_of(task, now(), **form.words())
            db.session.commit()
            return to_task(task, _("已添加指标。"))
    return _page(get_own_task(code), form)


@bp.get("/indicators/<int:id>/edit")
@allowed(*PLANNERS)
def edit_target(id: int) -> Page:
    found = get_own_indicator(id)
    return _page(found.task, TargetForm(_registers(), found), indicator=found)


@bp.post("/indicators/<int:id>/edit")
@allowed(*PLANNERS)
def revise_target(id: int) -> Page:
    """What a person saved is confirmed."""
    found = get_own_indicator(id, lock=True)
    form = TargetForm(_registers(), found)
    if _reads():
        return _page(found.task, form, 200 if form.read() else 422, found)
    with judged(form):
        form.must_be_fresh(found)
        if form.validate_on_submit():
            found.revise(now(), **form.words())
            found.confirm(now())
            db.session.commit()
            return to_task(found.task, _("已保存。"))
    found = get_own_indicator(id)
    return _page(found.task, form, indicator=found)


@bp.post("/indicators/<int:id>/confirming")
@allowed(*PLANNERS)
def confirm_target(id: int) -> Response:
    """That the words mean these numbers, as the page showed them."""
    found = get_own_indicator(id, lock=True)
    found.must_be(request.form.get("version"))
    found.confirm(now())
    db.session.commit()
    return to_task(found.task, _("已确认。"))


@bp.post("/indicators/<int:id>/retiring")
@allowed(*PLANNERS)
def retire_target(id: int) -> Response:
    found = get_own_indicator(id, lock=True)
    task = found.task
    found.must_be(request.form.get("version"))
    found.retire(now())
    db.session.commit()
    return to_task(task, _("指标已删除。"))


@bp.get("/indicators/<int:id>/split")
@allowed(*PLANNERS)
def edit_split(id: int) -> Page:
    found = get_own_indicator(id)
    return _split_page(found, split_form(found, Regions()))


@bp.post("/indicators/<int:id>/split")
@allowed(*PLANNERS)
def save_split(id: int) -> Page:
    """`then=even` and `then=paste` fill in the boxes, and nothing is kept yet."""
    found = get_own_indicator(id, lock=True)
    form = split_form(found, Regions())
    if request.form.get("then") == "even" and form.validate_on_submit():
        left = form.spread_evenly()
        return _split_page(found, form, 200, _("分不匀，还余 %(left)d，请定由谁承担。", left=left) if left else "")
    if request.form.get("then") == "paste" and form.validate_on_submit():
        return _split_page(found, form, 200 if form.take_pasted() else 422)
    with judged(form):
        form.must_be_fresh(found)
        if form.validate_on_submit():
            found.revise(now(), quarters=form.rising)
            found.split(form.amounts, now())
            db.session.commit()
            return _kept(found, form)
    return _split_page(get_own_indicator(id), form)


def get_own_indicator(id: int, *, lock: bool = False) -> Indicator:
    """:raises NotThere: for one of a plan that the actor does not plan."""
    wanted = (select(Indicator).join(Indicator.task).join(Task.plan).join(Plan.organization)
              .where(Indicator.id == id, below(as_planner().paths)))
    wanted = wanted.with_for_update(of=Indicator).execution_options(populate_existing=True) if lock else wanted
    found = db.session.scalars(wanted.options(
        contains_eager(Indicator.task).contains_eager(Task.plan).contains_eager(Plan.organization)
        .joinedload(Organization.region), contains_eager(Indicator.task).joinedload(Task.category),
        selectinload(Indicator.allocations))).one_or_none()
    if found is None:
        raise NotThere(_("没有找到这个指标，或者它不归您管。"))
    return found


def _reads() -> bool:
    return request.form.get("then") == "read"


def _registers() -> list[Register]:
    return list(db.session.scalars(Register.scoped(g.actor)))


def _page(task: Task, form: TargetForm, status: int = 0, indicator: Indicator | None = None) -> Page:
    return render_template("console/planning/target.html", task=task, plan=task.plan, form=form,
                           indicator=indicator), status or answer(form)


def _split_page(found: Indicator, form: SplitForm, status: int = 0, left: str = "") -> Page:
    return render_template("console/planning/split.html", indicator=found, task=found.task, plan=found.task.plan,
                           form=form, left=left), status or answer(form)


def _kept(found: Indicator, form: SplitForm) -> Response:
    if any(form.amounts.values()):
        flash(form.sum_in_words, "info")
    return done(url_for("console_plans.edit_task", code=found.task.code, year=found.task.plan.year) + "#targets",
                _("已保存分解。"))
