"""Who knows of an event's last change, by letter or by having opened the ticket since; and who is to be called."""

from __future__ import annotations

import enum
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from app.audit.models import AuditRow
from app.db import db
from app.events.models import Event
from app.events.words import Part
from app.outbox.models import Delivery, DeliveryState
from app.signup import letters
from app.signup.models import Enrolment
from app.signup.openings import TicketOpening

CHANGES = ("rescheduled", "postponed", "cancelled", "restored", "unpublished")
PLACE = ("location", "online_url")
LISTED, LOOKED_AT = 2000, 50


class How(enum.StrEnum):
    """How somebody knows, or why he may not."""

    OPENED = "opened"
    LETTER = "letter"
    AFTERWARDS = "afterwards"
    WAITING = "waiting"
    FAILED = "failed"
    NO_ADDRESS = "no address"

    @property
    def label(self) -> str:
        return {"opened": _("打开过报名凭证"), "letter": _("通知已交邮件服务器"), "afterwards": _("改动以后才报名"),
                "waiting": _("通知还没有寄出"), "failed": _("通知没有送到"),
                "no address": _("只留了手机号")}[self.value]

    @property
    def is_known(self) -> bool:
        return self in (How.OPENED, How.LETTER, How.AFTERWARDS)


@dataclass(frozen=True, slots=True)
class Reader:
    enrolment: Enrolment
    how: How


@dataclass(frozen=True, slots=True)
class Knowing:
    """`changed_at`: when it was last changed for those enrolled."""

    changed_at: datetime
    readers: Sequence[Reader]

    @classmethod
    def of(cls, event: Event) -> Knowing | None:
        """None where nothing was changed. Four queries, the first 2,000 enrolled."""
        changed_at = _changed_at(event)
        if changed_at is None:
            return None
        follows = event.part and Part(event.part).follows_parent and event.parent_id
        people = db.session.execute(
            select(Enrolment, TicketOpening.at).outerjoin(TicketOpening, TicketOpening.enrolment_id == Enrolment.id)
            .where(Enrolment.id.in_(Enrolment.attending_event(event.parent_id if follows else event.id)
                                    .order_by(None).with_only_columns(Enrolment.id)))
            .order_by(Enrolment.enrolled_at, Enrolment.id).limit(LISTED)).all()
        told = _told(event, changed_at)
        return cls(changed_at, [Reader(one, _how(one, opened, told.get(one.email, ""), changed_at))
                                for one, opened in people])

    @property
    def knows(self) -> list[Reader]:
        return [one for one in self.readers if one.how.is_known]

    @property
    def to_call(self) -> list[Reader]:
        """Those with a mobile number first: nothing else reaches them."""
        rest = [one for one in self.readers if not one.how.is_known]
        return sorted(rest, key=lambda one: not one.enrolment.mobile)


def _how(one: Enrolment, opened: datetime | None, state: str, changed_at: datetime) -> How:
    if opened is not None and opened >= changed_at:
        return How.OPENED
    if one.enrolled_at > changed_at:
        return How.AFTERWARDS
    if state == DeliveryState.ACCEPTED:
        return How.LETTER
    if not one.email:
        return How.NO_ADDRESS
    return How.WAITING if state in (DeliveryState.PENDING, DeliveryState.CLAIMED) else How.FAILED


def _told(event: Event, since: datetime) -> dict[str, str]:
    """By address, the state of its newest notice."""
    rows = db.session.execute(select(Delivery.address, Delivery.state).where(
        Delivery.about == f"event:{event.id}", Delivery.letter.in_((letters.CHANGED, letters.CANCELLED)),
        Delivery.posted_at >= since).order_by(Delivery.id))
    return {address: state for address, state in rows}


def _changed_at(event: Event) -> datetime | None:
    rows = db.session.scalars(AuditRow.about("Event", str(event.id)).where(
        AuditRow.what.in_((*CHANGES, "revised"))).order_by(AuditRow.id.desc()).limit(LOOKED_AT))
    return next((row.at for row in rows if row.what in CHANGES or _moved_place(row)), None)


def _moved_place(row: AuditRow) -> bool:
    before, after = json.loads(row.before), json.loads(row.after)
    return any(before.get(name) != after.get(name) for name in PLACE)
