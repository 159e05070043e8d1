"""The ticket as a calendar file: for whoever has no e-mail, and for programs that open no letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.events.entry import entry_of
from app.events.models import Event
from app.events.words import Part
from app.signup.letters import PRODUCT
from app.signup.models import Enrolment
from calendars.entry import Alarm, Entry, render_entry
from calendars.feed import CLOSING, opening
from calendars.timezones import zone_blocks

AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)  # for what is told in days


def calendar_file(enrolment: Enrolment, base_url: str) -> bytes:
    """The event, with an alarm of its own and no token; a class or competition with its days."""
    event, language = enrolment.event, enrolment.language
    parts = [part for part in event.parts if part.is_public and Part(part.part).follows_parent]
    entries = [_ringing(one, language, base_url) for one in (event, *parts)]
    if parts:
        entries[0] = replace(entries[0], alarms=())
    zones = zone_blocks(tuple(dict.fromkeys(entry.zone for entry in entries)))
    return opening(PRODUCT) + zones + b"".join(map(render_entry, entries)) + CLOSING


def withdrawn_file(entry: bytes, zone: str) -> bytes:
    """The event's last public entry, said to be off."""
    return opening(PRODUCT) + zone_blocks((zone,)) + entry + CLOSING


def _ringing(event: Event, language: str, base_url: str) -> Entry:
    entry = entry_of(event, language, base_url, for_enrolled=True)
    return replace(entry, alarms=(Alarm(A_DAY if entry.is_whole_day else AN_HOUR, entry.summary),))
