"""Where a fifth of a cause's letters come back, the rest waits: a list gone bad would get us barred everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select, update

from app.db import Change, db, note
from app.outbox.models import Delivery, DeliveryState

LOOKED_AT, FEWEST, BAD_SHARE = 100, 20, 0.2
PAUSE = timedelta(hours=6)
REASON = "同一批信有很多被退回，先停六小时；请看看名单"
RELEASED = "名单看过了，照寄"  # such a letter is not held back again
_BAD = (DeliveryState.FAILED.value, DeliveryState.BOUNCED.value)


@dataclass(frozen=True, slots=True)
class Storm:
    """The letters of one cause that wait because others of it came back."""

    cause: str
    about: str
    letter: str
    count: int
    until: datetime

    @property
    def id(self) -> str:
        """For the audit."""
        return self.cause


def storms(which: ColumnElement[bool], as_of: datetime) -> Sequence[Storm]:
    """Those of now, among the letters that somebody may see; the one that ends first comes first."""
    until = func.max(Delivery.next_at)
    found = db.session.execute(
        select(Delivery.cause, func.min(Delivery.about), func.min(Delivery.letter), func.count(), until)
        .where(which, Delivery.state == DeliveryState.PENDING.value, Delivery.reason == REASON,
               Delivery.next_at > as_of).group_by(Delivery.cause).order_by(until, Delivery.cause))
    return [Storm(*row) for row in found]


def release(storm: Storm, which: ColumnElement[bool], as_of: datetime) -> int:
    """Lets the rest leave now; how many. Safe to call twice."""
    done = db.session.execute(update(Delivery).where(
        which, Delivery.cause == storm.cause, Delivery.state == DeliveryState.PENDING.value,
        Delivery.reason == REASON)
        .values(next_at=as_of, reason=RELEASED).execution_options(synchronize_session="fetch"))
    count = int(done.rowcount)  # type: ignore[attr-defined]
    if count:
        note(Change(storm, "storm_released", as_of, after={"letters": count}))
    return count


def pause_if_stormy(cause: str, as_of: datetime) -> int:
    """After a letter of `cause` was refused or came back; how many others wait now."""
    ended = db.session.scalars(select(Delivery.state).where(
        Delivery.cause == cause, Delivery.state.in_((*_BAD, DeliveryState.ACCEPTED.value)))
        .order_by(Delivery.id.desc()).limit(LOOKED_AT)).all()
    if len(ended) < FEWEST or sum(state in _BAD for state in ended) < BAD_SHARE * len(ended):
        return 0
    done = db.session.execute(update(Delivery).where(
        Delivery.cause == cause, Delivery.state == DeliveryState.PENDING.value, Delivery.next_at <= as_of,
        Delivery.reason != RELEASED)
        .values(next_at=as_of + PAUSE, reason=REASON).execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]
