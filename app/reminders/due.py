"""Who is owed what now. One idempotent `tick`: whatever rings it, and however often, gives the same letters."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from app.audit import recording
from app.db import db, take_turns
from app.events import digest
from app.outbox import sending
from app.outbox.models import Delivery
from app.reminders import following
from app.reminders.models import Heartbeat, Occurrence, OccurrenceState
from app.reminders.registry import Thing, registry
from app.reminders.writing import write

log = logging.getLogger(__name__)

SLICE = 5_000
HEART = "tick"
CHANGED = "活动已变动"


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
    take_turns(HEART)  # another machine's clock may ring at the same moment
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
    """One slice of the firing that was due last: a letter an address, and the cursor in the same transaction."""
    occurrence = db.session.scalars(
        Occurrence.newest_due(as_of).where(Occurrence.useful_until > as_of).limit(1)
        .with_for_update(skip_locked=True, of=Occurrence)).one_or_none()
    if occurrence is None:
        return 0
    kind, thing = registry().thing(occurrence.anchor_key)
    if thing is None or _unwanted(occurrence, thing) or occurrence.schedule_version != kind.stamp(thing):
        occurrence.cancel(registry().untimely(occurrence.rule) or CHANGED)
        return 0
    audience = registry().audiences[occurrence.rule.audience]
    mailboxes = audience.slice(thing, occurrence.due_at, occurrence.cursor, slice_size)
    written = write(occurrence, kind, thing, mailboxes, as_of) if mailboxes else 0
    if mailboxes:
        occurrence.cursor = max(one.place for one in mailboxes)
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
    kind, thing = registry().thing(occurrence.anchor_key)
    if thing is None or (reason := _unwanted(occurrence, thing)):
        return "已经不在了" if thing is None else reason
    if occurrence.schedule_version != kind.stamp(thing):
        return following.RESCHEDULED
    anchor = registry().anchors[occurrence.rule.anchor]
    moment = anchor.moment(thing)
    if moment and anchor.passed and not occurrence.rule.is_after and (moment.until or moment.at) <= as_of:
        return anchor.passed
    return registry().audiences[occurrence.rule.audience].left(thing, delivery.address)


def _unwanted(occurrence: Occurrence, thing: Thing) -> str:
    if not occurrence.rule.is_enabled:
        return following.SWITCHED_OFF
    return registry().untimely(occurrence.rule) or registry().anchors[occurrence.rule.anchor].unwanted(thing)


def _downtime(heart: Heartbeat | None, occurrence: Occurrence) -> str:
    if heart is None or heart.at >= occurrence.useful_until:
        return "到该提醒的时候系统没有运行"
    zone = ZoneInfo(current_app.config["TIMEZONE"])
    return f"系统停运：{heart.at.astimezone(zone):%m-%d %H:%M} 之后没有运行，错过了提醒"
