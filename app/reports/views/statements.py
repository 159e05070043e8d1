"""Reports of a period: looked at, taken along as Word or sheets, packed with their evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response as Download
from flask import g, redirect, render_template, request, send_file, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app import jobs, made
from app.accounts.access import allowed
from app.accounts.places import Organization
from app.accounts.views.jobs import get_job, is_rung
from app.clock import now
from app.db import Change, db, note
from app.errors import NotThere
from app.events.asking import office_zone
from app.exporting import XLSX
from app.jobs import Job, JobState
from app.languages import language
from app.plans.console import may_import
from app.plans.models import Plan
from app.plans.views.desk import as_keeper
from app.reports.statements import making, word, workbook
from app.reports.statements.forms import PeriodForm
from app.reports.statements.period import Period, PeriodKind
from app.reports.statements.proofs import Whose, names_in
from app.reports.statements.prose import told
from app.reports.statements.snapshots import DOCX, ReportTemplate, Snapshot
from app.reports.statements.statement import Statement, statement_of
from app.reports.views.reporting import MAKERS, bp, plan_of, reported_office, reported_period

Page = tuple[str, int] | Response
MOST_SEALED = 60


@bp.get("")
@allowed()
def index() -> Page:
    """Which office and which period; what was sealed before."""
    today, office = now().astimezone(office_zone()).date(), reported_office()
    if wanted := Period.read(request.args.get("period", "")):
        return redirect(url_for("reports.show", period=wanted.word, office=office.id))
    plans = db.session.scalars(Plan.scoped(g.actor)).all()
    form = PeriodForm(formdata=None)
    form.offer([plan.year for plan in plans] or [today.year], today)
    form.period.data = Period.of_day(PeriodKind.YEAR, today).word
    sealed = db.session.scalars(Snapshot.scoped(g.actor).where(Snapshot.organization_id == office.id).options(
        joinedload(Snapshot.sealed_by)).limit(MOST_SEALED)).all()
    return render_template(
        "reports/index.html", form=form, office=office, sealed=sealed, plans=plans,
        may_import=may_import(g.actor.person),
        offices=db.session.scalars(Organization.open_under(g.actor.paths)).all()), 200


@bp.get("/<period>")
@allowed()
def show(period: str) -> Page:
    """The numbers of a period, of which everything else is made."""
    wanted, office = reported_period(period), reported_office()
    plan = plan_of(wanted)
    statement = statement_of(plan, office, wanted, now(), spoken=language())
    return render_template("reports/statement.html", statement=told(statement), period=wanted, office=office,
                           plan=plan, may_make=_may_make(office), lights=workbook.LIGHTS), 200


@bp.get("/<period>/tasks.xlsx")
@allowed()
def task_sheet(period: str) -> Download:
    """The task sheet (任务分解表) with its figures."""
    wanted, office = reported_period(period), reported_office()
    return sheet_of(statement_of(plan_of(wanted), office, wanted, now()))


def sheet_of(statement: Statement) -> Download:
    body = workbook.task_sheet_bytes(statement)
    return _download(body, f"{statement['office']} 任务进展表（{statement['label']}）.xlsx", XLSX)


@bp.post("/<period>/<any(word, ledger, evidence):what>")
@allowed()
def make(period: str, what: str) -> Response:
    """Asks for the file; it is made behind the page."""
    wanted, office, as_of = reported_period(period), reported_office(), now()
    plan = plan_of(wanted)
    payload: dict[str, Any] = {"office": office.id, "plan": plan.id, "period": wanted.word,
                               "as_of": as_of.isoformat()}
    if what == "word":
        job = word_job(statement_of(plan, office, wanted, as_of), office)
    else:
        if what == "evidence":
            payload |= _named(Whose(plan, office, wanted, as_keeper().paths), as_of)
        job = jobs.enqueue(making.LEDGER if what == "ledger" else making.EVIDENCE,
                           asked_by=f"person:{g.actor.person.id}", as_of=as_of, payload=payload)
    db.session.flush()
    note(Change(job, "report_asked", as_of, after={"kind": what, "period": wanted.kept}))
    db.session.commit()
    return redirect(url_for("reports.made_file", id=job.id))


def _named(whose: Whose, as_of: datetime) -> dict[str, Any]:
    """By whom a pack is made, and whose people stand in it by their full names; that they leave is recorded."""
    for register, count in names_in(whose):
        note(Change(register, "names_packed", as_of, after={"count": count, "period": whose.period.kept}))
    return {"by": g.actor.person.name, "shown_below": sorted(whose.shown_below)}


def word_job(statement: Statement, office: Organization) -> Job:
    """A Word file by the template that holds for the office; flushed, so that it has its number."""
    own = db.session.scalars(ReportTemplate.for_office(office, statement["kind"])).one_or_none()
    words = own.file.path.read_bytes() if own and own.file.path.is_file() else b""
    with force_locale("zh"):
        spoken = told(statement)
    job = jobs.enqueue(making.WORD, asked_by=f"person:{g.actor.person.id}", as_of=now(),
                       payload={"statement": spoken}, attachment=words)
    db.session.flush()
    return job


@bp.get("/made/<int:id>")
@allowed()
def made_file(id: int) -> Page:
    """How far it is; then the way to the file."""
    job = _job(id)
    if not job.is_over:
        return render_template("reports/making.html", job=job, is_rung=is_rung()), 200
    if job.state == JobState.FAILED or job.result is None:
        return render_template("reports/made.html", job=None,
                               sentence=job.error or _("文件只留一天，已经删去，请再做一次。")), 200
    return render_template("reports/made.html", job=job, sentence="", name=_name(job)), 200


@bp.get("/made/<int:id>/file")
@allowed()
def download(id: int) -> Download:
    job = _job(id)
    path = made.path_of(job.id)
    is_word = job.kind == making.WORD
    if job.state != JobState.DONE or job.result is None or not (is_word or path.is_file()):
        raise NotThere(_("文件只留一天，已经删去，请再做一次。"))
    if is_word:
        return _download(word.unpacked(job.result), _name(job), DOCX)
    answer: Download = send_file(path, mimetype=job.result["type"], as_attachment=True, download_name=_name(job))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _job(id: int) -> Job:
    job = get_job(id)
    if job.kind not in (making.LEDGER, making.EVIDENCE, making.WORD):
        raise NotThere(_("没有找到这项后台任务。"))
    return job


def _name(job: Job) -> str:
    if job.kind != making.WORD:
        assert job.result is not None
        return str(job.result["name"])
    statement = job.payload["statement"]
    return f"{statement['office']} {statement['label']}工作报告.docx"


def _may_make(office: Organization) -> bool:
    return any(grant.role in MAKERS and office.path.startswith(grant.organization.path)
               for grant in g.actor.person.grants)


def _download(body: bytes, name: str, kind: str) -> Download:
    answer = Download(body, mimetype=kind, headers={"Cache-Control": "private, no-store"})
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
