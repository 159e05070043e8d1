"""What the pages of the working calendar and of reminders share."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.models import Actor, Role
from app.accounts.places import Organization
from app.accounts.region_names import Regions
from app.db import db
from app.errors import NotThere
from app.plans.asking import PlanForm
from app.workdays.calendar import COUNTRY

bp = Blueprint("reminders", __name__, url_prefix="/console")

Page = tuple[str, int] | Response
KEEPERS = (Role.ADMINISTRATOR.value, Role.PLANNER.value)


def as_keeper() -> Actor:
    """The person who asks, where he may change what is kept."""
    return Actor.of(g.actor.person, frozenset(Role(role) for role in KEEPERS))


def keeps_root(actor: Actor) -> bool:
    root = db.session.scalars(Organization.roots().limit(1)).one_or_none()
    return root is not None and actor.reaches(root)


def kept_regions(actor: Actor, known: Regions, *, with_country: bool = True) -> list[tuple[str, str]]:
    """(code, name) of those for which the actor may say which days are worked; the country for the root office."""
    stems = tuple({grant.organization.region.stem for grant in actor.person.grants
                   if Role(grant.role) in actor.roles})
    found = [(one.code, known.label(one)) for one in known.all if stems and one.code.startswith(stems)]
    return ([(COUNTRY, _("全国"))] if with_country and keeps_root(actor) else []) + found


def require_region(actor: Actor, region: str) -> None:
    """:raises NotThere: for a region that others look after."""
    if region not in {code for code, _name in kept_regions(actor, Regions())}:
        raise NotThere(_("没有找到这个页面，或者它不对您开放。"))


def answer(form: PlanForm) -> int:
    return form.status if request.method == "POST" else 200


def done(address: str, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(address)
