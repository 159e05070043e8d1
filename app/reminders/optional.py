"""By which of its scopes a reminder can be stopped."""

from __future__ import annotations

from collections.abc import Sequence

from app.db import db
from app.events.models import Event
from app.outbox.models import Delivery
from app.outbox.unsubscribing import ALL
from app.reminders.audience import host_of_enrolments


def paths(delivery: Delivery) -> Sequence[Sequence[str]]:
    """This event's, its office's, or whatever we write; of a stage or session the whole is meant."""
    kind, _colon, id = delivery.about.partition(":")
    event = db.session.get(Event, int(id)) if kind == "event" else None
    if event is None:
        return [(delivery.about, ALL)] if delivery.about else []
    whole = host_of_enrolments(event)
    return [(f"event:{whole.id}", f"office:{whole.organization_id}", ALL)]
