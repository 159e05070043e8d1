"""What waits for a reviewer, deciding it, and the remarks to and fro."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import ValidationError

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import Refused
from app.events.approval import approval_of
from app.events.asking import ConsoleForm
from app.events.differences import differences
from app.events.digest import waited
from app.events.models import Event
from app.events.queries import get_event
from app.events.reviewing import get_waiting, of_event, waiting_for, withdraw_change
from app.events.since_return import since_return
from app.events.views.desk import EDITORS, bp, done, told_of_other_years
from app.events.views.photos import sent
from app.events.views.showing import RemarkForm, page_of
from app.forms import PlainForm, line

Page = tuple[str, int] | Response


class DecisionForm(ConsoleForm):
    """What is decided about all that was ticked."""

    reason = line(_l("退回的原因"), 300, description=_l("退回时要写：缺什么，改什么。送审的人会看到。"))

    @property
    def keys(self) -> list[str]:
        return list(dict.fromkeys(request.form.getlist("item")))[:300]

    @property
    def agrees(self) -> bool:
        return request.form.get("decision") == "agree"

    def validate_reason(self, field: Any) -> None:
        if not self.agrees and not field.data:
            raise ValidationError(_("退回要写原因。"))

    @property
    def mistakes(self) -> list[str]:
        """What is wrong with the page rather than with a field."""
        if not self.is_submitted():
            return []
        choices = [] if request.form.get("decision") in ("agree", "return") else [_("请选“通过”或“退回”。")]
        return choices if self.keys else [_("请先勾选要处理的活动。"), *choices]


@bp.get("/review")
@allowed("reviewer")
def review() -> Page:
    return _list(DecisionForm()), 200


@bp.get("/review/<int:id>")
@allowed("reviewer")
def review_one(id: int) -> Page:
    """Everything that waits about one event, with what was said on it."""
    return _one(id, DecisionForm()), 200


@bp.get("/events/<int:id>/photos/<file_id>")
@allowed()
def photo(id: int, file_id: str) -> Response:
    """Also before it is public: the reviewer looks at what he confirms."""
    return sent(next((one for one in get_event(g.actor, id).photos if one.file_id == file_id), None))


@bp.post("/review/decisions")
@allowed("reviewer")
def decide() -> Page:
    """All that was ticked, in one transaction; what cannot be is named and the rest is done."""
    form = DecisionForm()
    if not form.validate_on_submit() or form.mistakes:
        return _again(form), 422
    mistakes = [sentence for key in form.keys if (sentence := _decided(key, form))]
    db.session.commit()
    count = len(form.keys) - len(mistakes)
    if count:
        flash(ngettext("已通过 %(num)d 件。", "已通过 %(num)d 件。", count) if form.agrees else
              ngettext("已退回 %(num)d 件。", "已退回 %(num)d 件。", count), "success")
    if mistakes:
        return _list(form, mistakes), 409
    return redirect(url_for("console.review"))


@bp.post("/events/<int:id>/retraction")
@allowed(*EDITORS)
def take_back(id: int) -> Response:
    """The author wants to work on it again."""
    event = get_event(g.actor, id, lock=True)
    event.take_back(now())
    db.session.commit()
    return done(event, _("已撤回送审，可以修改了。"))


@bp.post("/events/<int:id>/change/withdrawal")
@allowed(*EDITORS)
def take_back_change(id: int) -> Response:
    event = get_event(g.actor, id, lock=True)
    withdraw_change(event, g.actor.person, now())
    db.session.commit()
    return done(event, _("已撤回改动，公开的样子不变。"))


@bp.post("/events/<int:id>/remarks")
@allowed(*EDITORS)
def remark(id: int) -> Page:
    """Refused, it stands in its box again."""
    event, form = get_event(g.actor, id, lock=True), RemarkForm()
    is_reviewing = request.form.get("from") == "review"
    if form.validate_on_submit():
        event.remark(form.text.data, g.actor.person, now())
        db.session.commit()
        return redirect(url_for("console.review_one" if is_reviewing else "console.show", id=id, _anchor="remarks"))
    db.session.rollback()
    event = get_event(g.actor, id)
    return _page(event, DecisionForm(formdata=None), form) if is_reviewing else page_of(event, form), form.status


def _decided(key: str, form: DecisionForm) -> str:
    """Nothing when done; otherwise why not, with the event's name."""
    title = ""
    try:
        with db.session.begin_nested():  # undone whole when refused; its end tells the rooms that follow
            waiting = get_waiting(g.actor, key)
            title = waiting.event.title
            if form.agrees:
                waiting.agree(g.actor.person, now())
                told_of_other_years(waiting.event)
            else:
                waiting.send_back(g.actor.person, now(), form.reason.data or "")
    except Refused as error:
        title = title or getattr(error, "title", "")
        return f"“{title}”{_('：')}{error.sentence}" if title else error.sentence
    return ""


def _again(form: DecisionForm) -> str:
    back = request.form.get("event", "")
    return _one(int(back), form) if back.isascii() and back.isdigit() and len(back) < 10 else _list(form)


def _list(form: DecisionForm, mistakes: list[str] | None = None) -> str:
    return render_template("console/review/list.html", found=waiting_for(g.actor), form=form,
                           mistakes=mistakes or form.mistakes,
                           as_of=now(), waited=waited, differences=differences,
                           ticked=form.keys if request.method == "POST" else [])


def _one(id: int, form: DecisionForm) -> str:
    return _page(get_event(g.actor, id), form, RemarkForm(formdata=None), form.mistakes)


def _page(event: Event, form: DecisionForm, remark_form: RemarkForm, mistakes: Sequence[str] = ()) -> str:
    return render_template(
        "console/review/one.html", event=event, found=of_event(event), approval=approval_of(event), form=form,
        plain=PlainForm(), remark_form=remark_form, as_of=now(), waited=waited, returned=since_return(event),
        differences=differences, mistakes=mistakes)
