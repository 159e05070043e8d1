"""A slice of a firing as letters in the ledger: at night they wait for the morning, late ones make room for later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select, update

from app.db import db
from app.outbox import posting
from app.outbox.letter import Recipient
from app.outbox.models import Delivery, DeliveryState
from app.reminders.models import Occurrence, OccurrenceState
from app.reminders.registry import Kind, Mailbox, Thing, registry
from app.workdays.nights import morning_after

LATE = timedelta(minutes=5)  # nothing had run when it was due
MERGED = "同一件事有更晚的一封提醒，只寄那一封"


def write(occurrence: Occurrence, kind: Kind, thing: Thing, mailboxes: Sequence[Mailbox], as_of: datetime) -> int:
    """How many letters are new."""
    earlier = [one.cause for one in db.session.scalars(Occurrence.earlier_of(occurrence))]
    served = set(db.session.scalars(Delivery.reached_by(earlier))) if earlier else set()
    by_language: dict[str, list[Recipient]] = {}
    for one in mailboxes:
        if one.recipient.address not in served:
            by_language.setdefault("en" if one.language == "en" else "zh", []).append(one.recipient)
    merged = MERGED if is_followed(occurrence, as_of) else ""
    letter, written = registry().letter_of(occurrence.rule), 0
    for language, recipients in sorted(by_language.items()):
        written += posting.post_all(
            replace(letter.write(thing, occurrence.rule, language), name=letter.name), recipients,
            cause=occurrence.cause,
            about=f"{kind.name}:{thing.id}", as_of=occurrence.due_at, useful_until=occurrence.useful_until,
            next_at=leaves_at(occurrence, as_of), merged=merged)
    if not merged:
        _merge_earlier(occurrence, as_of)
    return written


def leaves_at(occurrence: Occurrence, as_of: datetime) -> datetime:
    """Its due time; what comes late leaves in the order in which it is written, the newest first, and at night waits
    for eight o'clock, while that helps."""
    late = max(occurrence.due_at, as_of)
    if late - occurrence.due_at < LATE:
        return occurrence.due_at
    if occurrence.rule.may_wake:
        return late
    zone = occurrence.event.zone if occurrence.event else current_app.config["TIMEZONE"]
    morning = morning_after(late, zone)
    return morning if late < morning < occurrence.useful_until else late


def is_followed(occurrence: Occurrence, as_of: datetime) -> bool:
    """Whether a later one of the same thing, for the same people, is due as well: only that one is sent."""
    return db.session.scalar(
        Occurrence.of_the_same(occurrence).with_only_columns(Occurrence.id).where(
            Occurrence.due_at > occurrence.due_at, Occurrence.due_at <= as_of, Occurrence.useful_until > as_of,
            Occurrence.schedule_version == occurrence.schedule_version,
            Occurrence.state.not_in((OccurrenceState.CANCELLED.value, OccurrenceState.MISSED.value)))
        .limit(1)) is not None


def _merge_earlier(occurrence: Occurrence, as_of: datetime) -> None:
    """What was written before and has not left, as no mail server took it, stays where this one says it too."""
    earlier = db.session.scalars(Occurrence.of_the_same(occurrence).where(
        Occurrence.due_at < occurrence.due_at, Occurrence.state.in_(
            (OccurrenceState.EXPANDED.value, OccurrenceState.EXPANDING.value)))).all()
    if not earlier:
        return
    told = select(Delivery.address).where(Delivery.cause == occurrence.cause)
    db.session.execute(
        update(Delivery).where(Delivery.cause.in_([one.cause for one in earlier]),
                               Delivery.state == DeliveryState.PENDING.value, Delivery.address.in_(told))
        .values(state=DeliveryState.MERGED.value, reason=MERGED).execution_options(synchronize_session="fetch"))
