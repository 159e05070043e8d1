"""Entries of a register by sheet: upload, look at each cell, bring them in. Once more replaces."""

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
from app.events.views.desk import own_organization
from app.forms import PlainForm
from app.jobs import Job, JobState
from app.plans.asking import SheetForm
from app.plans.console import bp
from app.plans.entry_sheet import COLUMNS, EntrySheet, word_of
from app.plans.register_queries import get_register
from app.plans.registers import Register
from app.plans.views.desk import KEEPERS, Page, sheet

KIND = "registers.sheet"
SHOWN = 500


@bp.get("/registers/<int:id>/import")
@allowed(*KEEPERS)
def import_entries(id: int) -> Page:
    return render_template("console/registers/upload.html", form=SheetForm(), register=get_register(g.actor, id)), 200


@bp.post("/registers/<int:id>/import")
@allowed(*KEEPERS)
def upload_entries(id: int) -> Page:
    register, form = get_register(g.actor, id), SheetForm()
    if not form.validate_on_submit():
        return render_template("console/registers/upload.html", form=form, register=register), form.status
    job = jobs.enqueue(KIND, asked_by=f"person:{g.actor.person.id}", as_of=now(),
                       attachment=form.sheet.data.read())
    db.session.commit()
    return redirect(url_for("console_plans.show_entry_import", id=id, job_id=job.id))


@bp.get("/registers/<int:id>/imports/<int:job_id>")
@allowed(*KEEPERS)
def show_entry_import(id: int, job_id: int) -> Page:
    """How far the reading is; then every line, with what is wrong in its cell and what would change."""
    job, register = get_job(job_id, KIND), get_register(g.actor, id)
    if not job.is_over:
        return render_template("console/registers/reading.html", job=job, is_rung=is_rung(), register=register), 200
    if job.state == JobState.FAILED or job.result is None:
        return render_template("console/registers/unread.html", sentence=job.error, register=register), 200
    try:
        return _preview(job, register, 200)
    except Refused as error:
        return render_template("console/registers/unread.html", sentence=error.sentence,
                               register=register), error.status


@bp.post("/registers/<int:id>/imports/<int:job_id>")
@allowed(*KEEPERS)
def apply_entry_import(id: int, job_id: int) -> Page:
    """Judged once more: what has changed since the look at it counts."""
    job, register = get_job(job_id, KIND, lock=True), get_register(g.actor, id)
    if job.result is None:
        flash(_("这张表已经导入过，或者放了超过一天。"), "warning")
        return redirect(url_for("console_plans.register", id=register.id))
    found = _judged(job, register)
    if not found.good:
        return _preview(job, register, 422)
    new, changed, bad = found.count("new"), found.count("changed"), len(found.lines) - len(found.good)
    found.bring_in(register, now())
    job.forget()
    note(Change(register, "entries_imported", now(), after={"new": new, "changed": changed, "left_out": bad}))
    db.session.commit()
    flash(_("新登记 %(new)d 条，更新 %(changed)d 条。", new=new, changed=changed) + (
        ngettext(
            "有问题的 %(bad)d 行没有导入。",
            "有问题的 %(bad)d 行没有导入。",
            bad, bad=bad) if bad else ""), "success")
    return redirect(url_for("console_plans.register", id=register.id))


@bp.get("/registers/template.csv")
@allowed(*KEEPERS)
def entry_template() -> Response:
    """An empty sheet to fill, as Excel opens it."""
    return sheet([[words[0] for words in COLUMNS.values()]], "register-template")


def _judged(job: Job, register: Register) -> EntrySheet:
    return EntrySheet.read(job.result or [], register, g.actor, own_organization(g.actor), local_day(now()))


def _preview(job: Job, register: Register, status: int) -> Page:
    """What is wrong comes first, then what changes, so that it is seen however long the sheet."""
    found = _judged(job, register)
    lines = sorted(found.lines, key=lambda line: (line.is_good, ("changed", "new", "same").index(line.what)))
    return render_template(
        "console/registers/preview.html", register=register, sheet=found, lines=lines[:SHOWN], shown=SHOWN,
        columns=[(name, word_of(name)) for name in found.columns], form=PlainForm(formdata=None)), status
