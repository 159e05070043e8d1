"""Programmes (品牌活动): what was held under each name across tasks, and which cities it reached."""

from __future__ import annotations

from datetime import date

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.accounts.models import Actor
from app.accounts.places import Region
from app.clock import local_day, now
from app.db import db
from app.errors import BadInput, NotThere
from app.events.asking import office_zone
from app.events.queries import of_programme
from app.events.span import midnight
from app.forms import PlainForm
from app.legible import number_in
from app.plans.console import bp
from app.plans.models import Plan, Task
from app.plans.programme_forms import ProgrammeForm
from app.plans.programmes import Programme
from app.plans.views.desk import PLANNERS, Page, answer, as_planner, done, get_root, judged
from app.reports.counting.programmes import ProgrammeFigures, programme_tally

A_PAGE = 50


@bp.get("/programmes")
@allowed()
def programmes() -> str:
    """All of them with their figures of a year: those under which most is held first, those closed last."""
    years, year = _years()
    figures, blank = programme_tally(year), ProgrammeFigures()
    found = sorted(db.session.scalars(Programme.scoped(g.actor)), key=lambda one: (
        one.closed_at is not None, -figures.get(one.id, blank).done, -figures.get(one.id, blank).coming))
    return render_template(
        "console/programmes/programmes.html", rows=found, figures=figures, blank=blank, year=year, years=years,
        cities=_cities_in_all(),
        may_plan=any(path.strip("/").isdigit() for path in as_planner().paths))


@bp.get("/programmes/new")
@allowed(*PLANNERS)
def new_programme() -> Page:
    get_root()
    return render_template("console/programmes/edit.html", form=ProgrammeForm(), programme=None), 200


@bp.post("/programmes")
@allowed(*PLANNERS)
def add_programme() -> Page:
    root, form = get_root(), ProgrammeForm()
    if form.validate_on_submit():
        with judged(form):
            made = form.found(root, now())
            db.session.commit()
            return _back(made, _("已添加“%(name)s”。", name=made.name))
    return render_template("console/programmes/edit.html", form=form, programme=None), answer(form)


@bp.get("/programmes/<int:id>")
@allowed()
def programme(id: int) -> str:
    """Its figures of a year and the events behind them, under whatever task."""
    found, page = get_programme(g.actor, id), number_in(request.args, "page", 1)
    if not 1 <= page <= 10_000:
        raise BadInput(_("没有这一页。"))
    years, year = _years()
    zone = office_zone().key
    wanted = of_programme(g.actor, found, midnight(date(year, 1, 1), zone), midnight(date(year + 1, 1, 1), zone))
    total = db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    figures = programme_tally(year).get(id, ProgrammeFigures())
    return render_template(
        "console/programmes/programme.html", programme=found, figures=figures, year=year, years=years, page=page,
        events=db.session.scalars(wanted.limit(A_PAGE).offset((page - 1) * A_PAGE)).all(), total=total,
        pages=-(-total // A_PAGE), page_address=lambda number: url_for(
            "console_plans.programme", id=id, year=year, page=number),
        tasks=_tasks(figures), reached=_named(figures), cities=_cities_in_all(), form=PlainForm(),
        may_plan=as_planner().reaches(found.organization), reaches=lambda one: g.actor.reaches(one.organization))


@bp.get("/programmes/<int:id>/edit")
@allowed(*PLANNERS)
def edit_programme(id: int) -> Page:
    found, form = get_own_programme(g.actor, id), ProgrammeForm()
    form.show(found)
    return render_template("console/programmes/edit.html", form=form, programme=found), 200


@bp.post("/programmes/<int:id>/edit")
@allowed(*PLANNERS)
def revise_programme(id: int) -> Page:
    found, form = get_own_programme(g.actor, id, lock=True), ProgrammeForm()
    with judged(form):
        form.must_be_fresh(found)
        if form.validate_on_submit():
            form.write_to(found, now())
            db.session.commit()
            return _back(found, _("已保存。"))
    found = get_own_programme(g.actor, id)
    return render_template("console/programmes/edit.html", form=form, programme=found), answer(form)


@bp.post("/programmes/<int:id>/closing")
@allowed(*PLANNERS)
def close_programme(id: int) -> Response:
    found = get_own_programme(g.actor, id)
    found.close(now())
    db.session.commit()
    return _back(found, _("已关闭，新活动里不再能选；以前的照常显示。"))


@bp.post("/programmes/<int:id>/reopening")
@allowed(*PLANNERS)
def reopen_programme(id: int) -> Response:
    found = get_own_programme(g.actor, id)
    found.reopen(now())
    db.session.commit()
    return _back(found, _("已恢复。"))


def get_programme(actor: Actor, id: int, *, lock: bool = False) -> Programme:
    """:raises NotThere: for another root office's, too."""
    wanted = Programme.scoped(actor).where(Programme.id == id)
    wanted = (wanted.with_for_update(of=Programme).execution_options(populate_existing=True) if lock else
              wanted.options(joinedload(Programme.organization)))
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotThere(_("没有找到这个品牌活动。"))
    return found


def get_own_programme(actor: Actor, id: int, *, lock: bool = False) -> Programme:
    """One to rename or close: the actor's role reaches the root office.

    :raises NotThere: for anybody else.
    """
    found = get_programme(actor, id, lock=lock)
    if not actor.reaches(found.organization):
        raise NotThere(_("没有找到这个品牌活动，或者它不归您管。"))
    return found


def _years() -> tuple[list[int], int]:
    """Those that have a plan and the running one, and which of them is asked for."""
    this = local_day(now()).year
    years = sorted({this, *db.session.scalars(Plan.scoped(g.actor).order_by(None).with_only_columns(Plan.year))})
    year = number_in(request.args, "year", this)
    if year not in years:
        raise NotThere(_("没有 %(year)d 年的计划。", year=year))
    return years, year


def _cities_in_all() -> int:
    return db.session.scalar(select(func.count()).select_from(Region.cities().order_by(None).subquery())) or 0


def _tasks(figures: ProgrammeFigures) -> list[Task]:
    return list(db.session.scalars(select(Task).where(Task.id.in_(figures.tasks)).options(
        joinedload(Task.plan)).order_by(Task.position, Task.id)))


def _named(figures: ProgrammeFigures) -> list[Region]:
    return list(db.session.scalars(select(Region).where(Region.code.in_(figures.cities)).order_by(Region.code)))


def _back(programme: Programme, sentence: str) -> Response:
    return done(url_for("console_plans.programme", id=programme.id), sentence)
