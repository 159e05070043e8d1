"""The year's plan by sheet, in four steps: upload, say what each column is, look at the tree, apply. Undone once."""

from __future__ import annotations

from typing import Any

from flask import Response as Download
from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from app import jobs
from app.accounts.access import allowed
from app.accounts.views.jobs import get_job, is_rung
from app.clock import local_day, now
from app.db import db
from app.errors import Refused
from app.exporting import xlsx_of
from app.forms import PlainForm
from app.jobs import Job, JobState
from app.legible import number_in
from app.plans.console import bp
from app.plans.models import Plan
from app.plans.revisions import PlanRevision
from app.plans.sheet.applying import ALL, Applying, key_of
from app.plans.sheet.asking import Reading, StalePreview, TaskSheetForm, chosen_in
from app.plans.sheet.columns import Column
from app.plans.sheet.differences import Difference, Kind, difference
from app.plans.sheet.outgoing import empty_sheet, problem_sheet
from app.plans.sheet.reading import KIND
from app.plans.sheet.standing import Standing
from app.plans.sheet.tasks import TaskSheet
from app.plans.views.desk import PLANNERS, Page, get_root, workbook

SHOWN = 20  # earlier imports
AT = "console/planning/"


@bp.get("/import")
@allowed(*PLANNERS)
def import_plan() -> Page:
    form = TaskSheetForm()
    form.year.data = number_in(request.args, "year", local_day(now()).year)
    return _upload_page(form), 200


@bp.post("/import")
@allowed(*PLANNERS)
def upload_plan() -> Page:
    get_root()
    form = TaskSheetForm()
    if not form.validate_on_submit():
        return _upload_page(form), form.status
    upload = form.sheet.data
    job = jobs.enqueue(KIND, asked_by=f"person:{g.actor.person.id}", as_of=now(), attachment=upload.read(),
                       payload={"name": (upload.filename or "")[-200:], "year": form.year.data})
    db.session.commit()
    return redirect(url_for("console_plans.show_plan_import", id=job.id))


@bp.get("/import/<int:id>")
@allowed(*PLANNERS)
def show_plan_import(id: int) -> Page:
    """How far the reading is; then what we take each column for, to be corrected."""
    get_root()
    job = get_job(id, KIND)
    if not job.is_over:
        return render_template(f"{AT}reading.html", job=job, is_rung=is_rung()), 200
    if job.state == JobState.FAILED or job.result is None:
        return render_template(f"{AT}unread.html", sentence=job.error), 200
    return _columns_page(job, Reading(job.result["rows"], request.args))


@bp.get("/import/<int:id>/preview")
@allowed(*PLANNERS)
def preview_plan_import(id: int) -> Page:
    """The tree as it would be, what is wrong in its cell, and what becomes of each task of the plan."""
    office, job = get_root(), get_job(id, KIND)
    if job.result is None:
        return redirect(url_for("console_plans.show_plan_import", id=id))
    reading = Reading(job.result["rows"], request.args)
    try:
        found = difference(_sheet(job, reading), Standing.of(office, job.result["year"]), {})
    except Refused as error:
        return _columns_page(job, reading, error)
    return _preview_page(job, reading, found)


@bp.post("/import/<int:id>")
@allowed(*PLANNERS)
def apply_plan_import(id: int) -> Page:
    """Judged anew against the plan as it is now: where it is not what was looked at, nothing is done."""
    office, job = get_root(), get_job(id, KIND, lock=True)
    if job.result is None:
        flash(_("这张表已经导入过，或者放了超过一天。"), "warning")
        return redirect(url_for("console_plans.import_plan"))
    reading = Reading(job.result["rows"], request.form)
    try:
        standing = Standing.of(office, job.result["year"], lock=True)
        found = difference(_sheet(job, reading), standing, chosen_in(request.form))
        if request.form.get("then") == "look":
            return _preview_page(job, reading, found)
        if request.form.get("seen") != found.fingerprint:
            return _preview_page(job, reading, found, StalePreview())
        revision = _applied(job, found)
    except IntegrityError:
        db.session.rollback()
        return _again(id, StalePreview())
    except Refused as error:
        db.session.rollback()
        return _again(id, error)
    flash(_("已导入。"), "success")
    return redirect(url_for("console_plans.show_revision", id=revision.id))


