"""Whom an event's reminders are for."""

from __future__ import annotations

from app.events.models import Event
from app.events.words import EventState, Part


def host_of_enrolments(event: Event) -> Event:
    """Stages and sessions take no sign-ups: who is enrolled in the parent is reminded of each."""
    if event.part and Part(event.part).follows_parent and event.parent is not None:
        return event.parent
    return event


def carries_reminders(event: Event) -> bool:
    """Whether its own time is one to be reminded of: a class or competition leaves that to its parts."""
    if any(Part(part.part).follows_parent for part in event.shown_parts if part.part):
        return False
    return host_of_enrolments(event).takes_enrolments


def is_to_be_held(event: Event) -> bool:
    return event.state == EventState.PUBLISHED and event.deleted_at is None
