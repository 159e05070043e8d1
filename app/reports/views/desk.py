"""What the pages of returns and slips share: the blueprints, whose page it is, and how things look."""

from __future__ import annotations

from flask import Blueprint, g, request
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from app.accounts.models import Actor, Role
from app.accounts.places import Organization
from app.db import db
from app.errors import NotThere
from app.events.views.desk import own_organization
from app.legible import number_in
from app.reports.returns.scope import FILING

returns = Blueprint("returns", __name__, url_prefix="/console/returns")
slips = Blueprint("slips", __name__, url_prefix="/console/slips")

# icon, tone
RETURN_LOOKS = {"draft": ("pencil", "quiet"), "submitted": ("hourglass", "wait"),
                "returned": ("corner-up-left", "bad"), "approved": ("circle-check", "good")}

SLIP_LOOKS = {"prepared": ("pencil", "quiet"), "sent": ("hourglass", "wait"), "closed": ("circle-check", "good"),
              "dropped": ("x", "quiet")}


def chosen_office(actor: Actor) -> Organization:
    """The one in the address, or one's own.

    :raises NotThere: for one outside the actor's reach.
    """
    if "office" not in request.values:
        return own_organization(actor)
    id = number_in(request.values, "office")
    found = db.session.scalars(Organization.under(actor.paths).where(Organization.id == id).options(
        joinedload(Organization.region))).one_or_none() if id else None
    if found is None:
        raise NotThere(_("没有这个单位，或者它不归您管。"))
    return found


def offices_in_reach(actor: Actor) -> list[Organization]:
    """Those that file, for a choice on the page."""
    return list(db.session.scalars(Organization.open_under(actor.paths).where(Organization.kind.in_(FILING))))


def acts_as(*roles: Role) -> Actor:
    """The same person, as far as these roles reach."""
    return Actor.of(g.actor.person, frozenset(roles))
