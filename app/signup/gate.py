"""Asked just before a letter of this room leaves: is what it says still so, and still that reader's business?"""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from app.db import db
from app.events.models import Event
from app.events.words import Part
from app.outbox.models import Delivery
from app.signup import letters
from app.signup.models import Enrolment

LETTERS = (letters.CONFIRMATION, letters.CHANGED, letters.CANCELLED)


def gate(delivery: Delivery, as_of: datetime) -> str:
    """The reason why it must not leave, or nothing."""
    if delivery.letter == letters.CONFIRMATION:
        return _of_one(delivery)
    return _of_change(delivery)


def _of_one(delivery: Delivery) -> str:
    enrolment = db.session.get(Enrolment, int(delivery.cause.split(":")[1]))
    return "" if enrolment is not None and enrolment.is_attending else _("报名已取消")


def _of_change(delivery: Delivery) -> str:
    _event, number, _change, version = delivery.cause.split(":")
    event = db.session.get(Event, int(number))
    if event is None or event.schedule_version != int(version):
        return _("有更新的通知代替它")
    follows = event.part and Part(event.part).follows_parent
    enrols_at = event.parent_id if follows and event.parent_id else event.id
    still = db.session.scalars(Enrolment.of_mailbox(enrols_at, delivery.address).limit(1)).one_or_none()
    return "" if still else _("报名已取消")
