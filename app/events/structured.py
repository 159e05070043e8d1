"""An event in the words of schema.org, for search engines (JSON-LD 1.1). It is data: no browser executes it."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from app.events.entry import is_told_in_days
from app.events.models import Event
from app.events.words import AttendanceMode, EventState

STATUS = {EventState.CANCELLED: "EventCancelled", EventState.POSTPONED: "EventPostponed"}
MODE = {AttendanceMode.OFFLINE: "OfflineEventAttendanceMode", AttendanceMode.ONLINE: "OnlineEventAttendanceMode",
        AttendanceMode.MIXED: "MixedEventAttendanceMode"}


def as_json_ld(event: Event, language: str, address: str) -> Markup:
    """Ready for a `<script type="application/ld+json">`: no sign in it can end that element (HTML 13.2.5.4)."""
    words = json.dumps(_words(event, language, address), ensure_ascii=False, sort_keys=True)
    for sign in "<>&\u2028\u2029":
        words = words.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(words)


def _words(event: Event, language: str, address: str) -> dict[str, Any]:
    zone, span = ZoneInfo(event.zone), event.span
    starts, ends = ((span.starts_on, span.ends_on) if is_told_in_days(event) else (
        event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)))
    said = {
        "@context": "https://schema.org", "@type": "Event", "name": event.titled(language), "url": address,
        "startDate": starts.isoformat(), "endDate": ends.isoformat(), "description": event.description,
        "eventStatus": f"https://schema.org/{STATUS.get(EventState(event.state), 'EventScheduled')}",
        "eventAttendanceMode": f"https://schema.org/{MODE[event.attendance_mode]}",
        "location": _location(event, language, address), "isAccessibleForFree": True,
        "organizer": {"@type": "Organization", "name": event.organization.called(language)},
        "offers": {"@type": "Offer", "price": 0, "priceCurrency": "CNY", "url": address} if (
            event.takes_enrolments) else None,
    }
    return {name: value for name, value in said.items() if value}


def _location(event: Event, language: str, address: str) -> list[dict[str, Any]]:
    """Online is the event's page: the link to join may be for those alone who signed up."""
    places: list[dict[str, Any]] = []
    if event.attendance_mode is not AttendanceMode.ONLINE:
        regions = "、".join(region.called(language) for region in event.regions)
        places.append({"@type": "Place", "name": event.location or regions, "address": regions})
    if event.online_url:
        places.append({"@type": "VirtualLocation", "url": address})
    return places
