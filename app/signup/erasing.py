"""Taking a person out of what is kept: the row stays and counts; neither it nor letters nor audit say whose."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select, update

from app.accounts.settings import settings_of
from app.audit import recording
from app.contact import ERASED
from app.db import db
from app.events.models import Event
from app.events.words import EventState
from app.outbox.models import Attempt, Delivery, DeliveryState, LetterContent, Suppression, address_hash
from app.signup import letters, links
from app.signup.heads import Heads
from app.signup.models import Enrolment

A_BATCH = 200
GONE = "个人信息已删除"  # kept in the ledger, like the other reasons there


def erase(enrolment: Enrolment, as_of: datetime) -> None:
    """At once, for somebody who asks or whose time is over. Safe to call twice."""
    if enrolment.is_erased:
        return
    address, others = enrolment.email, _others_at_the_mailbox(enrolment)
    enrolment.become_nobody(as_of)
    db.session.flush()
    if address:
        for delivery in _letters_about(enrolment, address):
            _blank(delivery, enrolment, others)
    recording.forget(enrolment)


def anonymise(as_of: datetime, *, is_dry_run: bool = False, limit: int = A_BATCH) -> int:
    """Erases, oldest first, up to `limit` of those whose event is past its office's keeping time; how many.
    The event's heads are frozen before its first name goes."""
    due: list[Enrolment] = []
    for event in db.session.scalars(_events_with_people(as_of)):
        kept = timedelta(days=settings_of(event.organization).participants_kept_days)
        if event.ends_at + kept > as_of:
            continue
        due += db.session.scalars(Enrolment.known_of(event.id).limit(limit - len(due))).all()
        if len(due) >= limit:
            break
    if not is_dry_run:
        for event in {one.event: None for one in due}:
            Heads.freeze(event, as_of)
        for enrolment in due:
            erase(enrolment, as_of)
    return len(due)


def anonymise_all(as_of: datetime) -> int:
    """Batch by batch, so that nobody waits long for the write lock; how many. Commits each."""
    done = 0
    while count := anonymise(as_of):
        db.session.commit()
        done += count
    return done


def _events_with_people(as_of: datetime) -> Select[Event]:
    """Over, the longest past first; one postponed has no end yet."""
    known = select(Enrolment.event_id).where(Enrolment.erased_at.is_(None))
    return select(Event).where(
        Event.ends_at <= as_of, Event.id.in_(known),
        Event.state != EventState.POSTPONED.value).order_by(Event.ends_at, Event.id)


def _others_at_the_mailbox(enrolment: Enrolment) -> Sequence[Enrolment]:
    """A teacher may have enrolled a class: the mailbox then goes on being written to for the others."""
    if not enrolment.email:
        return []
    return db.session.scalars(Enrolment.known_of(enrolment.event_id).where(
        Enrolment.email == enrolment.email, Enrolment.id != enrolment.id)).all()


def _letters_about(enrolment: Enrolment, address: str) -> Sequence[Delivery]:
    """To this mailbox, about the event or one of its days."""
    abouts = [f"event:{event.id}" for event in (enrolment.event, *enrolment.event.parts)]
    return db.session.scalars(select(Delivery).where(Delivery.address == address, Delivery.about.in_(abouts))).all()


def _blank(delivery: Delivery, enrolment: Enrolment, others: Sequence[Enrolment]) -> None:
    concerned = delivery.fields.get("enrolments", "").split()
    if concerned and str(enrolment.id) not in concerned:
        return
    remaining = [one for one in others if str(one.id) in concerned]
    delivery.fields = {"was": delivery.fields["was"]} if delivery.fields.get("was") else {}
    if remaining:
        delivery.name = letters.names_of(remaining)[:120]
        delivery.fields = delivery.fields | links.kept_for(remaining)
    else:
        forget_letter(delivery)
    if delivery.content is not None and delivery.content.calendar:
        _without_attendee(delivery.content)


def forget_letter(delivery: Delivery) -> None:
    """Nobody's any more: it does not leave, and its row says no longer for whom it was."""
    delivery.stop(GONE)
    if delivery.state == DeliveryState.AMBIGUOUS:  # no second try; one under way is stopped by its gate
        delivery.state = DeliveryState.CANCELLED.value
    _forget_address(delivery)


def _forget_address(delivery: Delivery) -> None:
    """Mail servers like to repeat the address in their answers."""
    address = delivery.address
    delivery.address, delivery.name = f"{ERASED}{delivery.id}", ""
    if address in delivery.reason:
        delivery.reason = ""
    db.session.execute(update(Attempt).where(Attempt.delivery_id == delivery.id).values(answer=""))
    barred = db.session.get(Suppression, address_hash(address))
    if barred is not None:
        barred.evidence = ""


def _without_attendee(content: LetterContent) -> None:
    """The calendar part names whom it invites; the words of a letter name nobody."""
    content.calendar, content.calendar_method = b"", ""
    content.digest = hashlib.sha256(f"erased:{content.id}".encode()).hexdigest()
