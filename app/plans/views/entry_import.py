"""Entries of a register by sheet: upload, look at each cell, bring them in. Once more replaces."""

from __future__ import annotations

from functools import partial

from flask import g, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import local_day, now
from app.db import Change, note
from app.events.views.desk import own_organization
from app.jobs import Job
from app.languages import language
from app.plans.asking import SheetForm
from app.plans.console import bp
from app.plans.entry_sheet import COLUMNS, EntrySheet, word_of
from app.plans.register_queries import get_register
from app.plans.registers import Register
from app.plans.views.desk import KEEPERS, Page, sheet
from app.plans.views.sheet_pages import SheetPages

KIND = "registers.sheet"


@bp.get("/registers/<int:id>/import")
@allowed(*KEEPERS)
def import_entries(id: int) -> Page:
    return _pages(get_register(g.actor, id)).uploading(SheetForm())


@bp.post("/registers/<int:id>/import")
@allowed(*KEEPERS)
def upload_entries(id: int) -> Page:
    return _pages(get_register(g.actor, id)).uploaded(SheetForm())


@bp.get("/registers/<int:id>/imports/<int:job_id>")
@allowed(*KEEPERS)
def show_entry_import(id: int, job_id: int) -> Page:
    return _pages(get_register(g.actor, id)).shown(job_id)


@bp.post("/registers/<int:id>/imports/<int:job_id>")
@allowed(*KEEPERS)
def apply_entry_import(id: int, job_id: int) -> Page:
    register = get_register(g.actor, id)
    return _pages(register).applied(job_id, partial(_brought_in, register))


@bp.get("/registers/template.csv")
@allowed(*KEEPERS)
def entry_template() -> Response:
    """An empty sheet to fill, as Excel opens it."""
    return sheet([[words[0] for words in COLUMNS.values()]], "register-template")


def _brought_in(register: Register, found: EntrySheet, job: Job) -> str:
    new, changed = found.count("new"), found.count("changed")
    found.bring_in(register, now())
    note(Change(register, "entries_imported", now(), after={"new": new, "changed": changed, "left_out": found.bad}))
    return _("新登记 %(new)d 条，更新 %(changed)d 条。", new=new, changed=changed)


def _pages(register: Register) -> SheetPages:
    name, here = register.called(language()), url_for("console_plans.register", id=register.id)
    return SheetPages(
        KIND, name, [(url_for("console_plans.registers"), _("台账登记")), (here, name)],
        upload_at=url_for("console_plans.import_entries", id=register.id),
        template_at=url_for("console_plans.entry_template"), back_at=here,
        show_at=lambda job_id: url_for("console_plans.show_entry_import", id=register.id, job_id=job_id),
        notes=[_("要有“名称”一列；地区、管理单位、级别、批复文号和各个日期有就写。地区不写的，算管理单位的地区；"
                 "管理单位不写的，算您的单位。"),
               _("同一个地区里名称相同的算同一条：再导入一次是更新，不会变成两条。空着的格子不改原来的内容。")],
        judge=lambda rows: EntrySheet.read(rows, register, g.actor, own_organization(g.actor), local_day(now())),
        word_of=word_of)
