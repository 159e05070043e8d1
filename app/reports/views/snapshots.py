"""Sealed numbers and what was amended since; an office's own Word template."""

from __future__ import annotations

from flask import Response as Download
from flask import flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.events.views.desk import judged
from app.forms import PlainForm
from app.limits import Unfit
from app.reports.statements import word, workbook
from app.reports.statements.comparing import shown
from app.reports.statements.forms import AmendmentForm, TemplateForm
from app.reports.statements.period import Period, PeriodKind
from app.reports.statements.prose import told
from app.reports.statements.snapshots import DOCX, Amendment, ReportTemplate, Snapshot
from app.reports.statements.statement import Statement, statement_of
from app.reports.views.reporting import KEEPERS, MAKERS, bp, plan_of, reported_office, reported_period
from app.reports.views.statements import sheet_of, word_job

Page = tuple[str, int] | Response


@bp.post("/<period>/snapshot")
@allowed(*MAKERS)
def seal(period: str) -> Page:
    """Freezes the numbers as they are. Where none has changed since the last time it asks first."""
    wanted, office, as_of = reported_period(period), reported_office(), now()
    plan = plan_of(wanted)
    statement = statement_of(plan, office, wanted, as_of)
    if "again" not in request.form and (last := Snapshot.same_as(statement, plan=plan, office=office)):
        return render_template("reports/sealed_already.html", last=last, period=wanted, office=office), 409
    snapshot = Snapshot.seal(statement, plan=plan, office=office, by=g.actor.person, as_of=as_of)
    db.session.commit()
    flash(_("数字已经封存。以后更正的另记补正，封存的不变。"), "success")
    return redirect(url_for("reports.snapshot", id=snapshot.id))


@bp.get("/snapshots/<int:id>")
@allowed()
def snapshot(id: int) -> Page:
    """What was sealed, what was amended, and what reads otherwise by now."""
    return _page(_snapshot(id), AmendmentForm(), 200)


@bp.post("/snapshots/<int:id>/amendments")
@allowed(*MAKERS)
def amend(id: int) -> Page:
    found, form = _snapshot(id), AmendmentForm()
    if form.validate_on_submit():
        with judged(form):
            found.amend(_now(found), reason=form.reason.data or "", by=g.actor.person, as_of=now())
            db.session.commit()
            flash(_("补正已记下，写明了原因。"), "success")
            return redirect(url_for("reports.snapshot", id=id))
        found = _snapshot(id)
    return _page(found, form, form.status)


@bp.get("/snapshots/<int:id>/tasks.xlsx")
@allowed()
def snapshot_sheet(id: int) -> Download:
    return sheet_of(_snapshot(id).statement)


@bp.post("/snapshots/<int:id>/word")
@allowed()
def snapshot_word(id: int) -> Response:
    found = _snapshot(id)
    job = word_job(found.statement, found.organization)
    db.session.commit()
    return redirect(url_for("reports.made_file", id=job.id))


@bp.get("/template")
@allowed(*KEEPERS)
def template() -> Page:
    """The office's own template, and what may stand in one."""
    return _template_page(TemplateForm(), 200)


@bp.post("/template")
@allowed(*KEEPERS)
def set_template() -> Page:
    """Tried with real numbers before it is kept: one that cannot be filled is refused with the reason."""
    form, office, as_of = TemplateForm(), reported_office(), now()
    if not form.validate_on_submit():
        return _template_page(form, form.status)
    words, period = form.words, Period.of_day(PeriodKind.YEAR, as_of.date())
    statement = statement_of(plan_of(period), office, period, as_of)
    db.session.rollback()  # no lock is held while the child tries
    try:
        word.tried(words, told(statement))
    except Unfit as error:
        form.template.errors = [*form.template.errors, str(error)]
        return _template_page(form, form.status)
    ReportTemplate.set_for(reported_office(), words, form.filename, by=g.actor.person, as_of=as_of)
    db.session.commit()
    flash(_("以后的报告用这个模板。"), "success")
    return redirect(url_for("reports.template", office=office.id))


@bp.post("/template/removal")
@allowed(*KEEPERS)
def remove_template() -> Response:
    """Back to the template above, or the built-in one."""
    office = reported_office()
    if PlainForm().validate_on_submit():
        ReportTemplate.remove_from(office, as_of=now())
        db.session.commit()
        flash(_("已换回通用模板。"), "success")
    return redirect(url_for("reports.template", office=office.id))


@bp.get("/template.docx")
@allowed()
def template_file() -> Download:
    """What is in force, to be changed and brought back."""
    own = db.session.scalars(ReportTemplate.for_office(reported_office(), PeriodKind.YEAR.value)).one_or_none()
    answer: Download = send_file(own.file.path if own else word.BUILT_IN, mimetype=DOCX, as_attachment=True,
                                 download_name=own.file.name if own else "report.docx")
    return answer


def _page(found: Snapshot, form: AmendmentForm, status: int) -> Page:
    return render_template(
        "reports/snapshot.html", snapshot=found, statement=told(found.statement | {"label": found.period.label}),
        form=form, changes_of=shown, differences=found.differences(_now(found)), lights=workbook.LIGHTS,
        may_amend=bool({grant.role for grant in g.actor.person.grants} & set(MAKERS))), status


def _template_page(form: TemplateForm, status: int) -> Page:
    office = reported_office()
    own = db.session.scalars(ReportTemplate.for_office(office, PeriodKind.YEAR.value)).one_or_none()
    return render_template("reports/template.html", form=form, office=office, own=own), status


def _snapshot(id: int) -> Snapshot:
    """:raises NotThere: for a stranger's, too."""
    found = db.session.scalars(Snapshot.scoped(g.actor).where(Snapshot.id == id).options(
        joinedload(Snapshot.organization), joinedload(Snapshot.plan), joinedload(Snapshot.sealed_by),
        selectinload(Snapshot.amendments).joinedload(Amendment.made_by))).one_or_none()
    if found is None:
        raise NotThere(_("没有找到这份封存的报表，或者它不归您管。"))
    return found


def _now(found: Snapshot) -> Statement:
    return statement_of(found.plan, found.organization, found.period, now())
