"""The numbers nobody confirmed yet, of a whole plan at once: what the words say, and what was understood of them."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import NotThere, Refused
from app.plans.console import bp, get_plan
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from app.plans.views.desk import PLANNERS, Page, as_planner, done


class ListMoved(Refused):
    """What was ticked is confirmed or changed by now."""

    def __init__(self) -> None:
        super().__init__(_("您打开以后，有的目标已经确认过或者改过，这次没有确认。下面是现在还没确认的，请再勾选。"))


class NothingTicked(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("没有勾选目标。"))


@bp.get("/unconfirmed")
@allowed(*PLANNERS)
def unconfirmed_targets() -> str:
    """`all=1` ticks every one beforehand."""
    return _list(_own_plan())


@bp.post("/unconfirmed")
@allowed(*PLANNERS)
def confirm_targets() -> Page:
    """Those ticked, as the page showed them (`id:version` each): all of them or none."""
    plan = _own_plan()
    try:
        count = _confirmed(plan)
    except (NothingTicked, ListMoved) as error:
        db.session.rollback()
        return _list(_own_plan(), error.sentence), error.status
    db.session.commit()
    return done(url_for("console_plans.show", year=plan.year), ngettext(
        "已确认 %(num)s 个目标，开始亮灯。", "已确认 %(num)s 个目标，开始亮灯。", count))


def _confirmed(plan: Plan) -> int:
    """How many.

    :raises NothingTicked, ListMoved: and none of them is.
    """
    chosen = {id: version for id, _colon, version in (
        word.partition(":") for word in request.form.getlist("target"))}
    if not chosen:
        raise NothingTicked
    found = [one for one in _unconfirmed(plan, lock=True) if str(one.id) in chosen]
    if len(found) != len(chosen) or any(str(one.version) != chosen[str(one.id)] for one in found):
        raise ListMoved
    for one in found:
        one.confirm(now())
    return len(found)


def _list(plan: Plan, sentence: str = "") -> str:
    return render_template("console/planning/unconfirmed.html", plan=plan, rows=_unconfirmed(plan),
                           is_ticked=request.args.get("all") == "1", sentence=sentence)


def _own_plan() -> Plan:
    """:raises NotThere: for a plan of an office above."""
    plan, _years = get_plan()
    if not as_planner().reaches(plan.organization):
        raise NotThere(_("这个计划不归您管。"))
    return plan


def _unconfirmed(plan: Plan, *, lock: bool = False) -> Sequence[Indicator]:
    wanted = (select(Indicator).join(Indicator.task).join(Task.plan)
              .where(Task.plan_id == plan.id, Task.withdrawn_at.is_(None), Indicator.is_confirmed.is_(False))
              .order_by(Task.position, Task.id, Indicator.position, Indicator.id)
              .options(contains_eager(Indicator.task).contains_eager(Task.plan)))
    if lock:
        wanted = wanted.with_for_update(of=Indicator).execution_options(populate_existing=True)
    else:
        wanted = wanted.options(joinedload(Indicator.register))
    return db.session.scalars(wanted).all()
