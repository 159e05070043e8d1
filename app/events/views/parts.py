"""The stages of a competition and the sessions of a class: their own dates, under one sign-up."""

from __future__ import annotations

from flask import g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.events.forms import PartForm
from app.events.lifecycle import Stale
from app.events.models import Event
from app.events.queries import get_event
from app.events.reviewing import to_work_on
from app.events.views.desk import EDITORS, answer, bp, done, judged, settled
from app.events.views.enrolled import reached_by
from app.events.waiting import Proposed
from app.events.words import EventKind

Page = tuple[str, int] | Response


@bp.get("/events/<int:id>/parts/new")
@allowed(*EDITORS)
def new_part(id: int) -> Page:
    parent = get_event(g.actor, id)
    word = EventKind(parent.kind).part
    if word is None or parent.parent_id:
        raise NotThere(_("“%(kind)s”不能再分。", kind=EventKind(parent.kind).label))
    if not word.follows_parent:
        return redirect(url_for("console.new", parent=parent.id))
    form = _form_for(parent)
    form.location.data, form.title.data = parent.location, ""
    return _page(parent, form)


@bp.post("/events/<int:id>/parts")
@allowed(*EDITORS)
def add_part(id: int) -> Page:
    parent = get_event(g.actor, id, lock=True)
    form = _form_for(parent)
    if form.validate_on_submit():
        with judged(form):
            part, subject = _part_of(parent, form), to_work_on(parent, g.actor.person)
            parent.add_part(part, now(), announced=subject is parent)
            if isinstance(subject, Proposed):
                db.session.flush()
                part.submit(g.actor.person, now())
            db.session.commit()
            return done(parent, _("已添加“%(title)s”。", title=part.title) if subject is parent else _(
                "“%(title)s”已送审，通过以后公开。", title=part.title))
    return _page(get_event(g.actor, id), form)


def edit(part: Event) -> Page:
    """Shown by `editing.edit` for a stage or a session."""
    form = _form_for(part)
    form.show(to_work_on(part, g.actor.person))
    return _page(part.parent, form, part)  # type: ignore[arg-type]


def save(part: Event) -> Page:
    form, id, subject = _form_for(part), part.id, to_work_on(part, g.actor.person)
    with judged(form):
        if form.version.data != str(subject.version):
            raise Stale
        if form.validate_on_submit():
            subject.revise(now(), **form.words())
            subject.reschedule(form.span, now(), location=form.location.data or "")
            return settled(subject, _("已保存。"))
    part = get_event(g.actor, id)
    return _page(part.parent, form, part)  # type: ignore[arg-type]


def _form_for(event: Event) -> PartForm:
    form = PartForm()
    form.narrow_to(EventKind(event.kind))
    return form


def _part_of(parent: Event, form: PartForm) -> Event:
    return Event.draft(
        kind=EventKind(parent.kind), span=form.span, organization=parent.organization, as_of=now(),
        location=form.location.data or "", regions=parent.regions, audience=parent.audience, contact=parent.contact,
        **form.words())


def _page(parent: Event, form: PartForm, part: Event | None = None) -> Page:
    status = answer(form)
    if part:
        form.version.data = str(to_work_on(part, g.actor.person).version)
    return render_template("console/part.html", event=parent, part=part, form=form, word=EventKind(parent.kind).part,
                           reached=reached_by(parent)), status
