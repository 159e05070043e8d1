"""An event held once more: a small form, then its new draft."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.events.models import Event
from app.events.queries import get_event, made_by_form
from app.events.repetition import RepetitionForm, left_behind
from app.events.views.desk import EDITORS, answer, bp, judged
from app.look import when

Page = tuple[str, int] | Response


@bp.get("/events/<int:id>/repetition")
@allowed(*EDITORS)
def repetition(id: int) -> Page:
    event, form = _opened(id)
    event.require_repeatable()
    form.suggest(event, now())
    return _page(event, form)


@bp.post("/events/<int:id>/repetition")
@allowed(*EDITORS)
def repeat(id: int) -> Page:
    """Sent twice, it makes one draft."""
    event, form = _opened(id, lock=True)
    if (key := form.key_for(event)) and (earlier := made_by_form(g.actor, key)):
        flash(_("这张表单刚才已经保存过，没有再建一个。"), "success")
        return redirect(url_for("console.edit", id=earlier.id))
    if form.validate_on_submit():
        with judged(form):
            form.must_be_fresh(event)
            made = form.make(event, g.actor, now())
            db.session.commit()
            return _told(event, made)
    event = get_event(g.actor, id)
    if form.is_stale:
        form.open_on(event)
    return _page(event, form)


def _opened(id: int, *, lock: bool = False) -> tuple[Event, RepetitionForm]:
    event, form = get_event(g.actor, id, lock=lock), RepetitionForm()
    form.narrow_to(event)
    return event, form


def _told(event: Event, made: Event) -> Response:
    flash(_("新草稿已建好：%(when)s，内容和原来的一样。报名、人数、照片、审核和提醒都没有带过来。请核对后再发布。",
            when=when(made)), "success")
    if left := list(left_behind(event, made, now())):
        flash("".join(left), "warning")
    return redirect(url_for("console.edit", id=made.id))


def _page(event: Event, form: RepetitionForm) -> Page:
    return render_template("console/repetition.html", event=event, form=form,
                           days=event.parts_to_repeat()), answer(form)
