"""Two years side by side, on the page, on paper and as a workbook."""

from __future__ import annotations

from io import BytesIO

from flask import Response as Download
from flask import g, render_template, request, send_file
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.events.asking import office_zone
from app.exporting import XLSX, write_xlsx
from app.legible import number_in
from app.plans.console import bp
from app.plans.models import Plan
from app.reports.statements.years import TwoYears, sheets


@bp.get("/compare")
@allowed()
def compare() -> str:
    """`year` and `with` choose the two; the running year and the one before, where nothing is chosen."""
    plans, two = _two_years()
    return render_template("console/years/compare.html", two=two, plan=two.plan, other=two.other,
                           years=[one.year for one in plans])


@bp.get("/compare.xlsx")
@allowed()
def compare_sheet() -> Download:
    _plans, two = _two_years()
    book = BytesIO()
    write_xlsx(book, *sheets(two))
    book.seek(0)
    answer = send_file(book, XLSX, as_attachment=True, download_name=_(
        "%(year)d年与%(other)d年对照.xlsx", year=two.plan.year, other=two.other.year))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _two_years() -> tuple[list[Plan], TwoYears]:
    """Every plan there is, newest first, and the two asked for.

    :raises NotThere: where one of them is not there, or there is only one.
    """
    plans = list(db.session.scalars(Plan.scoped(g.actor).options(joinedload(Plan.organization))))
    as_of = now()
    running = running_among(plans, as_of.astimezone(office_zone()).year)
    plan = _chosen(plans, number_in(request.args, "year")) if "year" in request.args else running
    other = _chosen(plans, number_in(request.args, "with")) if "with" in request.args else plan and next(
        (one for one in plans if one.year < plan.year), next((one for one in plans if one is not plan), None))
    if plan is None or other is None:
        raise NotThere(_("要有两个年度的计划才能对照。"))
    return plans, TwoYears(plan, other, as_of)


def running_among(plans: list[Plan], year: int) -> Plan | None:
    return next((one for one in plans if one.year <= year), plans[-1] if plans else None)


def _chosen(plans: list[Plan], year: int | None) -> Plan:
    found = next((one for one in plans if one.year == year), None)
    if found is None:
        raise NotThere(_("没有 %(year)s 年的计划。", year="" if year is None else year))
    return found
