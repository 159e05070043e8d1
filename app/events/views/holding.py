"""Entering an event after it was held. Nobody is reminded of it."""

from __future__ import annotations

from flask import g, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import Refused
from app.events.counting import HeldForm, add_photos, forget_photos, keep_photos
from app.events.models import Event
from app.events.queries import made_by_form
from app.events.reviewing import count_heads
from app.events.views.desk import EDITORS, answer, bp, done, judged, own_organization
from app.events.words import EventKind

Page = tuple[str, int] | Response


@bp.get("/events/held")
@allowed(*EDITORS)
def held() -> Page:
    form = HeldForm(g.actor, now())
    form.tasks.data = request.args.getlist("task")
    form.regions.data = [own_organization(g.actor).region_code]
    return render_template("console/held.html", form=form), 200


@bp.post("/events/held")
@allowed(*EDITORS)
def record_held() -> Page:
    form = HeldForm(g.actor, now())
    if form.form_key.data and (earlier := made_by_form(g.actor, form.form_key.data)):
        return done(earlier, _("这张表单刚才已经保存过，没有再建一个。"))
    if form.validate_on_submit():
        db.session.rollback()  # photos take a while, and nobody should wait for us meanwhile
        with judged(form):
            return _recorded(form)
    return render_template("console/held.html", form=form), answer(form)


def _recorded(form: HeldForm) -> Response:
    photos = keep_photos(form.uploads, now())
    try:
        event = Event.draft(
            kind=EventKind(form.kind.data), title=form.title.data or "", span=form.span,
            organization=own_organization(g.actor), as_of=now(), location=form.location.data or "",
            tasks=form.chosen_tasks, regions=form.chosen_regions, form_key=form.form_key.data or None)
        db.session.add(event)
        db.session.flush()
        counts = count_heads(event, form.figures(g.actor.person, now()), g.actor.person, now())
        add_photos(event, photos, now())
        db.session.commit()
    except Refused:
        forget_photos(photos)
        raise
    heads = form.attendances.data
    return done(event, _("已登记：%(count)d 人次，计入所选任务。", count=heads) if counts else _(
        "已登记：%(count)d 人次，审核确认以后计入。", count=heads))
