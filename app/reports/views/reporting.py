"""What the pages of reports share: the blueprint, whose report it is, and of when."""

from __future__ import annotations

from flask import Blueprint, g, request
from flask_babel import gettext as _

from app.accounts.models import Role
from app.accounts.places import Organization
from app.db import db
from app.errors import NotThere
from app.events.views.desk import own_organization
from app.legible import number_in
from app.plans.models import Plan
from app.reports.statements.period import Period

bp = Blueprint("reports", __name__, url_prefix="/console/reports")

MAKERS = (Role.PLANNER.value, Role.REVIEWER.value)  # who seals and amends
KEEPERS = (Role.ADMINISTRATOR.value, Role.PLANNER.value)  # who sets an office's template


def reported_office() -> Organization:
    """The one in the address, or one's own.

    :raises NotThere: for one outside the actor's reach.
    """
    if "office" not in request.values:
        return own_organization(g.actor)
    id = number_in(request.values, "office")
    found = db.session.scalars(Organization.under(g.actor.paths).where(
        Organization.id == id)).one_or_none() if id else None
    if found is None:
        raise NotThere(_("没有这个单位，或者它不归您管。"))
    return found


def reported_period(word: str) -> Period:
    """:raises NotThere: for a word that names no period."""
    period = Period.read(word)
    if period is None:
        raise NotThere(_("时段要写成 2026、2026-H2、2026-Q4 或 2026-11 这样。"))
    return period


def plan_of(period: Period) -> Plan:
    """:raises NotThere: when the year has no plan."""
    found = db.session.scalars(Plan.scoped(g.actor).where(Plan.year == period.year)).first()
    if found is None:
        raise NotThere(_("没有 %(year)d 年的计划，报表按计划统计。", year=period.year))
    return found
