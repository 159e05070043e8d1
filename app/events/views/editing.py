"""Making an event and changing what is said of it."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.events import queries
from app.events.approval import approval_of, approvals_by_kind
from app.events.forms import EventForm
from app.events.lifecycle import Stale
from app.events.models import Event
from app.events.queries import get_event, get_parent, made_by_form
from app.events.reviewing import announce, to_work_on
from app.events.unreviewed import gap_of
from app.events.views import parts
from app.events.views.desk import EDITORS, answer, bp, done, judged, own_organization, settled, told_of_other_years
from app.events.views.enrolled import reached_by
from app.events.waiting import Proposed
from app.events.words import Part
from app.signup.queries import seats_taken

Page = tuple[str, int] | Response


@bp.get("/events/new")
@allowed(*EDITORS)
def new() -> Page:
    form, parent = _blank()
    form.suggest(own_organization(g.actor), request.args.get("kind", ""), request.args.getlist("task"))
    if parent:
        form.parent.data = str(parent.id)
        form.suggest_from(parent)
    return _new_page(form)


@bp.post("/events")
@allowed(*EDITORS)
def create() -> Page:
    """A draft, shown or published at once as the button says. Sent twice, it makes one event."""
    form, parent = _blank()
    if earlier := _made_already(form.form_key.data):
        return done(earlier, _("这张表单刚才已经保存过，没有再建一个。"))
    if not form.validate_on_submit():
        return _new_page(form)
    with judged(form):
        event = _made(form, parent)
        return _kept(event)
    return _new_page(form)


@bp.get("/events/<int:id>/edit")
@allowed(*EDITORS)
def edit(id: int) -> Page:
    event = get_event(g.actor, id)
    if event.part and Part(event.part).follows_parent:
        return parts.edit(event)
    subject = to_work_on(event, g.actor.person)
    form = _form_for(event)
    form.show(subject)
    return _edit_page(subject, form)


@bp.post("/events/<int:id>/edit")
@allowed(*EDITORS)
def save(id: int) -> Page:
    event = get_event(g.actor, id, lock=True)
    if event.part and Part(event.part).follows_parent:
        return parts.save(event)
    subject = to_work_on(event, g.actor.person)
    form = _form_for(event)
    with judged(form):
        if form.version.data != str(subject.version):
            raise Stale
        if form.validate_on_submit():
            form.write_to(subject, now())
            return settled(subject, "") if isinstance(subject, Proposed) else _kept(subject)
    return _edit_page(to_work_on(get_event(g.actor, id), g.actor.person), form)


def _blank() -> tuple[EventForm, Event | None]:
    """The form, and the campaign or series it is for."""
    form = EventForm(g.actor, now())
    wanted = request.values.get("parent", "")
    parent = get_parent(g.actor, int(wanted)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else None
    open_ones = list(db.session.scalars(queries.campaigns_open_to(g.actor, now()).limit(50)))
    form.offer_parents(open_ones + ([parent] if parent and parent not in open_ones else []))
    return form, parent


def _made(form: EventForm, parent: Event | None) -> Event:
    event = form.draft(own_organization(g.actor), now())
    db.session.add(event)
    if parent:
        parent.add_part(event, now())
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        if earlier := _made_already(form.form_key.data):
            return earlier
        raise
    return event


def _made_already(key: str | None) -> Event | None:
    return made_by_form(g.actor, key) if key else None


def _kept(event: Event) -> Response:
    """Commits, and goes where the pressed button leads."""
    then = request.form.get("then", "")
    was_public = event.is_public
    is_shown = was_public
    if then == "publish":
        is_shown = announce(event, g.actor.person, now())
    db.session.commit()
    told_of_other_years(event)
    if then == "preview":
        return redirect(url_for("console.preview", id=event.id))
    if then == "publish" and not was_public:
        return done(event, _("已发布，公开日历和订阅里都能看到了。") if is_shown else _("已送审，通过以后公开。"))
    return done(event, _("已保存。") if was_public else _("已存为草稿，还没有公开。"))


def _form_for(event: Event) -> EventForm:
    form = EventForm(g.actor, now(), taken=seats_taken([event.id]).get(event.id, 0))
    form.narrow_to(event)
    return form


def _new_page(form: EventForm) -> Page:
    """The button says what it does: for a kind that is reviewed above, it sends in."""
    approvals = approvals_by_kind(own_organization(g.actor))
    asking = {kind.label: approval.reviewing for kind, approval in approvals.items()
              if not approval.lets(g.actor.person)}
    to_submit = list(asking)
    return render_template("console/new.html", form=form, event=None, to_submit=to_submit,
                           gap=gap_of(next(iter(asking.values()), None)),
                           submits_all=len(to_submit) == len(approvals)), answer(form)


def _edit_page(subject: Event | Proposed, form: EventForm) -> Page:
    """A stale form carries the new version on, so that what was typed can be saved after a look."""
    status, event = answer(form), subject.event if isinstance(subject, Proposed) else subject
    if form.version.data != str(subject.version):
        form.version.data = str(subject.version)
    details: dict[str, Any] = {"reached": reached_by(event)} if event.is_public else {}
    return render_template("console/edit.html", form=form, event=event, is_stale=status == 409,
                           approval=approval_of(event), **details), status


