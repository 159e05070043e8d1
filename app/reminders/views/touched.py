"""Which events lie on days that become days off, or days worked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from flask import current_app
from sqlalchemy import Select, and_, or_

from app.db import db
from app.events.models import Event
from app.events.span import midnight
from app.events.words import EventState

MOST = 60
ALIVE = (EventState.DRAFT.value, EventState.SUBMITTED.value, EventState.PUBLISHED.value)


def events_on(wanted: Select[Event], changed: Sequence[tuple[date, bool]]) -> list[tuple[Event, bool]]:
    """Those that begin on such a day, and whether it is worked now."""
    zone = current_app.config["TIMEZONE"]
    work = dict(changed)
    if not work:
        return []
    on_a_day = or_(*(and_(Event.starts_at >= midnight(day, zone), Event.starts_at < midnight(
        day + timedelta(days=1), zone)) for day in work))
    found = db.session.scalars(wanted.where(on_a_day, Event.state.in_(ALIVE)).limit(MOST))
    return [(one, work[one.span.starts_on]) for one in found if one.span.starts_on in work]
