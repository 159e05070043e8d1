"""The letters, for those who send them: what leaves within thirty days, what came of the rest, and if any may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import String, cast, literal
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms import BooleanField, ValidationError
from wtforms.validators import Optional

from app.accounts.access import allowed
from app.accounts.models import Actor, Role
from app.accounts.places import Organization
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.events.asking import ConsoleForm, MomentField
from app.events.models import Event
from app.outbox import holding
from app.outbox.models import Delivery
from app.reminders import releasing
from app.reminders.models import Occurrence
from app.signup.contact import masked

bp = Blueprint("outbox", __name__)

AHEAD = timedelta(days=30)
SHOWN = 60
TONES = {"pending": "wait", "claimed": "wait", "accepted": "good", "failed": "bad", "ambiguous": "wait",
         "cancelled": "quiet", "missed": "bad", "suppressed": "bad", "merged": "quiet", "bounced": "bad"}


class ReleaseForm(ConsoleForm):
    """After a restore one says when the old place stopped, or that it sent nothing."""

    stop_before = MomentField(_l("原来的系统停在什么时候"), [Optional()], description=_l(
        "在这以前该寄的信，原来的系统可能已经寄出，不再寄；以后的照寄。"))
    nothing_sent = BooleanField(_l("做备份以后，原来的系统一封信也没有寄过，全部照寄"))

    def __init__(self, *, is_after_restore: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.is_after_restore = is_after_restore
        if not is_after_restore:
            del self.nothing_sent

    def validate_stop_before(self, field: Any) -> None:
        if field.data and field.data > now():
            raise ValidationError(_("这个时间还没有到。"))

    def validate_nothing_sent(self, field: Any) -> None:
        if field.data and self.stop_before.data:
            raise ValidationError(_("时间和这一项只能选一个。"))
        if not field.data and not any(self.stop_before.raw_data or ()):
            raise ValidationError(_("请填原来的系统停止的时间，或者确认它没有寄过信。"))


@bp.get("/console/letters")
@allowed()
def letters() -> str:
    """Of the events that the actor may see."""
    events = Event.scoped(g.actor).order_by(None)
    abouts = events.with_only_columns(literal("event:") + cast(Event.id, String))
    coming = db.session.scalars(
        Occurrence.upcoming(events.with_only_columns(Event.id), now() + AHEAD).limit(SHOWN)
        .options(joinedload(Occurrence.event).joinedload(Event.parent), joinedload(Occurrence.rule))).unique().all()
    gone = db.session.scalars(
        Delivery.about_any(abouts).limit(SHOWN).options(joinedload(Delivery.content))).all()
    return render_template("outbox/letters.html", coming=coming, gone=gone, shown=SHOWN, tones=TONES, masked=masked,
                           **_hold())


@bp.get("/console/letters/release")
@allowed("administrator")
def releasing_page() -> tuple[str, int] | Response:
    """What happens then, and what must be said first."""
    _require_root()
    reason = holding.held()
    return _page(ReleaseForm(is_after_restore=reason == holding.RESTORED)) if reason else _back()


@bp.post("/console/letters/release")
@allowed("administrator")
def release() -> tuple[str, int] | Response:
    """For all letters of the installation. Pressed twice, it is done once."""
    _require_root()
    reason = holding.held()
    if not reason:
        return _back()
    form = ReleaseForm(is_after_restore=reason == holding.RESTORED)
    if not form.validate_on_submit():
        return _page(form)
    done = releasing.release(now(), form.stop_before.data)
    flash(_("已放行。收回 %(stopped)d 封可能已经寄过的，%(waiting)d 封到时间就寄。", stopped=done.stopped,
            waiting=done.waiting), "success")
    return _back()


def _require_root() -> None:
    """:raises NotThere: for administrators below: the letters of all offices leave together."""
    root = db.session.scalars(Organization.roots().limit(1)).one()
    if not g.actor.reaches(root):
        raise NotThere(_("没有找到这个页面，或者它不对您开放。"))


def _hold() -> dict[str, Any]:
    """Why letters wait, how many, and whether this person may let them go; nothing while they leave."""
    if not (reason := holding.held()):
        return {}
    root = db.session.scalars(Organization.roots().limit(1)).one()
    return {"held": holding.in_words(reason), "waiting": releasing.count_waiting(),
            "may_release": Actor.of(g.actor.person, frozenset({Role.ADMINISTRATOR})).reaches(root)}


def _page(form: ReleaseForm) -> tuple[str, int]:
    return (render_template("outbox/release.html", form=form, **_hold()), form.status if form.is_submitted() else 200)


def _back() -> Response:
    return redirect(url_for("outbox.letters"))
