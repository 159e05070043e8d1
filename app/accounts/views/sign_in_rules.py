"""What an office demands of sign-in: kept by its security administrator, who also helps whoever lost a phone."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.accounts import second_factor
from app.accounts.access import allowed
from app.accounts.models import Person
from app.accounts.passkeys import Passkey
from app.accounts.places import Organization
from app.accounts.second_factor import OneTimeCode
from app.accounts.sign_in_forms import PlainForm, RulesForm
from app.accounts.sign_in_rules import GRADED_PROTECTION_DAYS, SignInRules
from app.accounts.views.desk import bp
from app.clock import now
from app.db import db
from app.errors import NotThere


@bp.get("/console/admin/sign-in-rules")
@allowed("security_admin")
def sign_in_rules() -> str:
    """Of the highest office in reach; below it the same holds, and more may be asked."""
    return _page(None)


@bp.post("/console/admin/sign-in-rules/<int:id>")
@allowed("security_admin")
def change_sign_in_rules(id: int) -> Any:
    office = db.session.scalars(Organization.under(g.actor.paths).where(Organization.id == id)).one_or_none()
    if office is None:
        raise NotThere(_("没有这个单位，或者它不归您管。"))
    form = RulesForm()
    form.offer_roles()
    if not form.validate():
        return _page(form), 422
    SignInRules.of(office).change(form.roles.data or [], form.password_days.data, now())
    db.session.commit()
    flash(_("登录要求已保存，从现在起生效。"), "success")
    return redirect(url_for("accounts.sign_in_rules"))


@bp.post("/console/admin/second-factors/<int:id>/removal")
@allowed("security_admin")
def remove_somebodys_second_factor(id: int) -> Response:
    person = db.session.scalars(Person.scoped(g.actor).where(Person.id == id)).one_or_none()
    if person is None or not person.lies_within(g.actor):
        raise NotThere(_("没有这个人，或者不归您管。"))
    second_factor.remove(person, now())
    person.end_access(now())
    db.session.commit()
    flash(_("已关闭 %(name)s 的两步验证，请对方重新登录后再设置。", name=person.name), "success")
    return redirect(url_for("accounts.sign_in_rules"))


def _page(filled: RulesForm | None) -> str:
    office = db.session.scalars(Organization.under(g.actor.paths).limit(1)).one()
    rules = db.session.get(SignInRules, office.id)
    form = filled or RulesForm(formdata=None, data={
        "roles": rules.second_factor_roles if rules else [], "password_days": rules.password_days if rules else None})
    form.offer_roles()
    protected = select(OneTimeCode.person_id).where(OneTimeCode.confirmed_at.is_not(None)).union(
        select(Passkey.person_id))
    people = db.session.scalars(Person.scoped(g.actor).where(Person.id.in_(protected))).all()
    return render_template("accounts/sign_in_rules.html", form=form, plain=PlainForm(), office=office, people=people,
                           usual_days=GRADED_PROTECTION_DAYS)
