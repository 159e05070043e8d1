"""One letter: its words as the recipient gets them, its tries, and what the mail server answered."""

from __future__ import annotations

import re
from typing import Any

from flask import render_template
from markupsafe import Markup, escape
from sqlalchemy import select

from app.accounts.access import allowed
from app.accounts.installation import Installation
from app.clock import now
from app.contact import masked
from app.db import db
from app.outbox import handling, late
from app.outbox.letter import shown
from app.outbox.models import Attempt, Delivery, DeliveryState
from app.outbox.views import kinds
from app.outbox.views.desk import HANDLERS, TONES, bp, event_of, get_letter
from app.outbox.views.holds import hold_of

_LINK = re.compile(r"https?://[!#-;=?-~]+")


@bp.get("/console/letters/<int:id>")
@allowed(*HANDLERS)
def letter(id: int) -> str:
    """The words of a letter that opens an account are shown to nobody."""
    return page_of(get_letter(id))


def page_of(found: Delivery, mistake: str = "") -> str:
    event, as_of = event_of(found), now()
    return render_template(
        "outbox/letter.html", letter=found, event=event, kinds=kinds, tones=TONES, masked=masked, mistake=mistake,
        words=_words(found), state=DeliveryState(found.state),
        hold=hold_of(found, as_of) if found.state == DeliveryState.PENDING else None, attempts=_attempts(found),
        comes_again=handling.is_to_come_again(found), may_retry=handling.may_retry(found),
        may_stop=handling.may_stop(found),
        may_send=handling.may_send_anyway(found) and not (event and event.is_over(as_of)))


def _attempts(found: Delivery) -> list[Attempt]:
    return list(db.session.scalars(select(Attempt).where(Attempt.delivery_id == found.id).order_by(Attempt.id)))


def linked(text: str) -> Markup:
    """Its addresses can be followed; they end before Chinese signs, too."""
    return Markup(_LINK.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', str(escape(text))))


def _words(found: Delivery) -> dict[str, Any]:
    if found.content is None or kinds.is_secret(found.letter):
        return {}
    is_demonstration = Installation.is_shown_as_demonstration()
    # None of its letters leaves: here alone one opens what they lead to.
    late_ones = late.late_fields(found, now()) if is_demonstration else {}
    fields = {"name": found.name, **found.fields, **late_ones}
    return {"is_demonstration": is_demonstration, "subject": shown(found.content.subject, fields),
            "text": linked(shown(found.content.text, fields)) if is_demonstration else shown(
                found.content.text, fields),
            "version": found.content.wording or found.content.digest[:8],
            "calendar": _calendar(found)}


def _calendar(found: Delivery) -> str:
    """The calendar part as programs read it, a line unfolded (RFC 5545 3.1), the address no more told than above."""
    text = bytes(found.content.calendar).decode() if found.content else ""
    return text.replace("\r\n ", "").replace("\r\n", "\n").replace(found.address, masked(found.address))
