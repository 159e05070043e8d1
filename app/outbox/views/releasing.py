"""Letting letters go again after a hold."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, ValidationError
from wtforms.validators import Optional

from app.accounts.access import allowed
from app.clock import now
from app.events.asking import ConsoleForm, MomentField
from app.outbox import holding
from app.outbox.views.desk import bp, require_root, sees_all
from app.reminders import releasing


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


@bp.get("/console/letters/release")
@allowed("administrator")
def releasing_page() -> tuple[str, int] | Response:
    """What happens then, and what must be said first."""
    require_root()
    reason = holding.held()
    return _page(ReleaseForm(is_after_restore=reason == holding.RESTORED)) if reason else _back()


@bp.post("/console/letters/release")
@allowed("administrator")
def release() -> tuple[str, int] | Response:
    """For all letters of the installation. Pressed twice, it is done once."""
    require_root()
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


def hold_words() -> dict[str, Any]:
    """Why letters wait, how many, and whether this person may let them go; nothing while they leave."""
    if not (reason := holding.held()):
        return {}
    return {"held": holding.in_words(reason), "waiting": releasing.count_waiting(),
            "may_release": sees_all()}


def _page(form: ReleaseForm) -> tuple[str, int]:
    page = render_template("outbox/release.html", form=form, **hold_words())
    return page, form.status if form.is_submitted() else 200


def _back() -> Response:
    return redirect(url_for("outbox.letters"))
