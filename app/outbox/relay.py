"""Since when the mail server takes nothing from us: told by the letters that tried."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import String

from app.db import Model, db
from app.outbox import holding
from app.outbox.answers import Answer
from app.outbox.models import Delivery

FRESH = timedelta(minutes=10)  # it is tried more often, as long as letters wait


class RelayTrouble(Model):
    """One row: `since` nothing left, last seen `at`. It is over with the first letter that leaves, or that the mail
    server answers, whatever it says of it."""

    __tablename__ = "relay_trouble"

    id: Mapped[int] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(300))


def hear(answers: Iterable[Answer], as_of: datetime) -> None:
    """In the transaction that records them."""
    answers = list(answers)
    answer = next((one for one in answers if one.stops_batch), None)
    if answer is None:
        # Letters that left say so themselves, and cost no question here.
        if any(one.code is not None and not one.is_ok for one in answers):
            db.session.execute(delete(RelayTrouble).where(RelayTrouble.at <= as_of))
        return
    known = db.session.get(RelayTrouble, 1)
    if known is None:
        db.session.add(RelayTrouble(id=1, since=as_of, at=as_of, answer=str(answer)))
        return
    if not _lasts(known, as_of):
        known.since = as_of
    known.at, known.answer = as_of, str(answer)


def trouble(as_of: datetime) -> RelayTrouble | None:
    """That of now."""
    known = db.session.get(RelayTrouble, 1)
    return known if known is not None and _lasts(known, as_of) else None


def is_held(as_of: datetime) -> bool:
    """Whether no letter at all leaves now: sending is held, or the mail server takes nothing."""
    return bool(holding.held()) or trouble(as_of) is not None


def _lasts(known: RelayTrouble, as_of: datetime) -> bool:
    if as_of - known.at > FRESH:
        return False
    # What left by a clock that ran ahead says nothing of now.
    return not db.session.scalar(select(exists().where(Delivery.sent_at > known.at, Delivery.sent_at <= as_of)))
