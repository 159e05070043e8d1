"""The settings of an office: what it sets itself, and what it has from above."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.accounts.models import Role
from app.accounts.places import Organization
from app.accounts.settings import OfficeSettings
from app.accounts.settings_form import SettingsForm
from app.accounts.views.desk import bp
from app.clock import now
from app.db import db
from app.errors import NotThere, Refused
from app.legible import number_in

Page = tuple[str, int] | Response
KEEPERS = (Role.ADMINISTRATOR.value,)


@bp.get("/console/admin/settings")
@allowed(*KEEPERS)
def settings() -> Response:
    """Of the office chosen, or of the highest that I administer."""
    wanted = number_in(request.args, "office")
    first = db.session.scalars(Organization.open_under(g.actor.paths).limit(1)).one()
    return redirect(url_for("accounts.office_settings", id=wanted or first.id))


@bp.get("/console/admin/settings/<int:id>")
@allowed(*KEEPERS)
def office_settings(id: int) -> Page:
    office = _office(id)
    form = SettingsForm(office)
    form.show(db.session.get(OfficeSettings, id))
    return _page(form)


@bp.post("/console/admin/settings/<int:id>")
@allowed(*KEEPERS)
def change_settings(id: int) -> Page:
    form = SettingsForm(_office(id))
    if not form.validate_on_submit():
        return _page(form)
    try:
        own = OfficeSettings.of(form.office)
        own.change(now(), **form.values(own))
        db.session.commit()
    except Refused as error:
        db.session.rollback()
        form.refuse(error)
        return _page(form)
    flash(_("已保存。"), "success")
    return redirect(url_for("accounts.office_settings", id=id))


def _page(form: SettingsForm) -> Page:
    offices = db.session.scalars(Organization.open_under(g.actor.paths)).all()
    return (render_template("accounts/settings.html", form=form, chosen=form.office, offices=offices),
            form.status if request.method == "POST" else 200)


def _office(id: int) -> Organization:
    found = db.session.scalars(Organization.open_under(g.actor.paths).where(Organization.id == id)).one_or_none()
    if found is None:
        raise NotThere(_("没有这个单位，或者它不归您管。"))
    return found
