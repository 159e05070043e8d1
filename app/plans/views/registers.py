"""The registers of the root office: what there is, what is in each, and who may rename or close one."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.accounts.models import Actor
from app.accounts.places import Region
from app.accounts.region_names import Regions
from app.clock import now
from app.db import Change, db, note
from app.errors import BadInput
from app.forms import PlainForm
from app.legible import number_in
from app.plans.console import bp
from app.plans.register_forms import RegisterForm
from app.plans.register_queries import Sieve, get_own_register, get_register, holdings, in_register
from app.plans.registers import Register, RegisterEntry
from app.plans.standing import DAYS, Standing
from app.plans.usual_registers import ensure_usual
from app.plans.views.desk import (
    KEEPERS,
    PLANNERS,
    Page,
    as_keeper,
    as_planner,
    done,
    get_root,
    judged,
    sheet,
)

A_PAGE, MOST_NAMES, MOST_ROWS = 50, 500, 20_000
WHY_SHOWN = ("核对推荐名单", "填报材料", "联系本人", "其他")  # as the audit keeps it


@bp.get("/registers")
@allowed()
def registers() -> str:
    """All of them, with how many entries lie in one's reach; those that host events apart."""
    found = db.session.scalars(Register.scoped(g.actor)).all()
    return render_template(
        "console/registers/registers.html", form=PlainForm(), holdings=holdings(g.actor),
        groups=[(_("认定和命名"), [one for one in found if not one.can_host and not one.closed_at]),
                (_("办活动的地方"), [one for one in found if one.can_host and not one.closed_at]),
                (_("已关闭"), [one for one in found if one.closed_at])],
        may_plan=any(path.strip("/").isdigit() for path in as_planner().paths), is_empty=not found)


@bp.post("/registers/usual")
@allowed(*PLANNERS)
def make_usual_registers() -> Response:
    made = ensure_usual(get_root(), now())
    db.session.commit()
    return done(url_for("console_plans.registers"), ngettext(
        "已建立 %(num)d 种登记。",
        "已建立 %(num)d 种登记。",
        len(made)))


@bp.get("/registers/new")
@allowed(*PLANNERS)
def new_register() -> Page:
    get_root()
    return render_template("console/registers/edit.html", form=RegisterForm(), register=None), 200


@bp.post("/registers")
@allowed(*PLANNERS)
def add_register() -> Page:
    root, form = get_root(), RegisterForm()
    if form.validate_on_submit():
        with judged(form):
            made = Register.founded(root, now(), **form.words())
            db.session.commit()
            return _back(made, _("已建立“%(name)s”。", name=made.name))
    return render_template("console/registers/edit.html", form=form, register=None), form.status


@bp.get("/registers/<int:id>/edit")
@allowed(*PLANNERS)
def edit_register(id: int) -> Page:
    register, form = get_own_register(g.actor, id), RegisterForm()
    form.show(register)
    return render_template("console/registers/edit.html", form=form, register=register), 200


@bp.post("/registers/<int:id>/edit")
@allowed(*PLANNERS)
def revise_register(id: int) -> Page:
    register, form = get_own_register(g.actor, id), RegisterForm()
    if form.validate_on_submit():
        with judged(form):
            register.revise(now(), **form.words())
            db.session.commit()
            return _back(register, _("已保存。"))
    register = get_own_register(g.actor, id)
    return render_template("console/registers/edit.html", form=form, register=register), form.status


@bp.post("/registers/<int:id>/closing")
@allowed(*PLANNERS)
def close_register(id: int) -> Response:
    register = get_own_register(g.actor, id)
    register.close(now())
    db.session.commit()
    return _back(register, _("已关闭，不能再添加；已有的照常计数。"))


@bp.post("/registers/<int:id>/reopening")
@allowed(*PLANNERS)
def reopen_register(id: int) -> Response:
    register = get_own_register(g.actor, id)
    register.reopen(now())
    db.session.commit()
    return _back(register, _("已恢复。"))


