"""People by sheet: upload, look at each cell, bring them in, print their links once."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response as Download
from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _

from app import jobs
from app.accounts import importing, inviting, staff
from app.accounts.access import allowed
from app.accounts.importing import StaffSheet
from app.accounts.models import Person, Role
from app.accounts.staff_forms import ApplyForm, SheetForm
from app.accounts.views.desk import bp
from app.accounts.views.jobs import get_job, is_rung
from app.accounts.views.staff import MANAGERS, Page
from app.clock import now
from app.db import Change, db, note
from app.errors import Refused
from app.jobs import JobState

KIND = "staff.sheet"
SHOWN = 500
WITH_CODES = 200  # links printed with a QR code each; more would be a page that no printer wants


@dataclass(frozen=True, slots=True)
class Slip:
    """One person's line on the sheet of links."""

    person: Person
    address: str


@bp.get("/console/admin/staff/import")
@allowed(*MANAGERS)
def import_staff() -> Page:
    return render_template("accounts/staff/upload.html", form=SheetForm(), roles=list(Role)), 200


@bp.post("/console/admin/staff/import")
@allowed(*MANAGERS)
def upload_staff() -> Page:
    form = SheetForm()
    if not form.validate_on_submit():
        return render_template("accounts/staff/upload.html", form=form, roles=list(Role)), form.status
    job = jobs.enqueue(KIND, asked_by=f"person:{g.actor.person.id}", as_of=now(),
                       attachment=form.sheet.data.read())
    db.session.commit()
    return redirect(url_for("accounts.show_import", id=job.id))


@bp.get("/console/admin/staff/import/<int:id>")
@allowed(*MANAGERS)
def show_import(id: int) -> Page:
    """How far the reading is; then every line, with what is wrong in its cell."""
    job = get_job(id, KIND)
    if not job.is_over:
        return render_template("accounts/staff/reading.html", job=job, is_rung=is_rung()), 200
    if job.state == JobState.FAILED or job.result is None:
        return render_template("accounts/staff/unread.html", sentence=job.error), 200
    try:
        sheet = StaffSheet.read(job.result, g.actor)
    except Refused as error:
        return render_template("accounts/staff/unread.html", sentence=error.sentence), error.status
    form = ApplyForm(g.actor)
    likely = importing.likely_parent(sheet, g.actor) if sheet.new_units else next(iter(form.units.values()))
    form.parent.data = likely.id if likely else None
    return _preview(id, sheet, form, 200)


@bp.post("/console/admin/staff/import/<int:id>")
@allowed(*MANAGERS)
def apply_import(id: int) -> Page:
    """Judged once more: what has changed since the look at it counts. The links are on this answer alone."""
    job, form = get_job(id, KIND, lock=True), ApplyForm(g.actor)
    if job.result is None:
        flash(_("这张表已经导入过，或者放了超过一天。要给谁登录链接，请在他的页面上另做。"), "warning")
        return redirect(url_for("accounts.staff"))
    sheet = StaffSheet.read(job.result, g.actor)
    if not form.validate_on_submit() or not sheet.good:
        return _preview(id, sheet, form, form.status)
    try:
        people = importing.bring_in(sheet, g.actor, staff.get_unit(g.actor, form.parent.data or 0), now())
    except Refused as error:
        db.session.rollback()
        form.refuse(error)
        return _preview(id, sheet, form, form.status)
    slips = [Slip(one, inviting.link_url(staff.first_link(one, now()))) for one in people]
    inviting.post_all(people, now())
    job.forget()
    note(Change(job, "staff_imported", now(), after={"count": len(slips)}))
    db.session.commit()
    return render_template("accounts/staff/slips.html", slips=slips, left_out=len(sheet.lines) - len(slips),
                           with_codes=len(slips) <= WITH_CODES), 201


@bp.get("/console/admin/staff/template.csv")
@allowed(*MANAGERS)
def staff_template() -> Download:
    """An empty sheet to fill, as Excel opens it."""
    words = "\ufeff姓名,单位,邮箱,手机,角色\r\n"
    return Download(words, mimetype="text/csv",
                    headers={"Content-Disposition": 'attachment; filename="staff.csv"'})


def _preview(id: int, sheet: StaffSheet, form: ApplyForm, status: int) -> Page:
    """What is wrong comes first, so that it is seen however long the sheet."""
    lines = sorted(sheet.lines, key=lambda line: line.is_good)
    return render_template("accounts/staff/preview.html", id=id, sheet=sheet, lines=lines[:SHOWN], form=form,
                           shown=SHOWN, columns=_column_words(), new_units=sheet.new_units), status


def _column_words() -> dict[str, str]:
    return {"name": _("姓名"), "unit": _("单位"), "contact": _("邮箱或手机"), "email": _("邮箱"), "mobile": _("手机"),
            "role": _("角色")}
