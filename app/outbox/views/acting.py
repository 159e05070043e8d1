"""Trying one letter again, stopping it, sending it all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import Refused
from app.outbox import handling, storms
from app.outbox.models import Delivery, DeliveryState
from app.outbox.views.desk import HANDLERS, bp, event_of, get_letter, mine
from app.outbox.views.holds import hold_of, hold_of_all
from app.outbox.views.one_letter import page_of

Page = tuple[str, int] | Response


@bp.post("/console/letters/<int:id>/try")
@allowed(*HANDLERS)
def retry(id: int) -> Page:
    return _done(id, handling.retry, _("马上再试一次。"), _("已排好再试，但是还要等："))


@bp.post("/console/letters/<int:id>/stop")
@allowed(*HANDLERS)
def stop(id: int) -> Page:
    return _done(id, handling.stop, _("已停下，不再寄。"), "")


@bp.post("/console/letters/<int:id>/sending")
@allowed(*HANDLERS)
def send_anyway(id: int) -> Page:
    return _done(id, lambda letter, as_of: handling.send_anyway(letter, as_of, _useful_until(letter)),
                 _("马上就寄。"), _("已排好寄出，但是还要等："))


@bp.post("/console/letters/storms/release")
@allowed(*HANDLERS)
def release_storm() -> Page:
    """Whoever looked through the list lets the rest of its letters leave. Pressed twice, it is done once."""
    which, cause = mine(), request.form.get("cause", "")
    storm = next((one for one in storms.storms(which, now()) if one.cause == cause), None)
    count = storms.release(storm, which, now()) if storm else 0
    db.session.commit()
    if count and (hold := hold_of_all(now())):
        released = ngettext("放行了 %(num)d 封，但是还要等：", "放行了 %(num)d 封，但是还要等：", count)
        flash(released + hold.sentence, "warning")
    elif count:
        flash(ngettext("%(num)d 封信马上就寄。", "%(num)d 封信马上就寄。", count), "success")
    else:
        flash(_("已经没有这样等着的信。"), "warning")
    return redirect(url_for("outbox.letters"))


def _useful_until(letter: Delivery) -> datetime | None:
    """A letter about an event helps until it is over; another as long as it said."""
    event = event_of(letter)
    return event.ends_at if event else letter.useful_until


def _done(id: int, act: Callable[[Delivery, datetime], None], at_once: str, later: str) -> Page:
    """Says when it leaves: at once, or what keeps it."""
    try:
        letter = get_letter(id, to_change=True)
        act(letter, now())
        hold = hold_of(letter, now()) if letter.state == DeliveryState.PENDING else None
        db.session.commit()
    except Refused as error:
        db.session.rollback()
        if error.status != 409:
            raise
        return page_of(get_letter(id), error.sentence), 409
    flash(later + hold.sentence if hold else at_once, "warning" if hold else "success")
    return redirect(url_for("outbox.letter", id=id))
