"""Somebody leaves: a colleague takes his roles, and the open events that name him get another contact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, render_template, session, url_for
from flask_babel import ngettext
from flask_login import logout_user
from werkzeug.wrappers import Response

from app.accounts import leaving as leaving_of
from app.accounts import staff
from app.accounts.access import allowed, signed_in
from app.accounts.models import Actor, Person, Role
from app.accounts.staff_forms import HandOverForm
from app.accounts.views.desk import bp
from app.accounts.views.my_account import me_myself, sign_in_again_first
from app.accounts.views.staff import MANAGERS, Page
from app.clock import now
from app.db import db
from app.errors import Refused
from app.events.approval import approval_of
from app.events.models import Event
from app.events.queries import ahead_naming
from app.events.waiting import Proposed


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
    flash(_told(successor, changed), "success")
    return redirect(url_for("accounts.person", id=one.id))


@bp.get("/console/me/leaving")
@signed_in
def leaving() -> Any:
    """My own roles to a colleague. A browser left open is not enough."""
    if led := sign_in_again_first():
        return led
    me, events = me_myself(), _mine()
    form = _leaving_form(me, events)
    form.events.data = [event.id for event in events]
    return _leaving_page(form, events, 200)


@bp.post("/console/me/leaving")
@signed_in
def leave() -> Any:
    if led := sign_in_again_first():
        return led
    events = _mine()
    form = _leaving_form(me_myself(), events)
    if form.validate_on_submit():
        try:
            return _left(form, events)
        except Refused as error:
            db.session.rollback()
            form.refuse(error)
    return _leaving_page(form, _mine(), form.status)


def _left(form: HandOverForm, events: Sequence[Event]) -> Response:
    """What is public already and must be reviewed waits as a change, in the name of who leaves."""
    me, successor, changed = me_myself(), form.people[form.successor.data or 0], 0
    for event in events if form.contact.data else ():
        if event.id in (form.events.data or ()):
            subject = Proposed(event) if event.is_public and not approval_of(event).lets(me) else event
            subject.revise(now(), quiet=True, contact=form.contact.data)
            if isinstance(subject, Proposed):
                subject.keep(me, now())
            changed += 1
    leaving_of.leave(me, successor, now())
    db.session.commit()
    logout_user()
    session.clear()
    flash(_told(successor, changed), "success")
    return redirect(url_for("accounts.sign_in_page"))


def _told(successor: Person, changed: int) -> str:
    return str(ngettext(
        "已由 %(name)s 接手；改了 %(num)d 个活动的联系人。",
        "已由 %(name)s 接手；改了 %(num)d 个活动的联系人。",
        changed, name=successor.name))


def _mine() -> Sequence[Event]:
    """Open events that I may edit and whose contact I am."""
    return _naming(me_myself(), frozenset({Role.ORGANIZER, Role.REVIEWER}))


def _naming(one: Person, roles: frozenset[Role] = frozenset(Role)) -> Sequence[Event]:
    """Open events of all the actor may reach by these roles, whose contact is this person."""
    words = [word for word in (one.name, one.email, one.mobile) if word]
    actor = Actor.of(g.actor.person, roles)
    return db.session.scalars(ahead_naming(actor, words, now()).limit(200)).unique().all()


def _leaving_form(me: Person, events: Sequence[Event]) -> HandOverForm:
    return HandOverForm(me, leaving_of.colleagues(me), [(event.id, event.title) for event in events])


def _leaving_page(form: HandOverForm, events: Sequence[Event], status: int) -> Page:
    return render_template("accounts/leaving.html", form=form, events=events), status


def _form(one: Person, events: Sequence[Event]) -> HandOverForm:
    return HandOverForm(one, staff.who_could_follow(g.actor, one), [(event.id, event.title) for event in events])


def _page(one: Person, form: HandOverForm, events: Sequence[Event], status: int) -> Page:
    return render_template("accounts/staff/handover.html", one=one, form=form, events=events), status
