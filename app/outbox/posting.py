"""Puts a letter into the ledger, in the transaction of its cause. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.dialects import postgresql, sqlite

from app.db import db
from app.outbox.letter import Letter, Recipient
from app.outbox.models import Delivery, DeliveryState, LetterContent, digest_of


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


def post_all(letter: Letter, to: Iterable[Recipient], *, cause: str, as_of: datetime, about: str = "",
             useful_until: datetime | None = None, next_at: datetime | None = None, merged: str = "") -> int:
    """One letter to many in one statement; how many are new. Who has it for this cause keeps the one he has.
    `next_at`: when it may leave, if not at once; `merged`: why it stays, as another letter says it too."""
    content = content_of(letter)
    db.session.flush()
    rows = [{
        "cause": cause, "about": about, "letter": letter.name, "address": one.address, "name": one.name[:120],
        "fields": dict(one.fields), "content_id": content.id, "posted_at": as_of,
        "next_at": next_at or as_of, "useful_until": useful_until, "channel": "email",
        "state": (DeliveryState.MERGED if merged else DeliveryState.PENDING).value, "attempts": 0, "unanswered": 0,
        "reason": merged, "message_id": "",
    } for one in to]
    if not rows:
        return 0
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    already = db.session.scalar(_how_many(cause)) or 0
    db.session.execute(insert(Delivery).on_conflict_do_nothing(), rows)
    return (db.session.scalar(_how_many(cause)) or 0) - already


def _how_many(cause: str) -> Select[int]:
    return select(func.count()).select_from(Delivery).where(Delivery.cause == cause)


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
