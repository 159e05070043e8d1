"""Next year: what comes along is ticked, looked at with its new dates, made in one go, and adopted or taken back."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import NotThere, Refused
from app.events import rolling as shells
from app.events.asking import office_zone
from app.legible import number_in
from app.plans import rolling
from app.plans.console import bp
from app.plans.indicators import Indicator
from app.plans.milestones import Milestone
from app.plans.models import Category, Plan, Sector, Task
from app.plans.programmes import Programme
from app.plans.rolling import Splits
from app.plans.views.wishes import Wishes
from app.plans.yearly import DateRule
from app.reports.counting.tally import tally

Page = str | tuple[str, int] | Response
FARTHEST = 2  # years ahead


class Published(Refused):
    """Some of the shells are public: the year has begun."""

    def __init__(self, count: int) -> None:
        super().__init__(ngettext(
            "随这份计划生成的活动有 %(num)d 个已经发布，计划不能删除。",
            "随这份计划生成的活动有 %(num)d 个已经发布，计划不能删除。",
            count))


@bp.get("/next")
@allowed("planner")
def next_year() -> Page:
    """What would be rolled over, to be ticked; or the plan that was made and is not adopted."""
    plan, year = _source()
    made = db.session.scalars(Plan.of_office(plan.organization, year)).one_or_none()
    if made is not None:
        return render_template("console/years/made.html", source=plan, plan=made, shells=_shells(made))
    return _form(_wishes(plan, year, is_first=True))


@bp.post("/next")
@allowed("planner")
def make_next_year() -> Page:
    """`then` says what is wanted of the form: to look at it (preview), to go back to it (edit), to do it (make)."""
    plan, year = _source()
    rolling.must_be_free(plan, year)
    wishes, then = _wishes(plan, year), request.form.get("then")
    if then == "edit" or wishes.mistakes:
        return _form(wishes), 200 if then == "edit" else 422
    if then != "make" or request.form.get("seen") != wishes.digest:
        return _preview(wishes, is_stale=then == "make")
    as_of = now()
    rolling.roll_over(plan, wishes.choice, [one for one, _day in wishes.dated], as_of)
    for one in wishes.shells:
        one.make(as_of)
    db.session.commit()
    flash(_("%(year)d 年的计划已生成，还没有启用。请核对目标，再启用。", year=year), "success")
    return redirect(url_for("console_plans.show", year=year))


@bp.post("/drafts/<int:id>/adoption")
@allowed("planner")
def adopt_draft(id: int) -> Page:
    """From now on everybody sees it, and its shells count towards its tasks."""
    plan, as_of = _draft(id), now()
    plan.adopt(as_of)
    shells.link(plan, as_of)
    db.session.commit()
    flash(_("%(year)d 年的计划已启用。", year=plan.year), "success")
    return redirect(url_for("console_plans.show", year=plan.year))


@bp.post("/drafts/<int:id>/removal")
@allowed("planner")
def remove_draft(id: int) -> Page:
    """With the shells nobody has touched."""
    plan, as_of = _draft(id), now()
    rows = _shells(plan)
    if public := sum(one.is_public for one in rows):
        raise Published(public)
    year = plan.year
    shells.take_back(rows, as_of)
    rolling.discard(plan, as_of)
    db.session.commit()
    flash(_("还没启用的 %(year)d 年计划已删除，没有人改过的活动草稿也一起删除了。", year=year), "success")
    return redirect(url_for("console_plans.next_year", year=year))


def _source() -> tuple[Plan, int]:
    """The newest plan in force before the year asked for, and that year.

    :raises NotThere: to who plans for less than the plan's office.
    """
    plans = [one for one in db.session.scalars(Plan.scoped(g.actor).options(joinedload(Plan.organization)))
             if g.actor.reaches(one.organization)]
    if not plans:
        raise NotThere(_("这件事由制定计划的单位的计划管理人员来做。"))
    this_year = now().astimezone(office_zone()).year
    year = number_in(request.values, "year") or max(plans[0].year + 1, this_year)
    before = [one for one in plans if one.year < year <= this_year + FARTHEST]
    if not before:
        raise NotThere(_("不能生成 %(year)d 年的计划：没有更早的计划，或者年份太远。", year=year))
    return db.session.scalars(select(Plan).where(Plan.id == before[0].id).options(
        selectinload(Plan.categories).selectinload(Category.tasks).selectinload(Task.indicators).options(
            selectinload(Indicator.allocations), joinedload(Indicator.register)))).one(), year


def _wishes(plan: Plan, year: int, *, is_first: bool = False) -> Wishes:
    milestones = db.session.scalars(Milestone.of_plan(plan).options(
        joinedload(Milestone.organization), joinedload(Milestone.task))).all()
    sources = db.session.scalars(shells.returning(plan, year)).all()
    return Wishes(plan, year, tally(plan, now()), milestones, sources, None if is_first else request.form)


def _form(wishes: Wishes) -> str:
    by_sector = [(sector, [one for one in wishes.plan.categories if one.sector == sector and one.tasks])
                 for sector in Sector]
    return render_template(
        "console/years/next.html", wishes=wishes, plan=wishes.plan, sectors=by_sector, splits=list(Splits),
        rules=list(DateRule), step_rules=[DateRule.DATE, DateRule.WEEK],
        programmes=db.session.scalar(select(func.count()).select_from(Programme.in_order().subquery())),
        mistakes=wishes.mistakes if wishes.words is not None else [])


def _preview(wishes: Wishes, *, is_stale: bool) -> tuple[str, int]:
    kept = [(name, value) for name, value in request.form.items(multi=True)
            if name not in ("then", "seen", "csrf_token")]
    return render_template(
        "console/years/preview.html", wishes=wishes, plan=wishes.plan, kept=kept, is_stale=is_stale,
        left_out=[task for task in wishes.tasks if task not in wishes.chosen],
        changed=[(task, one) for task in wishes.chosen for one in wishes.numbers[task.id] if one.is_changed],
    ), 409 if is_stale else 200


def _draft(id: int) -> Plan:
    found = db.session.scalars(Plan.drafts_for(g.actor).where(Plan.id == id).with_for_update(
        of=Plan)).one_or_none()
    if found is None:
        raise NotThere(_("没有这份未启用的计划，或者它不归您管。"))
    return found


def _shells(plan: Plan) -> list[shells.Event]:
    return list(db.session.scalars(shells.shells_in(plan)))
