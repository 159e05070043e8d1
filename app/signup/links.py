"""Tickets' addresses in letters: made as a letter leaves, for whoever holds one holds the ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from app.db import db
from app.outbox.message import THREAD
from app.outbox.models import Delivery
from app.signup import letters
from app.signup.models import Enrolment


def kept_for(enrolments: Sequence[Enrolment]) -> dict[str, str]:
    """What the ledger holds of those a letter is for: which ones, but no address that opens a ticket."""
    return {"enrolments": " ".join(str(one.id) for one in enrolments)}


def of_letter(delivery: Delivery, as_of: datetime) -> Mapping[str, str]:
    """The late fields of this room's letters."""
    people = people_of(delivery)
    return letters.fields_of(people) | {THREAD: first_letter(delivery)} if people else {}


def of_goodbye(delivery: Delivery, as_of: datetime) -> Mapping[str, str]:
    """The late fields of the letter to who withdrew: it opens nothing any more."""
    return {THREAD: first_letter(delivery)}


def first_letter(delivery: Delivery) -> str:
    """The Message-ID of the letter with which this mailbox first heard of the event; empty for that one itself."""
    return db.session.scalars(select(Delivery.message_id).where(
        Delivery.about == delivery.about, Delivery.address == delivery.address, Delivery.id < delivery.id,
        Delivery.sent_at.is_not(None), Delivery.letter.in_((letters.CONFIRMATION, letters.CHANGED)))
        .order_by(Delivery.sent_at, Delivery.id).limit(1)).first() or ""


def people_of(delivery: Delivery) -> Sequence[Enrolment]:
    """Those a letter was written for, in its order, without whoever has been erased since."""
    ids = [int(word) for word in delivery.fields.get("enrolments", "").split()]
    found = {one.id: one for one in db.session.scalars(select(Enrolment).where(Enrolment.id.in_(ids)))}
    return [found[id] for id in ids if id in found and not found[id].is_erased]
