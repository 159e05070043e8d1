"""Reads of enrolments that several pages need."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select, union_all

from app.db import db
from app.signup.heads import Heads
from app.signup.models import Enrolment, EnrolmentState


def seats_taken(event_ids: Iterable[int]) -> dict[int, int]:
    """Seats taken by event id, for those that have any; one query whatever the number. Once frozen they stay."""
    ids = list(event_ids)
    frozen = select(Heads.event_id, Heads.enrolled).where(Heads.event_id.in_(ids))
    counted = (select(Enrolment.event_id, func.count()).where(
        Enrolment.event_id.in_(ids), Enrolment.state == EnrolmentState.ENROLLED.value,
        Enrolment.event_id.not_in(frozen.with_only_columns(Heads.event_id))).group_by(Enrolment.event_id))
    return {event: count for event, count in db.session.execute(union_all(counted, frozen)) if count}
