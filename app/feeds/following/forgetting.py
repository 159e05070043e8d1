"""What is kept of a follower, for the follower: a copy; and its end, asked for or by the clock."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import ColumnElement, delete, literal, or_, select

from app.db import Change, db, note
from app.feeds.following import letters, news
from app.feeds.following.asking import UNCONFIRMED_FOR
from app.feeds.following.follower import Follow, Follower, scope_of
from app.outbox.models import Delivery, DeliveryState
from app.outbox.unsubscribing import FOLLOWING, Unsubscribe
from app.signup import erasing

STOPPED_FOR = timedelta(days=30)  # in which a stop can be taken back
A_BATCH = 200


def forget_old(as_of: datetime) -> int:
    """What nobody confirmed, whoever has stopped everything for a month, and news that all have been told; how many
    mailboxes went. Called once a day."""
    news.forget_old(as_of)
    db.session.execute(delete(Follow).where(
        Follow.confirmed_at.is_(None), Follow.asked_at <= as_of - UNCONFIRMED_FOR))
    gone = db.session.scalars(select(Follower).where(
        Follower.asked_at <= as_of - UNCONFIRMED_FOR, ~_is_wanted(as_of - STOPPED_FOR)).limit(A_BATCH)).all()
    for one in gone:
        erase(one, as_of)
    return len(gone)


def forget_all_old(as_of: datetime) -> int:
    """Batch by batch, each committed."""
    done = 0
    while count := forget_old(as_of):
        db.session.commit()
        done += count
    return done


def _is_wanted(stopped_until: datetime) -> ColumnElement[bool]:
    """Whether any of its slices was not stopped by then."""
    was_stopped = select(Unsubscribe.id).where(
        Unsubscribe.address_hash == Follower.address_hash, Unsubscribe.at <= stopped_until,
        or_(Unsubscribe.scope == FOLLOWING, Unsubscribe.scope == literal(scope_of("")) + Follow.topic)
    ).correlate(Follower, Follow).exists()
    return select(Follow.id).where(Follow.follower_id == Follower.id, ~was_stopped).correlate(Follower).exists()


def erase(follower: Follower, as_of: datetime) -> None:
    """At once: the mailbox goes, and letters say no longer to whom they went."""
    for delivery in letters_to(follower):
        erasing.forget_letter(delivery)
        delivery.fields = {}
    note(Change(follower, "erased", as_of))
    db.session.flush()
    db.session.delete(follower)


def letters_to(follower: Follower) -> list[Delivery]:
    return list(db.session.scalars(select(Delivery).where(
        Delivery.address == follower.address, Delivery.letter.in_((letters.CONFIRMATION, letters.DIGEST)))
        .order_by(Delivery.id)))


def copy_of(follower: Follower) -> bytes:
    """Everything kept under this mailbox, as JSON in plain words and times."""
    stopped = follower.reader().stopped()
    words = {
        "email": follower.address, "language": follower.language, "how_often": follower.rhythm,
        "hour": follower.hour, "asked_at": _time(follower.asked_at), "confirmed_at": _time(follower.confirmed_at),
        "follows": [{"query": one.query, "asked_at": _time(one.asked_at), "confirmed_at": _time(one.confirmed_at),
                     "stopped": bool(stopped & {FOLLOWING, one.scope}), "consent": one.consent.version,
                     "consent_text": one.consent.text} for one in follower.follows],
        "stopped": sorted(stopped),
        "letters": [{"posted_at": _time(one.posted_at), "subject": one.content.subject if one.content else one.letter,
                     "state": one.state} for one in letters_to(follower) if one.state != DeliveryState.CANCELLED]}
    return json.dumps(words, ensure_ascii=False, indent=2).encode() + b"\n"


def _time(moment: datetime | None) -> str:
    zone = ZoneInfo(current_app.config["TIMEZONE"])
    return moment.astimezone(zone).isoformat(timespec="minutes") if moment else ""
