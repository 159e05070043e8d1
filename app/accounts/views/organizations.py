"""The tree of organizations: what is in it, and what an administrator may do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.accounts.models import Actor, Role
from app.accounts.organization_forms import AliasesForm, ChildForm, NameForm, TargetForm
from app.accounts.outline import found as found_by
from app.accounts.outline import offered, outline
from app.accounts.places import Organization
from app.accounts.views.desk import bp
from app.clock import now
from app.db import db
from app.errors import NotThere, Refused
from app.forms import PlainForm

Page = tuple[str, int] | Response
MANAGERS = (Role.ADMINISTRATOR.value,)
LONGEST_QUERY = 80


@bp.get("/console/admin/organizations")
@allowed()
def organizations() -> str:
    """The tree below me, or what a search finds in it, also by old names."""
    words = request.args.get("q", "").strip()[:LONGEST_QUERY]
    with_closed = request.args.get("closed") == "1"
    return render_template(
        "accounts/organizations/tree.html", q=words, hits=found_by(g.actor, words) if words else [],
        tops=[] if words else outline(g.actor, with_closed=with_closed), with_closed=with_closed)


@bp.get("/console/admin/organizations/<int:id>")
@allowed()
def organization(id: int) -> str:
    """What it is called and was, what stands under it, and what can be done."""
    one = _organization(id)
    children = db.session.scalars(select(Organization).where(Organization.parent_id == id).order_by(
        Organization.closed_at.is_not(None), Organization.region_code, Organization.name)).all()
    return render_template("accounts/organizations/organization.html", one=one, children=children,
                           may=_may(one), may_uproot=_may(one.parent), may_see_above=_sees(one.parent),
                           form=PlainForm())


@bp.get("/console/admin/organizations/<int:id>/children/new")
@allowed(*MANAGERS)
def new_organization(id: int) -> Page:
    parent = _organization(id)
    return _form(parent, ChildForm(parent), "child")


@bp.post("/console/admin/organizations/<int:id>/children")
@allowed(*MANAGERS)
def add_organization(id: int) -> Page:
    parent = _held(id)
    form = ChildForm(parent)
    return _done_with(id, form, "child", lambda: Organization.founded(
        form.name.data, parent, now(), region=form.chosen_region, kind=form.kind.data,
        name_en=form.name_en.data or ""), _("已添加“%(name)s”。", name=form.name.data))


@bp.get("/console/admin/organizations/<int:id>/name")
@allowed(*MANAGERS)
def organization_name(id: int) -> Page:
    one = _organization(id)
    return _form(one, NameForm(obj=one), "name")


@bp.post("/console/admin/organizations/<int:id>/name")
@allowed(*MANAGERS)
def rename_organization(id: int) -> Page:
    one, form = _held(id), NameForm()
    return _done_with(id, form, "name", lambda: one.rename(form.name.data, now(), name_en=form.name_en.data or ""),
                      _("已改名。原来的名称仍能搜到，日历里的主办单位已更新。"))


@bp.get("/console/admin/organizations/<int:id>/aliases")
@allowed(*MANAGERS)
def organization_aliases(id: int) -> Page:
    one = _organization(id)
    form = AliasesForm()
    form.aliases.data = "\n".join(one.aliases)
    return _form(one, form, "aliases")


@bp.post("/console/admin/organizations/<int:id>/aliases")
@allowed(*MANAGERS)
def set_organization_aliases(id: int) -> Page:
    one, form = _held(id), AliasesForm()
    return _done_with(id, form, "aliases", lambda: one.go_by(form.words, now()), _("别名已保存。"))


@bp.get("/console/admin/organizations/<int:id>/parent")
@allowed(*MANAGERS)
def organization_parent(id: int) -> Page:
    one = _organization(id, uproot=True)
    return _form(one, _targets(_("移到哪个单位下面"), one), "parent")


@bp.post("/console/admin/organizations/<int:id>/parent")
@allowed(*MANAGERS)
def move_organization(id: int) -> Page:
    one = _held(id, uproot=True)
    form = _targets(_("移到哪个单位下面"), one)
    return _done_with(id, form, "parent", lambda: one.move(_organization(int(form.target.data)), now()),
                      _("已移动，下属单位、人员和活动一起移动。"))


@bp.get("/console/admin/organizations/<int:id>/merger")
@allowed(*MANAGERS)
def organization_merger(id: int) -> Page:
    one = _organization(id, uproot=True)
    return _form(one, _targets(_("并入哪个单位"), one), "merger")


@bp.post("/console/admin/organizations/<int:id>/merger")
@allowed(*MANAGERS)
def merge_organization(id: int) -> Page:
    one = _held(id, uproot=True)
    form = _targets(_("并入哪个单位"), one)
    return _done_with(id, form, "merger", lambda: one.merge_into(_organization(int(form.target.data)), now()),
                      _("已合并。活动、人员、角色和下属单位都归新单位，原来的名称成为它的别名。"))


@bp.post("/console/admin/organizations/<int:id>/closing")
@allowed(*MANAGERS)
def close_organization(id: int) -> Response:
    _held(id, uproot=True).close(now())
    db.session.commit()
    return _back(id, _("已关闭。以前的活动和数字都还在。"))


@bp.post("/console/admin/organizations/<int:id>/reopening")
@allowed(*MANAGERS)
def reopen_organization(id: int) -> Response:
    _held(id, uproot=True).reopen(now())
    db.session.commit()
    return _back(id, _("已恢复。"))


def _organization(id: int, *, uproot: bool = False) -> Organization:
    """One in the actor's reach; to `uproot` it, its parent must be so too."""
    one = db.session.scalars(Organization.under(g.actor.paths).where(Organization.id == id).options(
        selectinload(Organization.past)).execution_options(populate_existing=True)).one_or_none()
    if one is None or (uproot and not _sees(one.parent)):
        raise NotThere(_("没有找到这个单位，或者它不归您管。"))
    return one


def _held(id: int, *, uproot: bool = False) -> Organization:
    """Changes of the tree go one after another: two moves at once could make a ring."""
    db.session.scalars(Organization.roots().with_for_update()).all()
    return _organization(id, uproot=uproot)


def _sees(one: Organization | None) -> bool:
    return one is not None and g.actor.reaches(one)


def _may(one: Organization | None) -> bool:
    manager = Actor.of(g.actor.person, frozenset({Role.ADMINISTRATOR}))
    return one is not None and manager.reaches(one)


def _targets(label: str, one: Organization) -> TargetForm:
    return TargetForm(label, offered(outline(g.actor), without=one))


def _done_with(id: int, form: Any, what: str, verb: Callable[[], Any], sentence: str) -> Page:
    status = 422
    if form.validate_on_submit():
        try:
            verb()
            db.session.commit()
            return _back(id, sentence)
        except NotThere:
            raise
        except Refused as error:
            db.session.rollback()
            form.form_errors.append(error.sentence)
            status = error.status
    return _form(_organization(id), form, what, status)


def _form(one: Organization, form: Any, what: str, status: int = 200) -> Page:
    return render_template(f"accounts/organizations/{what}.html", one=one, form=form), status


def _back(id: int, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for("accounts.organization", id=id))
