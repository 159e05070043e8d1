"""Figures from elsewhere by sheet: upload, look at old and new, bring them in."""

from __future__ import annotations

from functools import partial

from flask import g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import local_day, now
from app.db import Change, note
from app.errors import Refused
from app.jobs import Job
from app.plans.asking import SheetForm
from app.plans.console import bp
from app.plans.indicators import Indicator
from app.plans.outside_sheet import COLUMNS, FigureSheet, column_word
from app.plans.views.desk import PLANNERS, Page, sheet
from app.plans.views.outside import address, get_own_outside
from app.plans.views.sheet_pages import SheetPages

KIND = "outside.sheet"


class SourcesUnsaid(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("表里有新的来源，数字会和别的来源相加。确实是不同的平台，请先勾选。"))


@bp.get("/indicators/<int:id>/figures/import")
@allowed(*PLANNERS)
def import_figures(id: int) -> Page:
    return _pages(get_own_outside(g.actor, id)).uploading(SheetForm())


@bp.post("/indicators/<int:id>/figures/import")
@allowed(*PLANNERS)
def upload_figures(id: int) -> Page:
    return _pages(get_own_outside(g.actor, id)).uploaded(SheetForm())


@bp.get("/indicators/<int:id>/figures/imports/<int:job_id>")
@allowed(*PLANNERS)
def show_figure_import(id: int, job_id: int) -> Page:
    return _pages(get_own_outside(g.actor, id)).shown(job_id)


@bp.post("/indicators/<int:id>/figures/imports/<int:job_id>")
@allowed(*PLANNERS)
def apply_figure_import(id: int, job_id: int) -> Page:
    found = get_own_outside(g.actor, id, lock=True)
    return _pages(found).applied(job_id, partial(_brought_in, found))


@bp.get("/indicators/figures/template.csv")
@allowed(*PLANNERS)
def figure_template() -> Response:
    return sheet([[words[0] for words in COLUMNS.values()]], "figures-template")


def _brought_in(indicator: Indicator, found: FigureSheet, job: Job) -> str:
    if found.adding and "adds" not in request.form:
        raise SourcesUnsaid
    new, changed = found.count("new"), found.count("changed")
    found.bring_in(indicator, now(), g.actor.person)
    note(Change(indicator.task.plan, "figures_imported", now(), after={
        "tasks": [indicator.task.code], "new": new, "changed": changed, "left_out": found.bad}))
    return _("新填 %(new)d 个月，更新 %(changed)d 个月。", new=new, changed=changed)


def _pages(found: Indicator) -> SheetPages:
    task, year, said = found.task, found.task.plan.year, found.wording or found.name
    return SheetPages(
        KIND, said, [(url_for("console_plans.show", year=year), _("%(year)s年计划", year=year)),
                     (url_for("console_plans.task", code=task.code, year=year), task.code),
                     (url_for("console_plans.indicator_rows", id=found.id), said),
                     (address(found), _("外部数字"))],
        upload_at=url_for("console_plans.import_figures", id=found.id),
        template_at=url_for("console_plans.figure_template"), back_at=address(found),
        show_at=lambda job_id: url_for("console_plans.show_figure_import", id=found.id, job_id=job_id),
        notes=[_("要有“月份”和“数字”两列；来源、截至日期、口径（累计或当月）、地区有就写。不写口径的算累计，"
                 "不写截至的算月底。"),
               _("同一个月、同一地区、同一来源已经有数字的，检查时会列出原来的和新的，导入后是新的，不会相加。")],
        judge=lambda rows: FigureSheet.read(rows, found, local_day(now())), word_of=column_word,
        asks="console/outside/_adds.html")
