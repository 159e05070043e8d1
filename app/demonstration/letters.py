"""The letters of the demonstration's past: they count as kept in the outbox at their time, and none leaves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, literal, select, update

from app.db import db
from app.outbox.models import Attempt, Delivery, DeliveryState
from app.outbox.transport import KEPT
from app.reminders.due import expand
from app.reminders.models import Occurrence


def ring(until: datetime) -> None:
    """Writes the reminders that fell due meanwhile, each at its hour, and keeps every letter due by then:
    they would otherwise all go, or be missed, at the first real ring."""
    for occurrence in db.session.scalars(Occurrence.due(until)).all():
        _keep(occurrence.due_at)  # what left before makes room for nothing
        expand(occurrence.due_at)
    _keep(until)


def _keep(until: datetime) -> None:
    """Each with the one try that kept it, as the sender notes it."""
    due = (Delivery.state == DeliveryState.PENDING.value, Delivery.next_at <= until)
    db.session.flush()
    db.session.execute(insert(Attempt).from_select(
        ["delivery_id", "at", "answer"], select(Delivery.id, Delivery.next_at, literal(KEPT)).where(*due)))
    db.session.execute(
        update(Delivery)
        .where(*due)
        .values(state=DeliveryState.ACCEPTED.value, reason=KEPT, sent_at=Delivery.next_at))
