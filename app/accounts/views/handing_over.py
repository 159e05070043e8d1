"""Somebody leaves: a colleague takes his roles, and the open events that name him get another contact."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, g, redirect, render_template, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.accounts import staff
from app.accounts.access import allowed
from app.accounts.models import Actor, Person, Role
from app.accounts.staff_forms import HandOverForm
from app.accounts.views.desk import bp
from app.accounts.views.staff import MANAGERS, Page
from app.clock import now
from app.db import db
from app.errors import Refused
from app.events.models import Event
from app.events.queries import ahead_naming


@bp.get("/console/admin/staff/<int:id>/handover")
@allowed(*MANAGERS)
def handover(id: int) -> Page:
    one = staff.get_person(g.actor, id)
    staff.require_managed(g.actor, one)
    events = _naming(one)
    form = _form(one, events)
    form.events.data = [event.id for event in events]
    return _page(one, form, events, 200)


@bp.post("/console/admin/staff/<int:id>/handover")
@allowed(*MANAGERS)
def hand_over(id: int) -> Page:
    one = staff.get_person(g.actor, id, lock=True)
    events = _naming(one)
    form = _form(one, events)
    if form.validate_on_submit():
        try:
            return _handed_over(one, form, events)
        except Refused as error:
            db.session.rollback()
            form.refuse(error)
    return _page(staff.get_person(g.actor, id), form, _naming(one), form.status)


def _handed_over(one: Person, form: HandOverForm, events: Sequence[Event]) -> Response:
    successor = form.people[form.successor.data or 0]
    changed = 0
    if form.contact.data:
        for event in events:
            if event.id in (form.events.data or ()):
                event.revise(now(), quiet=True, contact=form.contact.data)
                changed += 1
    staff.hand_over(g.actor, one, successor, now())
    db.session.commit()
    flash(ngettext(
        "已由 %(name)s 接手；改了 %(num)d 个活动的联系人。",
        "已由 %(name)s 接手；改了 %(num)d 个活动的联系人。",
        changed, name=successor.name), "success")
    return redirect(url_for("accounts.person", id=one.id))


def _naming(one: Person) -> Sequence[Event]:
    """Open events of all the actor may reach, whatever role he reaches them by, whose contact is this person."""
    everything = Actor.of(g.actor.person, frozenset(Role))
    words = [word for word in (one.name, one.email, one.mobile) if word]
    return db.session.scalars(ahead_naming(everything, words, now()).limit(200)).unique().all()


def _form(one: Person, events: Sequence[Event]) -> HandOverForm:
    return HandOverForm(one, staff.who_could_follow(g.actor, one), [(event.id, event.title) for event in events])


def _page(one: Person, form: HandOverForm, events: Sequence[Event], status: int) -> Page:
    return render_template("accounts/staff/handover.html", one=one, form=form, events=events), status
