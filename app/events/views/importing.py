"""Events out of others' calendars: a file or an address, a look at every row, and in they come as drafts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import jobs
from app.accounts.access import allowed
from app.accounts.views.jobs import get_job, is_rung
from app.clock import local_day, now
from app.db import db
from app.events.asking import office_zone
from app.events.importing import telling
from app.events.importing.applying import ImportedMeanwhile, bring_in
from app.events.importing.comparing import Comparison, What
from app.events.importing.forms import CalendarForm, RowsForm, left_series
from app.events.importing.reading import MOST_OF_CUT, MOST_ROWS
from app.events.views.desk import EDITORS, answer, bp, own_organization
from app.events.views.editing import Page
from app.events.words import EventKind
from app.feeds.slices import MONTHS_BACK, MONTHS_ON, Window
from app.forms import visible
from app.jobs import Job, JobState

KIND = "events.calendar"


@bp.get("/events/import")
@allowed(*EDITORS)
def import_calendar() -> Page:
    form = _asking()
    form.address.data = visible(request.args.get("address", ""))[:2000]
    return _upload_page(form), 200


@bp.post("/events/import")
@allowed(*EDITORS)
def upload_calendar() -> Page:
    """Read behind the page, in a child: what strangers wrote, and places that may be slow."""
    form = _asking()
    if not form.validate_on_submit():
        return _upload_page(form), answer(form)
    today, address = local_day(now()), form.address.data or ""
    window = Window.around(today)
    source = urlsplit(address).netloc if address else visible(form.file.data.filename or "")
    job = jobs.enqueue(
        KIND, asked_by=f"person:{g.actor.person.id}", as_of=now(),
        attachment=b"" if address else form.file.data.read(),
        payload={"zone": office_zone().key, "since": window.first.isoformat(), "until": window.last_day.isoformat(),
                 "today": today.isoformat(),
                 "address": address, "allow": current_app.config["IMPORT_ALLOW"], "source": source[:200]})
    db.session.commit()
    return redirect(url_for("console.show_calendar_import", job_id=job.id))


@bp.get("/events/imports/<int:job_id>")
@allowed(*EDITORS)
def show_calendar_import(job_id: int) -> Page:
    """How far the reading is; then every row, what it would do, and what could not be read."""
    job = get_job(job_id, KIND)
    if not job.is_over:
        return render_template("console/calendars/reading.html", job=job, is_rung=is_rung()), 200
    if job.state == JobState.FAILED or job.result is None:
        return render_template("console/calendars/unread.html", job=job), 200
    form = RowsForm(g.actor, now(), formdata=None)
    form.kind.data, form.regions.data = EventKind.LECTURE.value, [own_organization(g.actor).region_code]
    return _preview(job, form, _compared(job))


@bp.post("/events/imports/<int:job_id>")
@allowed(*EDITORS)
def apply_calendar_import(job_id: int) -> Page:
    """Compared once more: what has changed since the look at it counts. All of it or nothing."""
    job, form = get_job(job_id, KIND, lock=True), RowsForm(g.actor, now())
    if job.result is None:
        flash(_("这个日历已经导入过，或者放了超过一天。"), "warning")
        return redirect(url_for("console.import_calendar"))
    found = _compared(job)
    chosen = form.chosen_of(found, request.form)
    is_sound = form.validate_on_submit()
    if not chosen:
        form.form_errors.append(_("请至少勾选一行。"))
    if not is_sound or not chosen or form.row_errors:
        return _preview(job, form, found)
    try:
        counts = bring_in(chosen, own_organization(g.actor), job.payload["source"], now())
    except ImportedMeanwhile as error:
        form.refuse(error)
        job = get_job(job_id, KIND)
        return _preview(job, form, _compared(job))
    job.forget()
    db.session.commit()
    flash(_("新建草稿 %(new)d 个，更新 %(changed)d 个，删除 %(removed)d 个。", **counts), "success")
    return redirect(url_for("console.events", when="all", state="draft"))


def _upload_page(form: CalendarForm) -> str:
    return render_template("console/calendars/upload.html", form=form, MONTHS_BACK=MONTHS_BACK, MONTHS_ON=MONTHS_ON,
                           MOST_ROWS=MOST_ROWS, MOST_OF_CUT=MOST_OF_CUT)


def _asking() -> CalendarForm:
    return CalendarForm(current_app.config["IMPORT_ALLOW"])


def _compared(job: Job) -> Comparison:
    return Comparison.of(job.result["rows"], own_organization(g.actor), office_zone().key)


def _preview(job: Job, form: RowsForm, found: Comparison) -> Page:
    """A row keeps its tick and its words when the page comes back."""
    is_back = request.method == "POST"
    taken, left = set(request.form.getlist("take")), left_series(request.form)

    def is_taken(line: Any) -> bool:
        return str(line.number) in taken if is_back else bool(line.is_chosen_at_first)

    problems = sorted(job.result["problems"], key=lambda one: (not one["is_lost"], one["line"]))
    return render_template(
        "console/calendars/preview.html", job=job, form=form, found=found, result=job.result, is_taken=is_taken,
        said=request.form if is_back else {}, left=left, problems=problems, What=What, kinds=list(EventKind),
        telling=telling, MOST_OF_CUT=MOST_OF_CUT, more=job.result["more"]), answer(form)
