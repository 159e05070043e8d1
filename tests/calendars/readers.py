"""Three independent parsers, asked the same questions."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import NamedTuple

import icalendar
import vobject
from ical.calendar_stream import IcsCalendarStream


class Read(NamedTuple):
    uid: str
    sequence: int
    starts: datetime | date
    ends: datetime | date
    summary: str
    description: str
    location: str
    url: str
    status: str
    transp: str
    categories: tuple[str, ...]
    parent: str
    triggers: tuple


def read_with_icalendar(calendar: bytes) -> list[Read]:
    tree = icalendar.Calendar.from_ical(calendar)
    assert [component.errors for component in tree.walk() if component.errors] == []
    return [
        Read(
            uid=str(event["UID"]),
            sequence=event["SEQUENCE"],
            starts=_utc(event["DTSTART"].dt),
            ends=_utc(event["DTEND"].dt),
            summary=str(event["SUMMARY"]),
            description=str(event.get("DESCRIPTION", "")),
            location=str(event.get("LOCATION", "")),
            url=str(event.get("URL", "")),
            status=str(event["STATUS"]),
            transp=str(event["TRANSP"]),
            categories=tuple(map(str, event["CATEGORIES"].cats)) if "CATEGORIES" in event else (),
            parent=str(event.get("RELATED-TO", "")),
            triggers=tuple(alarm["TRIGGER"].dt for alarm in event.walk("VALARM")),
        )
        for event in tree.walk("VEVENT")
    ]


def read_with_vobject(calendar: bytes) -> list[Read]:
    tree = vobject.readOne(calendar.decode())

    def value(event, name, default=""):
        return event.contents[name][0].value if name in event.contents else default

    return [
        Read(
            uid=value(event, "uid"),
            sequence=int(value(event, "sequence")),
            starts=_utc(value(event, "dtstart")),
            ends=_utc(value(event, "dtend")),
            summary=value(event, "summary"),
            description=value(event, "description"),
            location=value(event, "location"),
            url=value(event, "url"),
            status=value(event, "status"),
            transp=value(event, "transp"),
            categories=tuple(value(event, "categories", ())),
            parent=value(event, "related-to"),
            triggers=tuple(value(alarm, "trigger") for alarm in event.contents.get("valarm", ())),
        )
        for event in tree.contents.get("vevent", ())
    ]


def read_with_ical(calendar: bytes) -> list[Read]:
    tree = IcsCalendarStream.calendar_from_ics(calendar.decode())
    return [
        Read(
            uid=event.uid,
            sequence=event.sequence,
            starts=_utc(event.dtstart),
            ends=_utc(event.dtend),
            summary=event.summary,
            description=event.description or "",
            location=event.location or "",
            url=str(event.url or ""),
            status=event.status.value,
            transp=event.transparency,
            categories=tuple(event.categories),
            parent="".join(relation.uid for relation in event.related_to),
            triggers=tuple(alarm.trigger for alarm in event.alarm),
        )
        for event in tree.events
    ]


READERS: tuple[Callable[[bytes], list[Read]], ...] = (read_with_icalendar, read_with_vobject, read_with_ical)


def _utc(moment: datetime | date) -> datetime | date:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment
