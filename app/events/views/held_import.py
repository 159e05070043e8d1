"""Held events by sheet: upload, look at each cell, register them all at once, take the whole of it back."""

from __future__ import annotations

from flask import Response as Download
from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.access import allowed
from app.accounts.views.jobs import get_job
from app.clock import local_day, now
from app.db import db
from app.events.asking import office_zone
from app.events.importing.held_applying import BroughtIn, bring_in
from app.events.importing.held_columns import COLUMNS, EXAMPLE, TEMPLATE, word_of
from app.events.importing.held_forms import HeldSheetForm
from app.events.importing.held_reading import KIND
from app.events.importing.held_sheet import HeldSheet
from app.events.views.desk import EDITORS, bp, own_organization
from app.exporting import Sheet, xlsx_of
from app.jobs import Job, JobState
from app.plans.views.desk import workbook
from app.plans.views.sheet_pages import Page, SheetPages

WIDTHS = {"title": 34, "location": 22, "tasks": 14}


@bp.get("/events/import-sheet")
@allowed(*EDITORS)
def import_held() -> Page:
    return _pages().uploading(HeldSheetForm(local_day(now()).year))


@bp.post("/events/import-sheet")
@allowed(*EDITORS)
def upload_held() -> Page:
    form = HeldSheetForm(local_day(now()).year)
    name = (form.sheet.data.filename or "")[-150:] if form.sheet.data else ""
    return _pages().uploaded(form, {"name": name, "year": form.year.data})


@bp.get("/events/sheet-imports/<int:job_id>")
@allowed(*EDITORS)
def show_held_import(job_id: int) -> Page:
    """The sheet while it is looked at; afterwards what came of it."""
    job = get_job(job_id, KIND)
    if job.state == JobState.DONE and job.result is None:
        found = BroughtIn.by(job_id, g.actor)
        if found.events:
            return render_template("console/held_imported.html", job=job, found=found), 200
    return _pages().shown(job_id)


@bp.post("/events/sheet-imports/<int:job_id>")
@allowed(*EDITORS)
def apply_held_import(job_id: int) -> Page:
    return _pages().applied(job_id, _brought_in, then=url_for("console.show_held_import", job_id=job_id))


@bp.post("/events/sheet-imports/<int:job_id>/undo")
@allowed(*EDITORS)
def undo_held_import(job_id: int) -> Page:
    """What nobody has worked on since goes; the rest stays and is told."""
    get_job(job_id, KIND, lock=True)
    found = BroughtIn.by(job_id, g.actor, lock=True)
    stayed = len(found.events) - len(found.untouched)
    if not found.untouched:
        flash(_("没有可以撤销的：都已撤销，或者已经有人改过、审核过。"), "warning")
        return redirect(url_for("console.show_held_import", job_id=job_id))
    count = found.take_back(own_organization(g.actor), _("撤销表格导入"), now())
    db.session.commit()
    flash(ngettext("已撤销 %(num)d 场，不再计入。", "已撤销 %(num)d 场，不再计入。", count) + (
        _("另有 %(count)d 场已经有人改过或审核过，没有动。", count=stayed) if stayed else ""), "success")
    return redirect(url_for("console.import_held"))


@bp.get("/events/import-sheet/template.xlsx")
@allowed(*EDITORS)
def held_template() -> Download:
    """A sheet to fill, with a row that shows how; in Chinese whoever asks, for its head must be known again."""
    shown = {"title": EXAMPLE, "day": f"{local_day(now()).year}-03-05", "location": "社区活动中心", "tasks": "C1.1",
             "kind": "讲座", "attendances": 86, "people": 80, "materials": 100, "confirmed": "否"}
    return workbook(xlsx_of(Sheet("已办活动", [
        [COLUMNS[name][0] for name in TEMPLATE], [shown.get(name, "") for name in TEMPLATE]],
        widths=[WIDTHS.get(name, 12) for name in TEMPLATE])), "held-events")


def _brought_in(found: HeldSheet, job: Job) -> str:
    count = bring_in(found, own_organization(g.actor), g.actor.person, job.id, job.payload.get("name", ""), now(),
                     confirmed="confirmed" in request.form)
    return ngettext("已登记 %(num)d 场活动。", "已登记 %(num)d 场活动。", count)


def _pages() -> SheetPages:
    return SheetPages(
        KIND, _("补登已办活动"),
        [(url_for("console.events"), _("活动")), (url_for("console.held"), _("补登已办活动"))],
        upload_at=url_for("console.import_held"), template_at=url_for("console.held_template"),
        back_at=url_for("console.import_held"),
        show_at=lambda job_id: url_for("console.show_held_import", job_id=job_id),
        notes=[_("要有“活动名称”“日期”两列，人次或人数有一列；地点、地区、单位、任务（编号或全名）、类型、学时、资料份数、确认有就写。"
                 "不写单位的算您的单位，不写地区的算单位的地区，不写类型的按任务建议的类型。"),
               _("记为已办，不提醒任何人。确认一列写“是”的，或者导入时勾了“人数已核对”的，才计入任务；要审核的单位，审核通过才计入。"),
               _("同一单位同一天的同名活动只有一个：再导入一次不会变成两个。导入以后可以整批撤销。")],
        judge=_judged, word_of=word_of, asks="console/_held_asks.html",
        about={"said": request.form})


def _judged(result: dict[str, object]) -> HeldSheet:
    return HeldSheet.read(result["rows"], result["year"], g.actor,  # type: ignore[arg-type]
                          own_organization(g.actor), office_zone().key, now())
