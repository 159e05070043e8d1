"""What the events of an office say when it is to be closed."""

from __future__ import annotations

from flask_babel import ngettext
from sqlalchemy import func, select

from app.accounts.places import Organization
from app.db import db
from app.events.models import Event
from app.events.words import EventState

OPEN = (EventState.DRAFT.value, EventState.SUBMITTED.value, EventState.PUBLISHED.value, EventState.POSTPONED.value)


def hold_open(organization: Organization) -> str:
    """A sentence while events of it wait for something, or nothing."""
    count = db.session.scalar(select(func.count(Event.id)).where(
        Event.organization_id == organization.id, Event.state.in_(OPEN), Event.deleted_at.is_(None)))
    return ngettext(
        "还有 %(num)d 个活动没有办完。请先办完、取消、删除，或者并入别的单位。",
        "还有 %(num)d 个活动没有办完。请先办完、取消、删除，或者并入别的单位。",
        count) if count else ""
