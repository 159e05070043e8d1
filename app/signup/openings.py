"""When somebody last opened the ticket: then the event was seen as it was at that moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model, db, writing
from app.signup.models import Enrolment

AGAIN_AFTER = timedelta(minutes=1)


class TicketOpening(Model):
    """One row an enrolment, so that reading changes nothing of the enrolment itself."""

    __tablename__ = "ticket_opening"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True)
    at: Mapped[datetime]


def note_opened(enrolment_id: int, as_of: datetime) -> None:
    """Commits a transaction of its own, when the page's has ended; at most once a minute."""
    with writing():
        db.session.rollback()
        known = db.session.get(TicketOpening, enrolment_id)
        if known is not None and as_of - known.at < AGAIN_AFTER:
            db.session.rollback()
            return
        if db.session.get(Enrolment, enrolment_id) is None:
            db.session.rollback()
            return
        if known is None:
            db.session.add(TicketOpening(enrolment_id=enrolment_id, at=as_of))
        else:
            known.at = as_of
        db.session.commit()
