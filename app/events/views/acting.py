"""What can be done with an event: one noun in the address for each."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import Refused
from app.events.approval import approval_of
from app.events.asking import OpenedForm
from app.events.counting import CorrectionForm, FiguresForm, add_photos, forget_photos, keep_photos
from app.events.forms import ReasonForm, ScheduleForm
from app.events.lifecycle import WrongState
from app.events.models import Event
from app.events.queries import get_event
from app.events.reviewing import announce, count_heads, tell_of_acting, to_work_on
from app.events.views.desk import EDITORS, answer, bp, done, judged, settled
from app.events.views.enrolled import reached_by
from app.events.waiting import Proposed
from app.events.words import EventState

Page = tuple[str, int] | Response


@bp.post("/events/<int:id>/publication")
@allowed(*EDITORS)
def publish(id: int) -> Response:
    event = get_event(g.actor, id, lock=True)
    is_shown = announce(event, g.actor.person, now())
    db.session.commit()
    return done(event, _("已发布，公开日历和订阅里都能看到了。") if is_shown else _("已送审，通过以后公开。"))


@bp.post("/events/<int:id>/unpublication")
@allowed(*EDITORS)
def unpublish(id: int) -> Response:
    event = get_event(g.actor, id, lock=True)
    if not event.is_public:
        return done(event, _("已撤回成草稿，公开日历里不再显示。"))
    subject = to_work_on(event, g.actor.person)
    subject.unpublish(now())
    return settled(subject, _("已撤回成草稿，公开日历里不再显示。"))


@bp.post("/events/<int:id>/restoration")
@allowed(*EDITORS)
def restore(id: int) -> Response:
    subject = to_work_on(get_event(g.actor, id, lock=True), g.actor.person)
    subject.restore(now())
    return settled(subject, _("已恢复，照常举办。"))


@bp.post("/events/<int:id>/closing")
@allowed(*EDITORS)
def close(id: int) -> Response:
    event = get_event(g.actor, id, lock=True)
    if event.figures and not event.figures_confirmed_at:
        raise WrongState(_("人数还没有审核确认，确认以后再办结。"))
    event.close(now())
    db.session.commit()
    return done(event, _("已办结，材料齐了。"))


@bp.post("/events/<int:id>/discarding")
@allowed(*EDITORS)
def discard(id: int) -> Response:
    event = get_event(g.actor, id, lock=True)
    event.discard(now())
    db.session.commit()
    flash(_("草稿“%(title)s”已删除。", title=event.title), "success")
    return redirect(url_for("console.events"))


@bp.get("/events/<int:id>/schedule")
@allowed(*EDITORS)
def schedule(id: int) -> Page:
    event = get_event(g.actor, id)
    form = ScheduleForm()
    subject = to_work_on(event, g.actor.person)
    form.show(subject)
    return _page("console/schedule.html", event, form, subject)


@bp.post("/events/<int:id>/schedule")
@allowed(*EDITORS)
def reschedule(id: int) -> Page:
    event, form = get_event(g.actor, id, lock=True), ScheduleForm()
    if form.validate_on_submit():
        with judged(form):
            subject = to_work_on(event, g.actor.person)
            form.must_be_fresh(subject)
            form.move(subject, now())
            return settled(subject, _("时间地点已更新。"))
    event = get_event(g.actor, id)
    return _page("console/schedule.html", event, form, to_work_on(event, g.actor.person))


@bp.get("/events/<int:id>/postponement")
@allowed(*EDITORS)
def postponement(id: int) -> Page:
    return _page("console/postponement.html", get_event(g.actor, id), ReasonForm())


@bp.post("/events/<int:id>/postponement")
@allowed(*EDITORS)
def postpone(id: int) -> Page:
    event, form = get_event(g.actor, id, lock=True), ReasonForm()
    if form.validate_on_submit():
        with judged(form):
            if event.state != EventState.POSTPONED:  # pressed twice, it is done once
                form.must_be_fresh(event)
            event.postpone(now(), form.reason.data or "")
            tell_of_acting(event, g.actor.person, now())
            db.session.commit()
            return done(event, _("已标为延期。定了新时间以后用“改期”。"))
    return _page("console/postponement.html", get_event(g.actor, id), form)


@bp.get("/events/<int:id>/cancellation")
@allowed(*EDITORS)
def cancellation(id: int) -> Page:
    return _page("console/cancellation.html", get_event(g.actor, id), ReasonForm())


@bp.post("/events/<int:id>/cancellation")
@allowed(*EDITORS)
def cancel(id: int) -> Page:
    event, form = get_event(g.actor, id, lock=True), ReasonForm()
    if form.validate_on_submit():
        with judged(form):
            if event.state != EventState.CANCELLED:
                form.must_be_fresh(event)
            event.cancel(now(), form.reason.data or "")
            tell_of_acting(event, g.actor.person, now())
            db.session.commit()
            return done(event, _("已取消。页面和订阅里会写明取消。"))
    return _page("console/cancellation.html", get_event(g.actor, id), form)


@bp.get("/events/<int:id>/figures")
@allowed(*EDITORS)
def figures(id: int) -> Page:
    event = get_event(g.actor, id)
    if event.state == EventState.CANCELLED or not event.has_started(now()):
        flash(_("活动已取消，没有人数可登记。") if event.state == EventState.CANCELLED else _(
            "活动还没有开始，不能登记人数。"), "warning")
        return redirect(url_for("console.show", id=id))
    form = _figures_form(event)
    if event.figures:
        form.show(event.figures)
    return _page("console/figures.html", event, form)


@bp.post("/events/<int:id>/figures")
@allowed(*EDITORS)
def record_figures(id: int) -> Page:
    """Photos are made smaller before the event is held fast: that takes a while."""
    form = _figures_form(get_event(g.actor, id))
    if form.validate_on_submit():
        db.session.rollback()
        with judged(form):
            return _recorded(id, form)
    return _page("console/figures.html", get_event(g.actor, id), form)


def _figures_form(event: Event) -> FiguresForm:
    return CorrectionForm() if event.state == EventState.CLOSED else FiguresForm()


def _recorded(id: int, form: FiguresForm) -> Response:
    photos = keep_photos(form.uploads, now())
    try:
        event = get_event(g.actor, id, lock=True)
        form.must_be_fresh(event)
        counts = count_heads(event, form.figures(g.actor.person, now()), g.actor.person, now(),
                             form.reason.data or "" if isinstance(form, CorrectionForm) else "")
        add_photos(event, photos, now())
        db.session.commit()
    except Refused:
        forget_photos(photos)
        raise
    heads = form.attendances.data
    return done(event, ngettext(
        "已登记：%(num)d 人次。",
        "已登记：%(num)d 人次。",
        heads) if counts else ngettext(
            "已登记：%(num)d 人次，审核确认以后计入。",
            "已登记：%(num)d 人次，审核确认以后计入。",
            heads))


def _page(template: str, event: Event, form: OpenedForm, subject: Event | Proposed | None = None) -> Page:
    """A stale form carries the new version on, so that a second press saves what was typed."""
    if form.is_stale or not form.is_submitted():
        form.open_on(subject or event)
    return render_template(template, event=event, form=form, reached=reached_by(event), as_of=now(),
                           approval=approval_of(event)), answer(form)
