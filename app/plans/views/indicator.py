"""One indicator: how it stands, by region and by month, and the very rows its number is made of."""

from __future__ import annotations

import re
from datetime import date
from functools import partial

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.legible import number_in
from app.plans.console import bp
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from app.reports.charts import Bar
from app.reports.counting.cells import Count, total
from app.reports.counting.rounding import adding_up
from app.reports.counting.rows import Row, rows_behind
from app.reports.counting.split import split_of
from app.reports.counting.tally import Tally, tally
from app.reports.outlook.lights import Lights
from app.reports.outlook.pace import due_of, lead_of

A_PAGE = 100


@bp.get("/indicators/<int:id>")
@allowed()
def indicator_rows(id: int) -> str:
    """`region` and `month` narrow the rows to what lies in them, `state=scheduled` shows what is on its way."""
    found = _indicator(id)
    counted = tally(found.task.plan, now())
    count, region, month, names = counted.of(found), _region(counted), _month(), counted.places
    rows = rows_behind(found, counted, scheduled=_is_scheduled(), region=region, month=month)
    lines = list(zip(rows, adding_up([row.amount for row in rows]), strict=True))
    pages = max(1, -(-len(rows) // A_PAGE))
    page = min(max(number_in(request.args, "page", 1), 1), pages)
    return render_template(
        "console/indicator.html", indicator=found, task=found.task, plan=found.task.plan, count=count,
        outlook=Lights(counted).of(found), due=due_of(found), lead=lead_of(found),
        split=split_of(found, count, names.regions), months=_months(found, count),
        rows=lines[(page - 1) * A_PAGE:page * A_PAGE], row_count=len(rows), sum=total(row.amount for row in rows),
        region=region, region_name=names.named([region]) if region else "", month=month, places=names,
        is_scheduled=_is_scheduled(), page=page, pages=pages, address=partial(address, id),
        address_of_page=lambda number: address(id, page=number), reaches=_reaches)


def _months(indicator: Indicator, count: Count) -> list[Bar]:
    year = indicator.task.plan.year
    return [Bar(_("%(month)d月", month=day.month) if day.year == year else
                _("%(year)d年以前", year=year) if day.year < year else _("%(year)d年以后", year=year),
                (amount,), address(indicator.id, month=f"{day:%Y-%m}", state=None, page=None))
            for day, amount in count.by_month.items()]


def address(id: int, **words: object) -> str:
    """Of this page with the same narrowing, and `words` over it."""
    kept = {name: request.args[name] for name in ("region", "month", "state") if request.args.get(name)}
    return url_for("console_plans.indicator_rows", id=id, **{
        name: value for name, value in (kept | words).items() if value})


def _is_scheduled() -> bool:
    return request.args.get("state") == "scheduled"


def _indicator(id: int) -> Indicator:
    mine = Task.scoped(g.actor).with_only_columns(Task.id).order_by(None)
    found = db.session.scalars(
        select(Indicator).join(Indicator.task).where(Indicator.id == id, Indicator.task_id.in_(mine)).options(
            contains_eager(Indicator.task).joinedload(Task.plan).joinedload(Plan.organization),
            contains_eager(Indicator.task).joinedload(Task.category), joinedload(Indicator.register),
            selectinload(Indicator.allocations))).one_or_none()
    if found is None:
        raise NotThere(_("没有找到这个指标。"))
    return found


def _region(counted: Tally) -> str:
    """The code asked for; what is no region of this plan narrows nothing."""
    code = request.args.get("region", "")
    return code if code in counted.places.regions else ""


def _month() -> date | None:
    wanted = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", request.args.get("month", ""), re.ASCII)
    return date(int(wanted[1]), int(wanted[2]), 1) if wanted and int(wanted[1]) else None


def _reaches(row: Row) -> bool:
    return any(row.path.startswith(path) for path in g.actor.paths)