@bp.get("/import/<int:id>/problems.xlsx")
@allowed(*PLANNERS)
def plan_import_problems(id: int) -> Page | Download:
    """The sheet as it came, with the reason beside each row that has a problem."""
    get_root()
    job = get_job(id, KIND)
    if job.result is None:
        return redirect(url_for("console_plans.show_plan_import", id=id))
    reading = Reading(job.result["rows"], request.args)
    return workbook(xlsx_of(problem_sheet(reading.rows, _sheet(job, reading))), "problems")


@bp.get("/import/template.xlsx")
@allowed(*PLANNERS)
def plan_template() -> Download:
    """A sheet to fill, with a row that shows how."""
    return workbook(xlsx_of(empty_sheet()), "tasks")


def _applied(job: Job, found: Difference) -> PlanRevision:
    ticked = set(request.form.getlist("confirm"))
    revision = Applying(found, now(), g.actor.person, job.result["name"] if job.result else "",
                        ALL if ALL in ticked else ticked, "is_official" in request.form).apply()
    job.forget()
    db.session.commit()
    return revision


def _again(id: int, error: Refused) -> Page:
    """After a rollback: loaded afresh, with what was chosen kept."""
    office, job = get_root(), get_job(id, KIND)
    assert job.result is not None  # nobody else reaches this job
    reading = Reading(job.result["rows"], request.form)
    try:
        found = difference(_sheet(job, reading), Standing.of(office, job.result["year"]), chosen_in(request.form))
    except Refused as other:
        return _columns_page(job, reading, other)
    return _preview_page(job, reading, found, error)


def _sheet(job: Job, reading: Reading) -> TaskSheet:
    assert job.result is not None
    return TaskSheet.read(reading.rows, reading.layout, job.result["year"])


def _upload_page(form: TaskSheetForm) -> str:
    office = get_root()
    revisions = db.session.scalars(
        select(PlanRevision).join(PlanRevision.plan).where(Plan.organization_id == office.id).options(
            joinedload(PlanRevision.plan), joinedload(PlanRevision.made_by))
        .order_by(PlanRevision.id.desc()).limit(SHOWN)).all()
    return render_template(f"{AT}upload.html", form=form, revisions=revisions, kinds=Kind)


def _columns_page(job: Job, reading: Reading, error: Refused | None = None) -> Page:
    return render_template(f"{AT}columns.html", job=job, reading=reading, choices=list(Column),
                           sentence=error.sentence if error else ""), error.status if error else 200


def _preview_page(job: Job, reading: Reading, found: Difference, error: Refused | None = None) -> Page:
    asked: MultiDict[str, str] = request.form if request.method == "POST" else request.args
    details: dict[str, Any] = {
        "ticked": set(asked.getlist("confirm")), "is_official": "is_official" in asked,
        "carried": any(one.task and one.task.is_carried_over for one in found.tasks)}
    return render_template(
        f"{AT}preview.html", job=job, reading=reading, found=found, sheet=found.sheet, kinds=Kind, key_of=key_of,
        candidates=_candidates(found), sentence=error.sentence if error else "", form=PlainForm(formdata=None),
        branches=_by_category(found), **details), error.status if error else 200


def _candidates(found: Difference) -> list[tuple[int, str]]:
    """Tasks of the plan that a task of the sheet may be: those that it does not have, and those renamed."""
    free = [*found.gone, *(one.task for one in found.tasks if one.task and one.kind in (Kind.RENAMED, Kind.BACK))]
    free.sort(key=lambda task: (task.position, task.id))
    return [(task.id, f"{task.code} {task.title}") for task in free]


def _by_category(found: Difference) -> list[tuple[Any, list[Any]]]:
    branches: dict[int, tuple[Any, list[Any]]] = {}
    for one in found.tasks:
        branches.setdefault(id(one.place), (one.place, []))[1].append(one)
    return list(branches.values())
