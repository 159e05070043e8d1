"""Who is owed what now. One idempotent `tick`: whatever rings it, and however often, gives the same letters."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from sqlalchemy import func, select

from app.audit import recording
from app.db import db
from app.events import digest
from app.events.models import Event
from app.outbox import posting, sending
from app.outbox.letter import Recipient
from app.outbox.models import Delivery
from app.reminders import letters
from app.reminders.audience import host_of_enrolments, is_to_be_held
from app.reminders.models import Heartbeat, Occurrence, OccurrenceState
from app.signup.models import Enrolment

log = logging.getLogger(__name__)

SLICE = 5_000
HEART = "tick"


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did; `is_finished` when nothing due is left to write."""

    missed: int
    letters: int
    is_finished: bool


def ring_too(app: Flask, ring: Callable[[datetime], int]) -> None:
    """Called by `create_app`, one line a room to the right: what it looks after by the clock; it gives how many
    letters it wrote, must be safe to ring every few seconds, and never commits."""
    app.extensions.setdefault("wujin.rings", []).append(ring)


def tick(as_of: datetime, owner: str = "", slice_size: int = SLICE) -> Ticked:
    """Marks what is past its use, writes one slice of letters, seals the audit. The caller commits."""
    missed = miss(as_of)
    sending.tidy(as_of)
    written = expand(as_of, slice_size) + digest.post_daily(as_of)
    written += sum(_rung(ring, as_of) for ring in current_app.extensions.get("wujin.rings", ()))
    recording.seal()
    if owner:
        Heartbeat.beat(HEART, owner, as_of)
    db.session.flush()
    left = db.session.scalars(Occurrence.due(as_of).limit(1)).one_or_none()
    return Ticked(missed, written, left is None)


def _rung(ring: Callable[[datetime], int], as_of: datetime) -> int:
    """Another room's mistake must not hold up reminders: what it did is undone, and told in the log."""
    try:
        with db.session.begin_nested():
            return ring(as_of)
    except Exception:
        log.exception("%s.%s failed", ring.__module__, ring.__name__)
        return 0


def miss(as_of: datetime) -> int:
    """What nobody rang for in time is not sent late; it says since when nothing had run."""
    overdue = db.session.scalars(Occurrence.overdue(as_of)).all()
    heart = db.session.get(Heartbeat, HEART) if overdue else None
    for occurrence in overdue:
        occurrence.miss(_downtime(heart, occurrence))
    return len(overdue)


def expand(as_of: datetime, slice_size: int = SLICE) -> int:
    """One slice of the firing that is due first: a letter an address, and the cursor in the same transaction."""
    occurrence = db.session.scalars(
        Occurrence.due(as_of).where(Occurrence.useful_until > as_of).limit(1)
        .with_for_update(skip_locked=True, of=Occurrence)).one_or_none()
    if occurrence is None:
        return 0
    event = occurrence.event
    if not is_to_be_held(event) or occurrence.schedule_version != event.schedule_version:
        occurrence.cancel("活动已变动")
        return 0
    mailboxes = _next_mailboxes(occurrence, slice_size)
    written = _write(occurrence, mailboxes) if mailboxes else 0
    if mailboxes:
        occurrence.cursor = max(first for first, _address in mailboxes)
    is_whole = len(mailboxes) < slice_size
    occurrence.state = (OccurrenceState.EXPANDED if is_whole else OccurrenceState.EXPANDING).value
    if is_whole and occurrence.cursor == 0:
        occurrence.state = OccurrenceState.DONE.value  # nobody to remind
    return written


def gate(delivery: Delivery, as_of: datetime) -> str:
    """Why a reminder must not leave after all, asked just before it does."""
    occurrence = db.session.get(Occurrence, int(delivery.cause.partition(":")[2]), populate_existing=True)
    if occurrence is None or occurrence.is_over:
        return occurrence.reason if occurrence else "提醒已取消"
    event = db.session.get(Event, occurrence.event_id, populate_existing=True)
    if event is None or not is_to_be_held(event):
        return "活动已不再举办"
    if occurrence.schedule_version != event.schedule_version:
        return "活动时间或地点有变化"
    if event.has_started(as_of):
        return "活动已经开始"
    enrolled = db.session.scalars(
        Enrolment.of_mailbox(host_of_enrolments(event).id, delivery.address).limit(1)).one_or_none()
    return "" if enrolled else "已取消报名"


def _next_mailboxes(occurrence: Occurrence, limit: int) -> list[tuple[int, str]]:
    """(first enrolment's id, address) of those still to be written to: enrolled before the hour struck."""
    host = host_of_enrolments(occurrence.event)
    first = func.min(Enrolment.id)
    rows = db.session.execute(
        select(first, Enrolment.email).where(*_owed(host.id, occurrence.due_at))
        .group_by(Enrolment.email).having(first > occurrence.cursor).order_by(first).limit(limit))
    return [(id, address) for id, address in rows]


def _write(occurrence: Occurrence, mailboxes: list[tuple[int, str]]) -> int:
    event = occurrence.event
    earlier = [one.cause for one in db.session.scalars(Occurrence.earlier_of(occurrence))]
    served = set(db.session.scalars(Delivery.reached_by(earlier))) if earlier else set()
    addresses = {address for _first, address in mailboxes} - served
    written = 0
    by_language: dict[str, list[Recipient]] = {}
    for people in _by_address(occurrence, mailboxes):
        if people[0].email in addresses:
            by_language.setdefault(people[0].language, []).append(letters.recipient(people))
    for language, recipients in sorted(by_language.items()):
        written += posting.post_all(
            letters.reminder(event, language), recipients, cause=occurrence.cause, about=f"event:{event.id}",
            as_of=occurrence.due_at, useful_until=occurrence.useful_until)
    return written


def _by_address(occurrence: Occurrence, mailboxes: list[tuple[int, str]]) -> Iterator[list[Enrolment]]:
    """All enrolments of each address: one mailbox may have enrolled a whole class."""
    host = host_of_enrolments(occurrence.event)
    # Between the first and last first-enrolment lie just these mailboxes; a later one of theirs may lie beyond.
    first = func.min(Enrolment.id)
    of_slice = (select(Enrolment.email).where(*_owed(host.id, occurrence.due_at)).group_by(Enrolment.email)
                .having(first.between(mailboxes[0][0], mailboxes[-1][0])))
    people = db.session.scalars(
        select(Enrolment).where(*_owed(host.id, occurrence.due_at), Enrolment.email.in_(of_slice))
        .order_by(Enrolment.email, Enrolment.id))
    for _address, group in groupby(people, key=lambda one: one.email):
        yield list(group)


def _owed(event_id: int, due_at: datetime) -> tuple:  # type: ignore[type-arg]
    return (Enrolment.event_id == event_id, Enrolment.state == "enrolled", Enrolment.email != "",
            Enrolment.enrolled_at <= due_at)


def _downtime(heart: Heartbeat | None, occurrence: Occurrence) -> str:
    if heart is None or heart.at >= occurrence.useful_until:
        return "到该提醒的时候系统没有运行"
    zone = ZoneInfo(current_app.config["TIMEZONE"])
    return f"系统停运：{heart.at.astimezone(zone):%m-%d %H:%M} 之后没有运行，错过了提醒"
