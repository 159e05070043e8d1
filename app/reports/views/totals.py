"""The table that adds a month up, on the page, on paper and as a sheet; and who has not filed."""

from __future__ import annotations

from flask import Response, g, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from app import exporting
from app.accounts.access import allowed
from app.accounts.models import Role
from app.accounts.places import Region
from app.clock import now
from app.db import db
from app.reports.returns.month import Month
from app.reports.returns.outstanding import by_level, filings
from app.reports.returns.scope import Branch, filing_office_of
from app.reports.returns.total import Total, add_up, sheet
from app.reports.slips.slip import SENDERS
from app.reports.views.desk import RETURN_LOOKS, acts_as, chosen_office, offices_in_reach, returns

SHOWN = 60


@returns.get("/<month>/total")
@allowed()
def total(month: str) -> str:
    asked, office = Month.named(month), chosen_office(g.actor)
    found = add_up(office, asked, now())
    return render_template(
        "reports/returns/total.html", unit=office, month=asked, total=found, coverage=_coverage(found), as_of=now(),
        offices=offices_in_reach(g.actor), shown=SHOWN, return_look=RETURN_LOOKS.get)


@returns.get("/<month>/total.csv", defaults={"ending": "csv"})
@returns.get("/<month>/total.xlsx", defaults={"ending": "xlsx"})
@allowed()
def total_sheet(month: str, ending: str) -> Response:
    asked, office = Month.named(month), chosen_office(g.actor)
    rows = list(sheet(add_up(office, asked, now())))
    if ending == "csv":
        answer = Response(exporting.csv_of(rows), mimetype="text/csv")
    else:
        book = exporting.xlsx_of(exporting.Sheet(_("汇总表"), rows, head=2, widths=(44, 8, 10, 10, 12, 8, 8)))
        answer = Response(book, mimetype=exporting.XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename=f"returns-{asked.word}-{office.id}.{ending}")
    return answer


@returns.get("/<month>/outstanding")
@allowed()
def outstanding(month: str) -> str:
    """By level: who has filed, who has not, and who is late."""
    asked, office = Month.named(month), chosen_office(g.actor)
    found = filings(Branch.of(office), asked, now())
    shown = request.args.get("show", "")
    those = {"late": [one for one in found if one.is_late], "open": [one for one in found if not one.is_in]}.get(
        shown, found)
    return render_template(
        "reports/returns/outstanding.html", unit=office, month=asked, found=found, levels=by_level(those),
        shown=shown, late=[one for one in found if one.is_late], teller=filing_office_of(office),
        offices=offices_in_reach(g.actor), return_look=RETURN_LOOKS.get,
        may_prepare=acts_as(*(Role(role) for role in SENDERS)).reaches(office))


def _coverage(found: Total) -> str:
    """How many cities and counties, counting a county's city with it."""
    levels = dict(db.session.execute(select(Region.code, Region.level).where(Region.code.in_(found.regions))).all())
    cities = {code[:4] for code, level in levels.items() if level in ("city", "county")}
    counties = [code for code, level in levels.items() if level == "county"]
    return _("覆盖 %(cities)s 个市州、%(counties)s 个区县", cities=len(cities), counties=len(counties))
