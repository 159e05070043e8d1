"""Where a fifth of a cause's letters come back, the rest waits: a list gone bad would get us barred everywhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.db import db
from app.outbox.models import Delivery, DeliveryState

LOOKED_AT, FEWEST, BAD_SHARE = 100, 20, 0.2
PAUSE = timedelta(hours=6)
REASON = "同一批信有很多被退回，先停六小时；请看看名单"
_BAD = (DeliveryState.FAILED.value, DeliveryState.BOUNCED.value)


def pause_if_stormy(cause: str, as_of: datetime) -> int:
    """After a letter of `cause` was refused or came back; how many others wait now."""
    ended = db.session.scalars(select(Delivery.state).where(
        Delivery.cause == cause, Delivery.state.in_((*_BAD, DeliveryState.ACCEPTED.value)))
        .order_by(Delivery.id.desc()).limit(LOOKED_AT)).all()
    if len(ended) < FEWEST or sum(state in _BAD for state in ended) < BAD_SHARE * len(ended):
        return 0
    done = db.session.execute(update(Delivery).where(
        Delivery.cause == cause, Delivery.state == DeliveryState.PENDING.value, Delivery.next_at <= as_of)
        .values(next_at=as_of + PAUSE, reason=REASON).execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]
