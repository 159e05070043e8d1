"""How many signed up for an event and how many withdrew: kept as numbers before the names go.

What is counted from rows could change with them; what a report once said must not.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Change, Model, db, note
from app.events.models import Event
from app.signup.models import Enrolment, EnrolmentState


class Heads(Model):
    """Frozen once and never counted again. `attended` is for those checked in; None: nobody was."""

    __tablename__ = "event_heads"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    event: Mapped[Event] = relationship()
    enrolled: Mapped[int]
    withdrawn: Mapped[int]
    attended: Mapped[int | None]
    frozen_at: Mapped[datetime]

    @classmethod
    def freeze(cls, event: Event, as_of: datetime) -> Heads:
        """Those of `event` as they are counted now. Safe to call twice: the first count stays."""
        frozen = db.session.get(cls, event.id)
        if frozen is None:
            counted = _counted(event)
            frozen = cls(event=event, enrolled=counted.get(EnrolmentState.ENROLLED.value, 0),
                         withdrawn=counted.get(EnrolmentState.WITHDRAWN.value, 0), frozen_at=as_of)
            db.session.add(frozen)
            note(Change(event, "heads_frozen", as_of,
                        after={"enrolled": frozen.enrolled, "withdrawn": frozen.withdrawn}))
        return frozen


def is_frozen(event: Event) -> bool:
    return db.session.get(Heads, event.id) is not None


def _counted(event: Event) -> dict[str, int]:
    rows = db.session.execute(select(Enrolment.state, func.count()).where(
        Enrolment.event_id == event.id).group_by(Enrolment.state))
    return {state: count for state, count in rows}
