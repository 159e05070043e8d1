"""Somebody asks to follow a slice: whatever is known of the mailbox, it gets a letter by which to confirm."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.db import Change, db, note
from app.feeds.following import letters
from app.feeds.following.follower import MOST, Follow, Follower, scope_of, topic_of
from app.feeds.following.rhythm import Rhythm
from app.feeds.slices import Slice
from app.outbox import posting
from app.outbox.letter import Recipient
from app.outbox.models import Delivery
from app.outbox.unsubscribing import FOLLOWING
from app.signup import consent

UNCONFIRMED_FOR = timedelta(days=7)
AN_HOUR, LETTERS_AN_HOUR = timedelta(hours=1), 5


def ask(wanted: Slice, *, address: str, rhythm: Rhythm, hour: int, language: str, consent_text: str,
        as_of: datetime) -> Follower:
    """Nothing is followed before it is confirmed, and nobody learns from the answer what was followed before.

    :raises BadInput: for a filter or a value that nobody knows.
    """
    wanted.strict().condition()
    follower = _known(address) or _made(Follower.unconfirmed(address, language, rhythm, hour, as_of))
    if not follower.confirmed:
        follower.language = language
    _wish(follower, wanted, rhythm, hour, consent_text, language, as_of)
    db.session.flush()
    note(Change(follower, "follow_asked", as_of, after={"slices": [wanted.query()]}))
    if _has_room(address, as_of):
        posting.post(
            letters.confirmation([one.slice for one in follower.waiting] or [wanted], rhythm, hour, language),
            Recipient(address), cause=f"follower:{follower.id}:asked:{as_of:%Y%m%dT%H%M%S}",
            about=about(follower), as_of=as_of, useful_until=as_of + UNCONFIRMED_FOR)
    return follower


def about(follower: Follower) -> str:
    return f"follower:{follower.id}"


def _known(address: str) -> Follower | None:
    return db.session.scalars(Follower.of_address(address).with_for_update()).one_or_none()


def _made(follower: Follower) -> Follower:
    """Or the one that somebody else made at the same moment."""
    try:
        with db.session.begin_nested():
            db.session.add(follower)
    except IntegrityError:
        return db.session.scalars(Follower.of_address(follower.address)).one()
    return follower


def _wish(follower: Follower, wanted: Slice, rhythm: Rhythm, hour: int, consent_text: str, language: str,
          as_of: datetime) -> None:
    topic, agreed = topic_of(wanted), consent.kept(consent_text, language, as_of, consent.FOLLOW)
    known = next((one for one in follower.follows if one.topic == topic), None)
    if known is None:
        if len(follower.follows) >= MOST:
            return  # its page, to which the letter leads, shows that it is full
        known = Follow(topic=topic, query=wanted.query(), consent=agreed, asked_at=as_of,
                       rhythm=rhythm.value, hour=hour)
        follower.follows.append(known)
    elif known.is_confirmed and not follower.reader().stopped() & {FOLLOWING, scope_of(topic)}:
        return
    known.confirmed_at, known.asked_at, known.rhythm, known.hour = None, as_of, rhythm.value, hour
    known.consent = agreed


def _has_room(address: str, as_of: datetime) -> bool:
    """Anybody may fill in a form: nobody's mailbox is filled by it."""
    recent = db.session.scalar(select(func.count()).select_from(Delivery).where(
        Delivery.address == address, Delivery.letter == letters.CONFIRMATION, Delivery.posted_at > as_of - AN_HOUR))
    return (recent or 0) < LETTERS_AN_HOUR
