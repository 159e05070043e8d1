"""Puts a letter into the ledger, in the transaction of its cause. Nothing is sent here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.db import db
from app.outbox.letter import Letter, Recipient
from app.outbox.models import Delivery, LetterContent, digest_of


def post(letter: Letter, to: Recipient, *, cause: str, as_of: datetime, about: str = "",
         useful_until: datetime | None = None) -> Delivery:
    """The delivery of `letter` for `cause`; the one already there when the cause was told before."""
    known = db.session.scalars(
        Delivery.of_cause(cause).where(Delivery.address == to.address)).one_or_none()
    if known is not None:
        return known
    delivery = Delivery(
        cause=cause, about=about, letter=letter.name, address=to.address, name=to.name,
        fields=dict(to.fields), content=content_of(letter), posted_at=as_of, next_at=as_of,
        useful_until=useful_until, channel="email", state="pending", attempts=0)
    db.session.add(delivery)
    return delivery


def content_of(letter: Letter) -> LetterContent:
    """The stored words of `letter`, made once however many get them."""
    found = db.session.scalars(
        select(LetterContent).where(LetterContent.digest == digest_of(letter))).one_or_none()
    if found is None:
        found = LetterContent.of(letter)
        db.session.add(found)
    return found


def stop(about: str, letter: str, reason: str) -> int:
    """Takes back the waiting letters of one kind about one thing; how many."""
    rows = db.session.scalars(
        Delivery.waiting().where(Delivery.about == about, Delivery.letter == letter)).all()
    for row in rows:
        row.stop(reason)
    return len(rows)
