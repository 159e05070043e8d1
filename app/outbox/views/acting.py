"""Trying one letter again, stopping it, sending it all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import Refused
from app.outbox import handling
from app.outbox.models import Delivery
from app.outbox.views.desk import HANDLERS, bp, event_of, get_letter
from app.outbox.views.one_letter import page_of

Page = tuple[str, int] | Response


@bp.post("/console/letters/<int:id>/try")
@allowed(*HANDLERS)
def retry(id: int) -> Page:
    return _done(id, handling.retry, _("马上再试一次。"))


@bp.post("/console/letters/<int:id>/stop")
@allowed(*HANDLERS)
def stop(id: int) -> Page:
    return _done(id, handling.stop, _("已停下，不寄了。"))


@bp.post("/console/letters/<int:id>/sending")
@allowed(*HANDLERS)
def send_anyway(id: int) -> Page:
    return _done(id, lambda letter, as_of: handling.send_anyway(letter, as_of, _useful_until(letter)),
                 _("马上就寄。"))


def _useful_until(letter: Delivery) -> datetime | None:
    """A letter about an event helps until it is over; another as long as it said."""
    event = event_of(letter)
    return event.ends_at if event else letter.useful_until


def _done(id: int, act: Callable[[Delivery, datetime], None], sentence: str) -> Page:
    try:
        act(get_letter(id, to_change=True), now())
        db.session.commit()
    except Refused as error:
        db.session.rollback()
        if error.status != 409:
            raise
        return page_of(get_letter(id), error.sentence), 409
    flash(sentence, "success")
    return redirect(url_for("outbox.letter", id=id))
