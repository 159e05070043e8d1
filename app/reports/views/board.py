"""The leaders' board: how the plan stands, on a phone and on one A4."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.accounts.access import allowed
from app.accounts.models import Actor
from app.accounts.places import Organization
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.events.asking import office_zone
from app.events.choosing import in_force
from app.legible import number_in
from app.plans.console import may_import
from app.plans.models import Plan
from app.plans.views.desk import as_planner
from app.reports import findings
from app.reports.board import Board
from app.reports.charts import TargetRow
from app.reports.heat import Locality
from app.reports.outlook.concerns import Concern
from app.reports.outlook.standings import Standing
from app.reports.returns.month import Month

bp = Blueprint("leaders", __name__, url_prefix="/console/board")

NAMED, ON_PAPER = 6, 22  # concerns shown at once; lines that fit the one page (charts.css hides the others)


@bp.get("")
@allowed()
def show() -> str:
    """`office` narrows to one below, `year` takes another plan."""
    as_of, office = now(), _office(g.actor)
    plans = _plans()
    if not plans and "year" not in request.args:
        return render_template("console/no_plan.html", title=_("看板"), may_import=may_import(g.actor.person))
    plan = _plan(plans, as_of.astimezone(office_zone()).year)
    board = Board.of(plan, office, as_of, next((one for one in plans if one.year == plan.year - 1), None))
    return render_template(
        "reports/board.html", board=board, years=[one.year for one in plans], own=_own(g.actor),
        above=_above(g.actor, office, plan), lines=[_row(one) for one in board.counted],
        rest=[_row(one) for one in board.uncounted],
        places=_places(board), bars_of_places=[one.bar for one in _places(board)],
        concerns=[(one, _address(one, plan)) for one in board.concerns], findings=findings, as_of=as_of,
        may_confirm=as_planner().reaches(plan.organization), named=NAMED, on_paper=ON_PAPER,
        last_month=Month.of(as_of).previous.word)


def _office(actor: Actor) -> Organization:
    """The one asked for, or one's own: his unit where a role of his reaches it, else the first that does.

    :raises NotThere: for one outside the actor's reach.
    """
    own = _own(actor)
    if "office" not in request.args:
        return own[0]
    id = number_in(request.args, "office")
    known = next((one for one in own if one.id == id), None)
    if known is None and id:
        known = db.session.scalars(Organization.under(actor.paths).where(Organization.id == id).options(
            joinedload(Organization.parent))).one_or_none()
    if known is None:
        raise NotThere(_("没有这个单位，或者它不归您管。"))
    return known


def _own(actor: Actor) -> list[Organization]:
    """Where his roles are, his own unit first; they came with the person and cost no query."""
    places = {one.organization.id: one.organization for one in actor.person.grants}
    return sorted(places.values(), key=lambda one: (one.id != actor.person.organization_id, one.path))


def _plans() -> list[Plan]:
    return list(db.session.scalars(Plan.scoped(g.actor).options(joinedload(Plan.organization))))


def _plan(plans: list[Plan], this_year: int) -> Plan:
    """That of `year`; without one the running plan, or the newest before it."""
    if "year" in request.args:
        year = number_in(request.args, "year")
        found = next((one for one in plans if one.year == year), None)
    else:
        found = in_force(plans, this_year)
    if found is None:
        raise NotThere(_("还没有计划。"))
    return found


def _above(actor: Actor, office: Organization, plan: Plan) -> list[Organization]:
    """The way up from the office, as far as it is in reach and at hand; the widest first."""
    parent = office.parent if office.parent_id and actor.reaches(office) and office.id not in {
        one.id for one in _own(actor)} else None
    found = {one.id: one for one in (plan.organization, parent) if one and one.id != office.id}
    return [one for one in found.values() if actor.reaches(one) and office.path.startswith(one.path)]


def _row(one: Standing) -> TargetRow:
    band = one.target.band if one.target else (None, None)
    return TargetRow(
        id=one.key, code=one.task.code, title=one.title, wording=one.wording, done=one.outlook.done, minimum=band[0],
        maximum=band[1], scheduled=one.outlook.scheduled, pace=one.outlook.expected or None if one.target else None,
        unit=one.target.unit if one.target else "", words=one.outlook.reason, level=one.light,
        light=one.outlook.word,
        mark=one.mark,
        url=url_for("console_plans.task", code=one.task.code, year=one.task.plan.year))


def _places(board: Board) -> list[Locality]:
    """What lies in none of them has no list of its own to lead to."""
    return [Locality(one.code, one.name, one.told, url_for("console.events", when="all", region=one.code))
            for one in board.spots] + [
                Locality(one.code, one.name, one.told) for one in (board.elsewhere,) if one]


def _address(one: Concern, plan: Plan) -> str:
    places: dict[str, tuple[str, dict[str, Any]]] = {
        "task": ("console_plans.task", {"code": one.about, "year": plan.year}),
        "milestone": ("console_plans.task", {"code": one.about, "year": plan.year}),
        "event": ("console.show", {"id": one.about}),
        "without figures": ("console.events", {"when": "past", "state": "published"}),
        "unconfirmed": ("console.events", {"when": "past", "state": "held"}),
    }
    endpoint, values = places[one.what]
    return url_for(endpoint, **values)
