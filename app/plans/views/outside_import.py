"""Figures from elsewhere by sheet: upload, look at old and new, bring them in."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app import jobs
from app.accounts.access import allowed
from app.accounts.views.jobs import get_job, is_rung
from app.clock import local_day, now
from app.db import Change, db, note
from app.errors import Refused
from app.forms import PlainForm
from app.jobs import Job, JobState
from app.plans.asking import SheetForm
from app.plans.console import bp
from app.plans.indicators import Indicator
from app.plans.outside_sheet import COLUMNS, FigureSheet, column_word
from app.plans.views.desk import PLANNERS, Page, done, sheet
from app.plans.views.outside import address, get_own_outside

KIND = "outside.sheet"


@bp.get("/indicators/<int:id>/figures/import")
@allowed(*PLANNERS)
def import_figures(id: int) -> Page:
    found = get_own_outside(g.actor, id)
    return render_template("console/outside/upload.html", form=SheetForm(), indicator=found), 200


@bp.post("/indicators/<int:id>/figures/import")
@allowed(*PLANNERS)
def upload_figures(id: int) -> Page:
    found, form = get_own_outside(g.actor, id), SheetForm()
    if not form.validate_on_submit():
        return render_template("console/outside/upload.html", form=form, indicator=found), form.status
    job = jobs.enqueue(KIND, asked_by=f"person:{g.actor.person.id}", as_of=now(), attachment=form.sheet.data.read())
    db.session.commit()
    return redirect(url_for("console_plans.show_figure_import", id=id, job_id=job.id))


@bp.get("/indicators/<int:id>/figures/imports/<int:job_id>")
@allowed(*PLANNERS)
def show_figure_import(id: int, job_id: int) -> Page:
    """How far the reading is; then every line, with what is wrong in its cell, and old and new."""
    job, found = get_job(job_id, KIND), get_own_outside(g.actor, id)
    if not job.is_over:
        return render_template("console/outside/reading.html", job=job, is_rung=is_rung(), indicator=found), 200
    if job.state == JobState.FAILED or job.result is None:
        return render_template("console/outside/unread.html", sentence=job.error, indicator=found), 200
    try:
        return _preview(job, found, 200)
    except Refused as error:
        return render_template("console/outside/unread.html", sentence=error.sentence, indicator=found), error.status


@bp.post("/indicators/<int:id>/figures/imports/<int:job_id>")
@allowed(*PLANNERS)
def apply_figure_import(id: int, job_id: int) -> Page:
    """Judged once more: what has changed since the look at it counts."""
    job, found = get_job(job_id, KIND, lock=True), get_own_outside(g.actor, id, lock=True)
    if job.result is None:
        flash(_("这张表已经导入过，或者放了超过一天。"), "warning")
        return redirect(address(found))
    judged = FigureSheet.read(job.result, found, local_day(now()))
    if not judged.good:
        return _preview(job, found, 422)
    new, changed, bad = judged.count("new"), judged.count("changed"), len(judged.lines) - len(judged.good)
    judged.bring_in(found, now(), g.actor.person)
    job.forget()
    note(Change(found.task.plan, "figures_imported", now(), after={
        "tasks": [found.task.code], "new": new, "changed": changed, "left_out": bad}))
    db.session.commit()
    return done(address(found), _("新填 %(new)d 个月，更新 %(changed)d 个月。", new=new, changed=changed) + (
        ngettext("有问题的 %(bad)d 行没有导入。", "有问题的 %(bad)d 行没有导入。", bad, bad=bad) if bad else ""))


@bp.get("/indicators/figures/template.csv")
@allowed(*PLANNERS)
def figure_template() -> Response:
    return sheet([[words[0] for words in COLUMNS.values()]], "figures-template")


def _preview(job: Job, found: Indicator, status: int) -> Page:
    judged = FigureSheet.read(job.result or [], found, local_day(now()))
    lines = sorted(judged.lines, key=lambda line: line.is_good)
    return render_template(
        "console/outside/preview.html", indicator=found, sheet=judged, lines=lines, form=PlainForm(formdata=None),
        columns=[(name, column_word(name)) for name in judged.columns]), status
