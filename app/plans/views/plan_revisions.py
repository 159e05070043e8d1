"""Earlier imports of the plan: what each changed, and the newest undone. And the plan as a sheet to take along."""

from __future__ import annotations

from flask import Response as Download
from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, undefer

from app.accounts.access import allowed
from app.clock import now
from app.db import Change, db, note
from app.errors import BadInput, NotThere, Refused
from app.exporting import csv_of, xlsx_of
from app.forms import PlainForm
from app.plans.console import bp
from app.plans.models import Plan
from app.plans.revisions import PlanRevision
from app.plans.sheet.history import told
from app.plans.sheet.outgoing import plan_sheet
from app.plans.sheet.standing import Standing
from app.plans.sheet.undoing import Undoing
from app.plans.views.desk import PLANNERS, Page, get_root, separated, workbook


@bp.get("/revisions/<int:id>")
@allowed(*PLANNERS)
def show_revision(id: int) -> Page:
    return _page(_revision(id))


@bp.post("/revisions/<int:id>/undoing")
@allowed(*PLANNERS)
def undo_revision(id: int) -> Page:
    revision = _revision(id, lock=True)
    year = revision.plan.year
    try:
        Undoing(revision, now(), g.actor.person).undo()
        db.session.commit()
    except Refused as error:
        db.session.rollback()
        return _page(_revision(id), error)
    flash(_("已撤销，%(year)d 年计划恢复到导入以前。", year=year), "success")
    return redirect(url_for("console_plans.import_plan", year=year))


@bp.post("/export")
@allowed()
def export_plan() -> Download:
    """The task sheet of a year; that it was taken along is recorded. It comes back without a difference."""
    year = request.form.get("year", "")
    plan = db.session.scalars(Plan.scoped(g.actor).where(Plan.year == int(year)).options(
        joinedload(Plan.organization))).first() if year.isascii() and year.isdigit() and len(year) == 4 else None
    if plan is None:
        raise NotThere(_("没有这一年的计划。"))
    kind = request.form.get("as", "xlsx")
    if kind not in ("xlsx", "csv"):
        raise BadInput(_("只能导出成 .xlsx 或 .csv。"))
    sheet = plan_sheet(Standing.of(plan.organization, plan.year))
    note(Change(g.actor.person, "plan_exported", now(), after={"year": plan.year}))
    db.session.commit()
    name = f"plan-{year}"
    return workbook(xlsx_of(sheet), name) if kind == "xlsx" else separated(csv_of(sheet.rows), name)


def _page(revision: PlanRevision, error: Refused | None = None) -> Page:
    newest = db.session.scalars(PlanRevision.of_plan(revision.plan).where(
        PlanRevision.undone_at.is_(None)).limit(1)).first()
    return render_template("console/planning/revision.html", revision=revision, tasks=told(revision),
                           is_newest=newest is revision, form=PlainForm(formdata=None),
                           sentence=error.sentence if error else ""), error.status if error else 200


def _revision(id: int, *, lock: bool = False) -> PlanRevision:
    office = get_root()
    if lock:
        db.session.scalars(select(Plan).where(Plan.organization_id == office.id).with_for_update()).all()
    found = db.session.scalars(select(PlanRevision).join(PlanRevision.plan).where(
        PlanRevision.id == id, Plan.organization_id == office.id).options(
        undefer(PlanRevision.before), undefer(PlanRevision.after), joinedload(PlanRevision.plan),
        joinedload(PlanRevision.made_by)).execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotThere(_("没有找到这次导入。"))
    return found
