"""What I may do, and why not here: the rules that bind me, told on one page."""

from __future__ import annotations

from flask import g, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.access import signed_in
from app.accounts.models import Role
from app.accounts.places import Organization
from app.accounts.reach import DEEDS, answer, answers, meaning
from app.accounts.views.desk import bp
from app.db import db
from app.events.approval import approval_of, approvals_by_kind
from app.events.models import Event
from app.events.unreviewed import gap_of
from app.events.words import EventState
from app.legible import number_in

STANDS_STILL = (EventState.SUBMITTED.value, EventState.CANCELLED.value, EventState.CLOSED.value)


@bp.get("/console/me/reach")
@signed_in
def reach() -> str:
    """My roles; and for `event` or `organization` what I may do there, and who else could."""
    event, organization = _event(), _organization()
    asked = bool(request.args.get("event") or request.args.get("organization"))
    place = event.organization if event else organization
    grants = sorted(g.actor.person.grants, key=lambda grant: (list(Role).index(Role(grant.role)), grant.id))
    asking = _asking(place or _own_desk(), event)
    return render_template(
        "accounts/reach.html", roles=[(Role(grant.role), grant.organization, meaning(Role(grant.role)))
                                      for grant in grants],
        asked=asked, event=event, place=place, gap=gap_of(asking), state=_state(event, asking),
        answers=answers(g.actor.person, place, submits=asking is not None) if place else [])


def _own_desk() -> Organization | None:
    """Where I make events, when nothing is asked about."""
    return next((grant.organization for grant in g.actor.person.grants if grant.role in DEEDS["edit"]), None)


def _asking(place: Organization | None, event: Event | None) -> Organization | None:
    """The office that I must submit to there: for this event, or for any kind."""
    if place is None or not answer(g.actor.person, "edit", place).may:
        return None
    approvals = [approval_of(event)] if event else approvals_by_kind(place).values()
    return next((one.reviewing for one in approvals if not one.lets(g.actor.person)), None)


def _event() -> Event | None:
    """One that I or everybody may see. Of any other nothing is told, not even that it is there."""
    id = number_in(request.args, "event")
    mine = Event.scoped(g.actor).order_by(None).with_only_columns(Event.id)
    everybodys = Event.public().with_only_columns(Event.id)
    return db.session.scalars(select(Event).where(
        Event.id == id, Event.id.in_(mine) | Event.id.in_(everybodys))).one_or_none() if id else None


def _organization() -> Organization | None:
    """Any: which offices there are is public."""
    id = number_in(request.args, "organization")
    return db.session.get(Organization, id) if id else None


def _state(event: Event | None, asking: Organization | None) -> str:
    """Why even those who may cannot change it now, or not alone."""
    if event is None:
        return _("您的活动要送“%(office)s”审核，公开后的改动也是。", office=asking.name) if asking else ""
    if event.state not in STANDS_STILL:
        reviewing = approval_of(event).reviewing
        return _("这里的活动要送“%(office)s”审核，公开后的改动也是。", office=reviewing.name) if reviewing else ""
    return {EventState.SUBMITTED.value: _("活动已经送审，审核以前不能改；要改请先撤回。"),
            EventState.CANCELLED.value: _("活动已经取消，不能改；先恢复才能改。"),
            EventState.CLOSED.value: _("活动已经办结，不能再改。")}[event.state]
