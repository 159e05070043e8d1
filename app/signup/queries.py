"""Reads of enrolments that several pages need."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from app.db import db
from app.signup.models import Enrolment, EnrolmentState


def seats_taken(event_ids: Iterable[int]) -> dict[int, int]:
    """Seats taken by event id, for those that have any; one query whatever the number."""
    rows = db.session.execute(
        select(Enrolment.event_id, func.count())
        .where(Enrolment.event_id.in_(list(event_ids)), Enrolment.state == EnrolmentState.ENROLLED.value)
        .group_by(Enrolment.event_id))
    return {event: count for event, count in rows}
