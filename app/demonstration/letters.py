"""The letters of the demonstration's past: they count as kept in the outbox at their time, and none leaves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from app.db import db
from app.outbox.models import Delivery, DeliveryState
from app.outbox.transport import KEPT


def keep_letters(as_of: datetime) -> None:
    """What was due before now would otherwise all go, or be missed, at the first ring."""
    db.session.execute(
        update(Delivery)
        .where(Delivery.state == DeliveryState.PENDING.value, Delivery.next_at <= as_of)
        .values(state=DeliveryState.ACCEPTED.value, reason=KEPT, sent_at=Delivery.next_at)
        .execution_options(synchronize_session=False))