@bp.get("/registers/<int:id>")
@allowed()
def register(id: int) -> str:
    """What is in it within one's reach, by place; narrowed by standing, region and words."""
    found, sieve, page = get_register(g.actor, id), Sieve.of(request.args), number_in(request.args, "page", 1)
    if not 1 <= page <= 10_000:
        raise BadInput(_("没有这一页。"))
    regions = Regions()
    wanted = _wanted(g.actor, found, sieve, regions)
    total = db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    rows = db.session.scalars(wanted.options(
        joinedload(RegisterEntry.organization), joinedload(RegisterEntry.region)).limit(A_PAGE)
        .offset((page - 1) * A_PAGE)).all()
    return render_template(
        "console/registers/register.html", register=found, rows=rows, total=total, page=page,
        pages=-(-total // A_PAGE), sieve=sieve, standings=list(Standing), regions=_regions_offered(regions),
        label=regions.label, is_unknown=bool(sieve.region) and regions.find(sieve.region) is None, form=PlainForm(),
        why_shown=WHY_SHOWN, may_keep=bool(as_keeper().paths), may_plan=as_planner().reaches(found.organization),
        page_address=lambda number: url_for("console_plans.register", id=id, page=number, **sieve.asked()))


@bp.post("/registers/<int:id>/export")
@allowed()
def export_register(id: int) -> Response:
    """A sheet of what the page lists, names of people masked; that it was taken is recorded."""
    found, sieve, regions = get_register(g.actor, id), Sieve.of(request.form), Regions()
    rows = db.session.scalars(_wanted(g.actor, found, sieve, regions).options(
        joinedload(RegisterEntry.organization), joinedload(RegisterEntry.region)).limit(MOST_ROWS)).all()
    note(Change(found, "exported", now(), after=sieve.asked() | {"count": len(rows)}))
    cells = [[pgettext("name", "名称"), _("地区"), _("管理单位"), _("级别"), _("状态"), _("批复文号"),
              _("申报日期"), _("评审日期"), _("公示日期"), _("批复日期"), _("授牌日期"), _("撤销日期"), _("地址"),
              _("备注")]]
    for one in rows:
        cells.append([one.shown_name, regions.label(one.region), one.organization.name, one.level,
                      Standing(one.standing).label, one.approval_number,
                      *(str(getattr(one, name) or "") for name in DAYS), one.address, one.note])
    db.session.commit()
    return sheet(cells, f"register-{id}-{now():%Y%m%d}")


@bp.post("/registers/<int:id>/names")
@allowed(*KEEPERS)
def register_names(id: int) -> str:
    """Names of people in full, for who looks after them; that they were shown is recorded."""
    found, sieve, reason = get_register(g.actor, id), Sieve.of(request.form), request.form.get("reason", "")
    rows = db.session.scalars(_wanted(g.actor, found, sieve, Regions()).options(
        joinedload(RegisterEntry.organization)).limit(MOST_NAMES)).all()
    note(Change(found, "names_shown", now(), after={
        "count": len(rows), "reason": reason if reason in WHY_SHOWN else WHY_SHOWN[-1]}))
    names = [(one.name, one.organization.name, one.level) for one in rows]
    db.session.commit()
    return render_template("console/registers/names.html", register=get_register(g.actor, id), names=names)


def _wanted(actor: Actor, register: Register, sieve: Sieve, regions: Regions) -> Select[Any]:
    return sieve.narrow(in_register(actor, register), register, regions.find(sieve.region) if sieve.region else None)


def _regions_offered(regions: Regions) -> list[Region]:
    """Where one's offices are, and what lies next below."""
    own = {grant.organization.region_code for grant in g.actor.person.grants}
    return [one for one in regions.all if one.code in own or one.parent_code in own]


def _back(register: Register, sentence: str) -> Response:
    return done(url_for("console_plans.register", id=register.id), sentence)


