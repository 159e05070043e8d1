"""Figures from elsewhere of one indicator: a table by month, one entered by hand, one taken away."""

from __future__ import annotations

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.accounts.models import Actor
from app.clock import local_day, now
from app.db import db
from app.errors import NotThere
from app.legible import number_in
from app.plans.console import bp
from app.plans.indicators import Indicator, Measure
from app.plans.models import Plan, Task
from app.plans.outside import OutsideFigure, rename_source
from app.plans.outside_forms import FigureForm
from app.plans.outside_sheet import kind_word
from app.plans.views.desk import PLANNERS, Page, answer, as_planner, done, judged
from app.reports.counting.tally import tally


@bp.get("/indicators/<int:id>/figures")
@allowed()
def outside_figures(id: int) -> Page:
    """All of them by month; `figure` fills the form with one, to be corrected."""
    found, form = get_outside(g.actor, id), None
    if as_planner().reaches(found.task.plan.organization):
        form = FigureForm(found, local_day(now()))
        form.suggest(_figures(found))
        if wanted := next((one for one in _figures(found) if one.id == number_in(request.args, "figure")), None):
            form.show(wanted)
    return _page(found, form)


@bp.post("/indicators/<int:id>/figures")
@allowed(*PLANNERS)
def record_figure(id: int) -> Page:
    found = get_own_outside(g.actor, id, lock=True)
    form = FigureForm(found, local_day(now()))
    if form.validate_on_submit():
        with judged(form):
            words = form.words()
            if form.renamed:
                rename_source(found, form.renamed, words["source"], now())
            there = OutsideFigure.find(found, words["month"], words["region"], words["source"])
            was = there.amount if there else None
            made = OutsideFigure.record(found, now(), g.actor.person, **words)
            db.session.commit()
            return done(address(found), _("已更新：%(old)s → %(new)s。", old=f"{was:,}", new=f"{made.amount:,}")
                        if was is not None else _("已填：%(new)s。", new=f"{made.amount:,}"))
    return _page(get_outside(g.actor, id), form)


@bp.post("/indicators/<int:id>/figures/<int:figure_id>/removal")
@allowed(*PLANNERS)
def remove_figure(id: int, figure_id: int) -> Response:
    found = get_own_outside(g.actor, id, lock=True)
    figure = next((one for one in _figures(found) if one.id == figure_id), None)
    if figure is None:
        raise NotThere(_("没有找到这个数字。"))
    figure.remove(now())
    db.session.commit()
    return done(address(found), _("已删除。"))


def get_outside(actor: Actor, id: int, *, lock: bool = False) -> Indicator:
    """An indicator that counts figures from elsewhere, of a plan that the actor sees.

    :raises NotThere: for any other.
    """
    mine = Task.scoped(actor).with_only_columns(Task.id).order_by(None)
    wanted = (select(Indicator).join(Indicator.task).where(
        Indicator.id == id, Indicator.measure == Measure.OUTSIDE.value, Indicator.task_id.in_(mine)).options(
            contains_eager(Indicator.task).joinedload(Task.plan, innerjoin=True)
            .joinedload(Plan.organization, innerjoin=True)))
    found = db.session.scalars(wanted.with_for_update(of=Indicator) if lock else wanted).one_or_none()
    if found is None:
        raise NotThere(_("没有找到这个指标，或者它不计外部数字。"))
    return found


def get_own_outside(actor: Actor, id: int, *, lock: bool = False) -> Indicator:
    """One of whose plan the actor is the planner: two offices entering one platform's number would double it.

    :raises NotThere: for any other.
    """
    found = get_outside(actor, id, lock=lock)
    if not actor.reaches(found.task.plan.organization):
        raise NotThere(_("没有找到这个指标，或者它不归您管。"))
    return found


def address(indicator: Indicator) -> str:
    return url_for("console_plans.outside_figures", id=indicator.id)


def _figures(indicator: Indicator) -> list[OutsideFigure]:
    return list(db.session.scalars(OutsideFigure.of_indicator(indicator).options(
        joinedload(OutsideFigure.region), joinedload(OutsideFigure.entered_by))))


def _page(found: Indicator, form: FigureForm | None) -> Page:
    plan = found.task.plan
    return render_template(
        "console/outside/figures.html", indicator=found, task=found.task, plan=plan, figures=_figures(found),
        count=tally(plan, now()).of(found), form=form, kind_word=kind_word,
        own=plan.organization.region_code), answer(form) if form else 200
