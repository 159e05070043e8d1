"""What happens to the events while programs are subscribed, and what a feed says at each moment."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import icalendar
from flask import Flask

from app import create_app
from app.clock import now
from app.db import db
from app.events.models import Event
from app.events.words import EventKind, EventState
from app.outbox.message import Prepared
from app.outbox.models import Delivery
from app.signup.enrolling import enrol

SLICES = {"all": "/calendar.ics", "lectures": "/calendar.ics?kind=lecture",
          "chengdu": f"/calendar.ics?region={quote('成都')}"}


@dataclass(frozen=True, order=True)
class Shown:
    """An event as a program has it: moments in UTC, whole days by their date."""

    uid: str
    title: str
    starts: str
    is_cancelled: bool

    @classmethod
    def of(cls, entry: icalendar.Event) -> Shown:
        return cls(str(entry["UID"]), str(entry["SUMMARY"]), told(entry["DTSTART"].dt),
                   entry["STATUS"] == "CANCELLED")


def told(moment: datetime | date) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}" if isinstance(moment, datetime) else moment.isoformat()


def shown_by(octets: bytes) -> list[Shown]:
    return sorted(Shown.of(entry) for entry in icalendar.Calendar.from_ical(octets).walk("VEVENT"))


def served_at(address: str) -> list[Shown]:
    """What the feed says now, read by a parser that is none of the programs."""
    with urllib.request.urlopen(address, timeout=30) as answer:
        return shown_by(answer.read())


class Story:
    """One lecture in Chengdu, moved, cancelled and restored; it stands in all three slices."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context():
            event = db.session.scalars(db.select(Event).where(
                Event.state == EventState.PUBLISHED.value, Event.starts_at > now() + timedelta(days=3),
                Event.kind == EventKind.LECTURE.value, Event.in_regions.any(region_code="510100"),
                Event.parent_id.is_(None)).order_by(Event.starts_at).limit(1)).one()
            self.id, self.uid = event.id, event.ical_uid

    @contextmanager
    def _event(self) -> Iterator[Event]:
        with self.app.app_context():
            event = db.session.get(Event, self.id)
            assert event is not None
            yield event
            db.session.commit()

    def move(self) -> None:
        with self._event() as event:
            event.reschedule(event.span.moved_by(timedelta(days=1, hours=1)), now(), reason="场地维修")

    def cancel(self) -> None:
        with self._event() as event:
            event.cancel(now(), "暴雨")

    def restore(self) -> None:
        with self._event() as event:
            event.restore(now())

    def sign_up(self) -> None:
        with self._event() as event:
            event.takes_enrolments = True
            enrol(event, name="李老师", email="li@example.org", as_of=now())

    def letter(self) -> bytes:
        """The last letter to who enrolled, as it would leave."""
        with self.app.app_context():
            delivery = db.session.scalars(db.select(Delivery).where(
                Delivery.address == "li@example.org").order_by(Delivery.id.desc()).limit(1)).one()
            assert delivery.content is not None
            delivery.message_id = f"<{delivery.id}@wujin.test>"
            octets = Prepared.of(delivery.content).to(
                delivery, sender=self.app.config["MAIL_FROM"], at=now(),
                late={"name": "李老师", "ticket_url": "http://127.0.0.1/t/example"})
            db.session.rollback()
            return octets


def of(instance: Path, base_url: str) -> Story:
    """On the very database that the demonstration serves."""
    return Story(create_app(INSTANCE_PATH=str(instance), DATABASE_URL="", BASE_URL=base_url, SCHEDULER="off"))
