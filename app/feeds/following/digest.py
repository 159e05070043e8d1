"""Writes to followers what happened since their last letter: one letter a person, whatever he follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import selectinload

from app.db import db
from app.events.asking import office_zone
from app.feeds.following import letters
from app.feeds.following.follower import Follow, Follower
from app.feeds.following.items import Item, Unread
from app.feeds.following.news import EventNews
from app.feeds.following.rhythm import Rhythm, is_quiet
from app.outbox import posting
from app.outbox.letter import Recipient
from app.outbox.unsubscribing import FOLLOWING, Unsubscribe

SLICE, SLICES = 500, 8
HOLD = timedelta(minutes=10)  # several changes in a row make one letter
SETTLING = timedelta(minutes=2)  # a change is told by its own hour, and may commit a little later than that
LONGEST = timedelta(days=15)  # nobody is told what is older than that
AT_ONCE_FOR = timedelta(days=1)


def ring(as_of: datetime) -> int:
    """Rung with every tick; how many letters. Never commits."""
    zone, count = office_zone(), 0
    for _round in range(SLICES):
        followers = db.session.scalars(_due(as_of - SETTLING, is_quiet(as_of, zone))).all()
        count += _write(followers, as_of, zone) if followers else 0
        if len(followers) < SLICE:
            break
    return count


def _due(settled: datetime, quiet: bool) -> object:
    """Whose hour has come; and, but at night, those who want to know at once and have not been told for a while."""
    newest = select(func.max(EventNews.at)).where(EventNews.at <= settled + SETTLING - HOLD).scalar_subquery()
    ways = [Follower.next_at <= settled]
    if not quiet:
        ways.append(and_(Follower.rhythm == Rhythm.AT_ONCE.value, Follower.told_until < newest))
    return (select(Follower).where(Follower.confirmed_at.is_not(None), or_(*ways)).order_by(Follower.id).limit(SLICE)
            .with_for_update(skip_locked=True).options(selectinload(Follower.follows)))


@dataclass(frozen=True, slots=True)
class _Told:
    """What one person's letter says; those of whom it is equal share their words."""

    language: str
    until: datetime
    useful_until: datetime
    topics: tuple[str, ...]
    keys: tuple[tuple[tuple[int, str, str], ...], ...]


def _write(followers: Sequence[Follower], as_of: datetime, zone: ZoneInfo) -> int:
    untils = {one.id: Rhythm(one.rhythm).last_until(as_of - SETTLING, one.hour, zone) for one in followers}
    afters = {one.id: max(one.told_until, untils[one.id] - LONGEST) for one in followers}
    unread, stopped = Unread.between(min(afters.values()), max(untils.values())), _stopped(followers)
    words: dict[_Told, list[tuple[Follow, list[Item]]]] = {}
    to: dict[_Told, list[Recipient]] = defaultdict(list)
    for one in followers:
        until = untils[one.id]
        rhythm = Rhythm(one.rhythm)
        following = rhythm.next_after(until, one.hour, zone)
        found = [] if FOLLOWING in stopped[one.address] else [
            (follow, items) for follow in one.confirmed if follow.scope not in stopped[one.address]
            and (items := unread.of(follow.topic, follow.slice, max(afters[one.id], follow.confirmed_at or until),
                                    until))]
        one.told_until, one.next_at = until, rhythm.next_after(as_of - SETTLING, one.hour, zone)
        if found:
            told = _Told(one.language, until, following or until + AT_ONCE_FOR,
                         tuple(follow.topic for follow, _items in found),
                         tuple(tuple(item.key for item in items) for _follow, items in found))
            words.setdefault(told, found)
            to[told].append(Recipient(one.address, "", {"follower": str(one.id), "topics": " ".join(told.topics)}))
    db.session.flush()
    return sum(_post(told, words[told], recipients, as_of) for told, recipients in to.items())


def _post(told: _Told, found: Iterable[tuple[Follow, list[Item]]], to: Sequence[Recipient], as_of: datetime) -> int:
    if told.useful_until <= as_of:
        return 0
    letter = letters.digest([(follow.slice, items) for follow, items in found], told.language)
    return posting.post_all(letter, to, cause=f"digest:{told.until:%Y%m%dT%H%M%S}", about="digest", as_of=as_of,
                            useful_until=told.useful_until)


def _stopped(followers: Iterable[Follower]) -> dict[str, set[str]]:
    """By address, the scopes it has stopped; one query for all."""
    hashes = {one.address_hash: one.address for one in followers}
    found: dict[str, set[str]] = {address: set() for address in hashes.values()}
    for one in db.session.scalars(Unsubscribe.of(hashes)):
        found[hashes[one.address_hash]].add(one.scope)
    return found
