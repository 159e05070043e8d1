"""Whether the public sees how a plan's tasks stand."""

from __future__ import annotations

from flask import g, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.plans.console import bp
from app.plans.models import Plan
from app.plans.views.desk import done


@bp.post("/<int:year>/lights")
@allowed("planner")
def show_lights(year: int) -> Response:
    """`shown=1` opens the lights to the public, anything else closes them."""
    plan = db.session.scalars(Plan.scoped(g.actor).where(Plan.year == year)).first()
    if plan is None or not g.actor.reaches(plan.organization):
        raise NotThere(_("没有 %(year)d 年的计划，或者它不归您管。", year=year))
    plan.show_lights(request.form.get("shown") == "1", now())
    db.session.commit()
    return done(url_for("console_plans.show", year=year), _("公开的计划页现在显示各项任务的灯。") if plan.shows_lights
                else _("公开的计划页不再显示灯。"))
