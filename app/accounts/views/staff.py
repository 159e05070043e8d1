"""Who works here: the list, one person, and what an administrator does with him."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from app.accounts import inviting, staff
from app.accounts.access import allowed
from app.accounts.models import Actor, Person, Role
from app.accounts.staff_forms import CorrectionForm, NewPersonForm, RoleForm
from app.accounts.views.desk import bp
from app.clock import now
from app.db import db
from app.errors import Refused
from app.forms import PlainForm
from app.legible import number_in

Page = tuple[str, int] | Response
MANAGERS = (Role.ADMINISTRATOR.value,)
LOOKERS = (Role.ADMINISTRATOR.value, Role.SECURITY_ADMIN.value, Role.AUDITOR.value)
A_PAGE, LONGEST_QUERY = 50, 80


@bp.get("/console/admin/staff", endpoint="staff")
@allowed(*LOOKERS)
def people() -> str:
    """Those at or below where the actor stands; searched, or only those who have not come for 90 days."""
    words = request.args.get("q", "").strip()[:LONGEST_QUERY]
    unused = request.args.get("unused") == "1"
    found = staff.listed(g.actor, words, unused_as_of=now() if unused else None)
    total = db.session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    pages = max(1, -(-total // A_PAGE))
    page = min(max(number_in(request.args, "page", 1), 1), pages)
    rows = db.session.scalars(found.limit(A_PAGE).offset((page - 1) * A_PAGE)).unique().all()
    return render_template(
        "accounts/staff/people.html", rows=rows, total=total, page=page, pages=pages, q=words, unused=unused,
        may_manage=bool(_manager().paths), role_word=_role_word,
        page_address=lambda number: url_for("accounts.staff", q=words or None, unused=unused or None, page=number))


@bp.get("/console/admin/staff/new")
@allowed(*MANAGERS)
def new_person() -> Page:
    form = NewPersonForm(g.actor)
    form.organization.data = number_in(request.args, "unit", g.actor.person.organization_id)
    return render_template("accounts/staff/new.html", form=form), 200


@bp.post("/console/admin/staff")
@allowed(*MANAGERS)
def bring_in() -> Page:
    """The link is on this very answer and nowhere else; by letter goes another, made as it leaves."""
    form = NewPersonForm(g.actor)
    if form.validate_on_submit():
        try:
            person = staff.bring_in(g.actor, name=form.name.data or "", contact=form.way, as_of=now(),
                                    role=Role(form.role.data), organization=form.chosen_unit)
            db.session.flush()
            return _with_link(person)
        except Refused as error:
            db.session.rollback()
            form.refuse(error)
    return render_template("accounts/staff/new.html", form=form), form.status


@bp.get("/console/admin/staff/<int:id>")
@allowed(*LOOKERS)
def person(id: int) -> Page:
    one = staff.get_person(g.actor, id)
    form = RoleForm(_manager()) if one.lies_within(_manager()) else None
    if form:
        form.organization.data = one.organization_id
    return _person(one, form, 200)


@bp.get("/console/admin/staff/<int:id>/edit")
@allowed(*MANAGERS)
def edit_person(id: int) -> Page:
    one, form = staff.get_person(g.actor, id), CorrectionForm(g.actor)
    staff.require_managed(g.actor, one)
    form.name.data, form.email.data, form.mobile.data = one.name, one.email or "", one.mobile or ""
    form.organization.data = one.organization_id
    return render_template("accounts/staff/edit.html", one=one, form=form), 200


@bp.post("/console/admin/staff/<int:id>/edit")
@allowed(*MANAGERS)
def correct_person(id: int) -> Page:
    one, form = staff.get_person(g.actor, id, lock=True), CorrectionForm(g.actor)
    if form.validate_on_submit():
        try:
            return _done(one, lambda: staff.correct(
                g.actor, one, name=form.name.data or "", contact=form.way, as_of=now(),
                organization=form.units[form.organization.data]), _("已更正。"))
        except Refused as error:
            db.session.rollback()
            form.refuse(error)
    return render_template("accounts/staff/edit.html", one=staff.get_person(g.actor, id), form=form), form.status


@bp.post("/console/admin/staff/<int:id>/link")
@allowed(*MANAGERS)
def renew_link(id: int) -> Page:
    return _with_link(staff.get_person(g.actor, id, lock=True))


@bp.post("/console/admin/staff/<int:id>/grants")
@allowed(*MANAGERS)
def give_role(id: int) -> Page:
    one, form = staff.get_person(g.actor, id, lock=True), RoleForm(g.actor)
    if not form.validate_on_submit():
        return _person(one, form, form.status)
    return _done(one, lambda: staff.give_role(g.actor, one, Role(form.role.data), form.chosen_unit, now()),
                 _("已加上角色“%(role)s”。", role=Role(form.role.data).label))


@bp.post("/console/admin/staff/<int:id>/grants/<int:grant_id>/removal")
@allowed(*MANAGERS)
def take_role(id: int, grant_id: int) -> Page:
    one = staff.get_person(g.actor, id, lock=True)
    return _done(one, lambda: staff.take_role(g.actor, one, grant_id, now()), _("已去掉这个角色。"))


@bp.post("/console/admin/staff/<int:id>/deactivation")
@allowed(*MANAGERS)
def deactivate(id: int) -> Page:
    one = staff.get_person(g.actor, id, lock=True)
    return _done(one, lambda: staff.deactivate(g.actor, one, now()),
                 _("已停用：登录和链接都已失效，做过的事还记在他名下。"))


@bp.post("/console/admin/staff/<int:id>/reactivation")
@allowed(*MANAGERS)
def reactivate(id: int) -> Page:
    one = staff.get_person(g.actor, id, lock=True)
    return _done(one, lambda: staff.reactivate(g.actor, one, now()), _("已恢复，角色和从前一样。"))


def _with_link(one: Person) -> Page:
    token = staff.new_link(g.actor, one, now())
    by_letter = inviting.post(one, now())
    db.session.commit()
    return render_template("accounts/staff/link.html", one=one, address=inviting.link_url(token),
                           by_letter=by_letter), 201


def _done(one: Person, act: Callable[[], None], sentence: str) -> Response:
    act()
    db.session.commit()
    flash(sentence, "success")
    # A role taken away may have been what brought him into reach.
    still_there = db.session.scalars(Person.scoped(_manager()).where(Person.id == one.id)).first()
    return redirect(url_for("accounts.person", id=one.id) if still_there else url_for("accounts.staff"))


def _person(one: Person, form: RoleForm | None, status: int) -> Page:
    manager = _manager()
    return render_template(
        "accounts/staff/person.html", one=one, form=form, plain=PlainForm(), role_word=_role_word, as_of=now(),
        may_manage=one.lies_within(manager), is_manager=bool(manager.paths),
        is_me=one.id == g.actor.person.id), status


def _manager() -> Actor:
    return Actor.of(g.actor.person, frozenset({Role.ADMINISTRATOR}))


def _role_word(role: str) -> str:
    return Role(role).label
