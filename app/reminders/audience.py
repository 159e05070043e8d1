"""Whom reminders of an event are for: who is enrolled, in slices, and the staff whose work it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.accounts.models import Person, Role
from app.accounts.notes import holders
from app.db import db
from app.events.approval import approval_of, reviewers_of
from app.events.models import Event
from app.events.words import EventState, Part
from app.outbox.letter import Recipient, one_line
from app.plans.milestones import Milestone
from app.plans.models import Task
from app.reminders import letters
from app.reminders.registry import Audience, Mailbox, Thing
from app.signup.models import Enrolment


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


# ---------------------------------------------------------------- who is enrolled


def enrolled(event: Event, until: datetime, after: int, limit: int) -> list[Mailbox]:
    """One mailbox may have enrolled a whole class: a letter an address, placed by its first enrolment."""
    owed = _owed(host_of_enrolments(event).id, until)
    found: dict[str, int] = {}
    seen, is_last = after, False
    while len(found) < limit and not is_last:
        rows = db.session.execute(select(Enrolment.id, Enrolment.contact).where(*owed, Enrolment.id > seen)
                                  .order_by(Enrolment.id).limit(limit)).all()
        is_last, seen = len(rows) < limit, rows[-1].id if rows else seen
        found |= _firsts(owed, {row.contact for row in rows} - found.keys(), after)
    places = dict(sorted(found.items(), key=lambda one: one[1])[:limit])
    people = db.session.scalars(select(Enrolment).where(
        *owed, Enrolment.contact.in_(places)).order_by(Enrolment.id))
    of_contact: dict[str, list[Enrolment]] = {contact: [] for contact in places}
    for one in people:
        of_contact[one.contact].append(one)
    return [Mailbox(places[contact], letters.recipient(some), some[0].language)
            for contact, some in of_contact.items() if some]


def _firsts(owed: tuple[Any, ...], contacts: Iterable[str], after: int) -> dict[str, int]:
    """The first enrolment of each; those that came before are written to already."""
    first = func.min(Enrolment.id)
    rows = db.session.execute(select(Enrolment.contact, first).where(*owed, Enrolment.contact.in_(contacts))
                              .group_by(Enrolment.contact).having(first > after))
    return {contact: id for contact, id in rows}


def count_enrolled(event: Event, until: datetime) -> int:
    return db.session.scalar(select(func.count(Enrolment.email.distinct())).where(
        *_owed(host_of_enrolments(event).id, until))) or 0


def is_enrolled(event: Event, address: str) -> str:
    found = db.session.scalars(Enrolment.of_mailbox(host_of_enrolments(event).id, address).limit(1)).one_or_none()
    return "" if found else "已取消报名"


def _owed(event_id: int, until: datetime) -> tuple[Any, ...]:
    return (Enrolment.event_id == event_id, Enrolment.state == "enrolled", Enrolment.email != "",
            Enrolment.enrolled_at <= until)


# ---------------------------------------------------------------- the staff


def staff(name: str, label: Any, people: Callable[[Thing], Sequence[Person]]) -> Audience:
    """An audience of people with an account, few enough to be asked for at once."""

    def piece(thing: Thing, until: datetime, after: int, limit: int) -> list[Mailbox]:
        return [Mailbox(one.id, _recipient(one), one.language) for one in people(thing) if one.id > after][:limit]

    def left(thing: Thing, address: str) -> str:
        return "" if any(one.email == address for one in people(thing)) else "不再管这件事"

    return Audience(name, label, piece, lambda thing, until: len(people(thing)), left)


def organizers(thing: Thing) -> list[Person]:
    return holders([thing.organization_id], Role.ORGANIZER) if not isinstance(thing, Task) else leads(thing)


def hosts(event: Event) -> list[Person]:
    """Those who look after the hosts' register entries."""
    return holders([one.organization_id for one in event.hosts], Role.ORGANIZER) if isinstance(event, Event) else []


def leads(thing: Thing) -> list[Person]:
    """The organizers of the offices that lead its tasks."""
    return holders([id for id in (one.lead_organization_id for one in _tasks(thing)) if id], Role.ORGANIZER)


def reviewers(thing: Thing) -> list[Person]:
    if isinstance(thing, Event):
        office = approval_of(thing).reviewing or thing.organization
        return sorted((one for one in reviewers_of(office) if one.email), key=lambda one: one.id)
    return holders([one for one in (getattr(thing, "organization_id", None),) if one], Role.REVIEWER)


def _tasks(thing: Thing) -> Iterable[Task]:
    if isinstance(thing, Event):
        return thing.tasks
    return [thing.task] if isinstance(thing, Milestone) else [thing]


def _recipient(person: Person) -> Recipient:
    name = one_line(person.name)
    return Recipient(person.email or "", name[:120], {"name": name})


AUDIENCES = (
    Audience("enrolled", _l("报名的人"), enrolled, count_enrolled, is_enrolled, carries_reminders),
    staff("organizers", _l("经办人"), organizers),
    staff("hosts", _l("举办地的经办人"), hosts),
    staff("leads", _l("任务牵头单位的经办人"), leads),
    staff("reviewers", _l("审核人"), reviewers),
)
