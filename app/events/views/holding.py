"""Entering an event after it was held, and taking that back. Nobody is reminded of it."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import Refused
from app.events.approval import approval_of
from app.events.counting import HeldForm, add_photos, forget_photos, keep_photos
from app.events.forms import AnnulmentForm
from app.events.models import Event
from app.events.queries import get_event, made_by_form
from app.events.reviewing import count_heads, to_work_on
from app.events.views.desk import EDITORS, answer, bp, done, judged, own_organization, settled, told_of_other_years
from app.events.waiting import Proposed
from app.events.words import EventKind

Page = tuple[str, int] | Response


@bp.get("/events/held")
@allowed(*EDITORS)
def held() -> Page:
    form = HeldForm(g.actor, now())
    form.tasks.data = request.args.getlist("task")
    form.suggest_programmes(form.chosen_tasks)
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


@bp.get("/events/<int:id>/annulment")
@allowed(*EDITORS)
def annulment(id: int) -> Page:
    event = get_event(g.actor, id)
    event.require_annullable()
    return _annulment_page(event, AnnulmentForm())


@bp.post("/events/<int:id>/annulment")
@allowed(*EDITORS)
def annul(id: int) -> Page:
    """What was entered by mistake counts no more; of who must submit it waits for the reviewer."""
    event, form = get_event(g.actor, id, lock=True), AnnulmentForm()
    if form.validate_on_submit():
        with judged(form):
            subject = to_work_on(event, g.actor.person)
            form.must_be_fresh(event)
            subject.annul(now(), form.reason.data or "")
            if isinstance(subject, Proposed):
                return settled(subject, "")
            db.session.commit()
            flash(_("已撤销“%(title)s”的登记，不再计入，也不再公开。", title=event.title), "success")
            return redirect(url_for("console.events", when="past"))
    return _annulment_page(get_event(g.actor, id), form)


def _annulment_page(event: Event, form: AnnulmentForm) -> Page:
    if form.is_stale or not form.is_submitted():
        form.open_on(event)
    return render_template("console/annulment.html", event=event, form=form,
                           approval=approval_of(event)), answer(form)


def _recorded(form: HeldForm) -> Response:
    photos, office = keep_photos(form.uploads, now()), own_organization(g.actor)
    try:
        event = Event.draft(
            kind=EventKind(form.kind.data), title=form.title.data or "", span=form.span, organization=office,
            as_of=now(), location=form.location.data or "", tasks=form.chosen_tasks, regions=form.chosen_regions,
            form_key=form.form_key.data or None, **form.hosting(office, form.chosen_regions, now()))
        db.session.add(event)
        db.session.flush()
        counts = count_heads(event, form.figures(g.actor.person, now()), g.actor.person, now())
        add_photos(event, photos, now())
        db.session.commit()
    except Refused:
        forget_photos(photos)
        raise
    told_of_other_years(event)
    heads = form.attendances.data
    return done(event, ngettext(
        "已登记：%(num)d 人次，计入所选任务。",
        "已登记：%(num)d 人次，计入所选任务。",
        heads) if counts else ngettext(
            "已登记：%(num)d 人次，审核确认以后计入。",
            "已登记：%(num)d 人次，审核确认以后计入。",
            heads))
