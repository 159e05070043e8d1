"""What is kept of one participant, for the participant: a copy to take along, and its correction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from app.audit.models import AuditRow
from app.db import db
from app.errors import Refused
from app.events.words import EventState
from app.outbox.models import Delivery, DeliveryState
from app.signup import readdressing, telling
from app.signup.contact import Contact
from app.signup.enrolling import name_key_of
from app.signup.models import Enrolment

Teller = Callable[[Enrolment], Iterable[dict[str, str]]]


def also(app: Any, teller: Teller) -> None:
    """Called by `create_app`: private calendars, of which this room cannot know."""
    app.extensions.setdefault("wujin.kept_of_enrolments", []).append(teller)


def calendars_of(enrolment: Enrolment) -> list[dict[str, str]]:
    return [one for teller in current_app.extensions.get("wujin.kept_of_enrolments", ()) for one in teller(enrolment)]


class SomebodyElse(Refused):
    """The corrected name and contact are another enrolment's."""

    def __init__(self) -> None:
        super().__init__(_("改不成这样，请核对姓名和联系方式，或联系主办方。"))


@dataclass(frozen=True, slots=True)
class Copy:
    """Everything kept under one ticket, in plain words and times."""

    facts: dict[str, str]
    consent: dict[str, str]
    guardian: dict[str, str]
    letters: list[dict[str, str]]
    calendars: list[dict[str, str]]
    history: list[dict[str, str]]

    @classmethod
    def of(cls, enrolment: Enrolment) -> Copy:
        event = enrolment.event
        return cls(
            facts={"event": event.title, "starts_at": _time(event.starts_at), "name": enrolment.name,
                   "email": enrolment.email, "mobile": enrolment.mobile, "unit": enrolment.unit,
                   "language": enrolment.language, "state": enrolment.state,
                   "enrolled_at": _time(enrolment.enrolled_at),
                   "withdrawn_at": _time(enrolment.withdrawn_at) if enrolment.withdrawn_at else ""},
            consent={"agreed_at": _time(enrolment.consented_at), "version": enrolment.consent.version,
                     "text": enrolment.consent.text},
            guardian=_guardian(enrolment),
            letters=[{"posted_at": _time(one.posted_at), "to": one.address,
                      "subject": one.content.subject if one.content else one.letter,
                      "state": one.state} for one in letters_of(enrolment)],
            calendars=calendars_of(enrolment),
            history=[{"at": _time(row.at), "what": row.what} for row in _history(enrolment)])

    def as_json(self) -> bytes:
        words = {"enrolment": self.facts, "consent": self.consent, "letters": self.letters,
                 "calendars": self.calendars, "history": self.history}
        if self.guardian:
            words["guardian"] = self.guardian
        return json.dumps(words, ensure_ascii=False, indent=2).encode() + b"\n"

    def rows(self) -> Iterator[list[str]]:
        """For a sheet: which part, which field, what it says."""
        yield ["part", "field", "value"]
        for part, fields in self._parts():
            yield from ([part, name, value] for name, value in fields.items())

    def _parts(self) -> Iterator[tuple[str, dict[str, str]]]:
        yield "enrolment", self.facts
        yield "consent", self.consent
        yield "guardian", self.guardian
        yield from ((f"letter {number}", one) for number, one in enumerate(self.letters, 1))
        yield from ((f"calendar {number}", one) for number, one in enumerate(self.calendars, 1))
        yield from ((f"history {number}", one) for number, one in enumerate(self.history, 1))


def letters_of(enrolment: Enrolment) -> list[Delivery]:
    """Those written for this enrolment, alone or with others of the mailbox."""
    if not enrolment.email:
        return []
    about = [f"event:{event.id}" for event in (enrolment.event, *enrolment.event.parts)]
    found = db.session.scalars(select(Delivery).where(
        Delivery.address == enrolment.email, Delivery.about.in_(about)).order_by(Delivery.id))
    return [one for one in found if str(enrolment.id) in one.fields.get("enrolments", "").split()
            and one.state != DeliveryState.CANCELLED]


def correct(enrolment: Enrolment, as_of: datetime, *, name: str, contact: Contact, unit: str,
            guardian: str = "") -> None:
    """The person's own words replace ours; a new mailbox gets the confirmation, the old one nothing more.

    :raises SomebodyElse, TooManyLetters: nothing is changed then.
    """
    name_key, old = name_key_of(name), enrolment.email
    taken = db.session.scalars(Enrolment.of_person(enrolment.event_id, contact.key, name_key)).one_or_none()
    if taken is not None and taken is not enrolment:
        raise SomebodyElse
    is_new_mailbox = bool(contact.email) and contact.email != old and enrolment.is_attending
    if is_new_mailbox:
        telling.require_room_for_letter(contact.email, as_of)
    if old and old != contact.email:
        telling.take_back_from(enrolment)
    enrolment.correct(as_of, name=name, name_key=name_key, contact=contact, unit=unit, guardian=guardian)
    if old and old != contact.email:
        readdressing.follow(enrolment, old)
    if is_new_mailbox and enrolment.event.state != EventState.CANCELLED:
        telling.confirm(enrolment, as_of)


def _guardian(enrolment: Enrolment) -> dict[str, str]:
    """Who agreed for the child; nothing where nobody had to."""
    given = enrolment.guardian
    return {"name": given.name, "agreed_at": _time(given.consented_at), "version": given.consent.version,
            "text": given.consent.text} if given else {}


def _history(enrolment: Enrolment) -> list[AuditRow]:
    return list(db.session.scalars(AuditRow.about("Enrolment", str(enrolment.id)).order_by(AuditRow.id)))


def _time(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(current_app.config["TIMEZONE"])).isoformat(timespec="minutes")
