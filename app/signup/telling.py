"""Tells those enrolled of a change, in its transaction: one letter a mailbox, whatever was changed at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.accounts.settings import settings_of
from app.db import Change, db
from app.events.models import PUBLIC_STATES, Event
from app.events.words import EventState, Part
from app.outbox import posting
from app.outbox.letter import Letter, Recipient
from app.outbox.models import Delivery
from app.signup import letters, links
from app.signup.letters import News, Schedule
from app.signup.models import Enrolment, SignupClosed, TooManyLetters
from app.workdays.nights import morning_after

SOON = timedelta(hours=6)  # what starts by then is told at once
MOST_HELD = 3  # times as long as one change is held, whatever is changed meanwhile
AN_HOUR, LETTERS_AN_HOUR, MOST_WAITING = timedelta(hours=1), 5, 20
ON = (EventState.PUBLISHED.value, EventState.HELD.value, EventState.CLOSED.value)


def follow(changes: Sequence[Change]) -> None:
    """Posts the letters that the changes of this transaction come to."""
    for change in changes:
        if isinstance(change.subject, Enrolment) and change.what == "withdrawn":
            _say_goodbye(change.subject, change.as_of)
    for told in _events_told_of(changes):
        told.post()


# ---------------------------------------------------------------- one enrolment


def confirm(enrolment: Enrolment, as_of: datetime) -> None:
    """The confirmation, where there is an address; a mobile number has the ticket page."""
    if enrolment.email:
        enrolment.sequence_mailed = enrolment.event.sequence
        letter = letters.confirmation(enrolment, as_of)
        _post_one(letter, enrolment, "confirmation", as_of, useful_until=enrolment.event.ends_at)


def require_room_for_letter(email: str, as_of: datetime) -> None:
    """:raises TooManyLetters: when somebody uses our letters to fill a mailbox."""
    waiting = _of_mailbox(email).where(Delivery.next_at > as_of)
    if (db.session.scalar(waiting) or 0) >= MOST_WAITING:
        raise TooManyLetters


def _say_goodbye(enrolment: Enrolment, as_of: datetime) -> None:
    if not enrolment.email:
        return
    take_back_from(enrolment)
    is_last = not db.session.scalars(Enrolment.of_mailbox(enrolment.event_id, enrolment.email).limit(1)).all()
    letter = letters.withdrawn(enrolment, as_of, is_last=is_last)
    _post_one(letter, enrolment, "withdrawn", as_of, useful_until=as_of + timedelta(days=2))


def take_back_from(enrolment: Enrolment) -> None:
    """Stops what waits for this one alone at the mailbox he had until now."""
    for waiting in db.session.scalars(Delivery.waiting().where(
            Delivery.cause.startswith(f"enrolment:{enrolment.id}:"), Delivery.address == enrolment.email)):
        waiting.stop(_("报名已取消"))


def send_again(enrolment: Enrolment, as_of: datetime) -> None:
    """The confirmation once more for who enrols twice, unless the mailbox has had its letters of this hour."""
    recent = _of_mailbox(enrolment.email).where(Delivery.next_at > as_of - AN_HOUR)
    if enrolment.email and (db.session.scalar(recent) or 0) < LETTERS_AN_HOUR:
        confirm(enrolment, as_of)


def send_link(enrolment: Enrolment, as_of: datetime) -> None:
    """The confirmation once more, in which the link to all of the mailbox's sign-ups stands.

    :raises SignupClosed: where there is nothing to confirm.
    """
    if not enrolment.email or not enrolment.can_withdraw(as_of):
        raise SignupClosed(_("这次报名没有留邮箱，或者已经取消、结束，不再寄信。"))
    send_again(enrolment, as_of)


def _post_one(letter: Letter, enrolment: Enrolment, what: str, as_of: datetime,
              useful_until: datetime) -> None:
    """Later when the mailbox has had its letters of this hour: nothing is lost, and nobody is flooded."""
    recent = _of_mailbox(enrolment.email).where(Delivery.next_at > as_of - AN_HOUR)
    count = db.session.scalar(recent) or 0
    delivery = posting.post(
        letter, Recipient(enrolment.email, enrolment.name, links.kept_for([enrolment])),
        cause=f"enrolment:{enrolment.id}:{what}:{as_of:%Y%m%dT%H%M%S}", about=f"event:{enrolment.event_id}",
        as_of=as_of, useful_until=useful_until)
    if count >= LETTERS_AN_HOUR:
        delivery.next_at = as_of + AN_HOUR * (count // LETTERS_AN_HOUR)


def _of_mailbox(email: str) -> Any:
    """How many letters about single enrolments, which anybody can cause by filling in a form."""
    return select(func.count()).select_from(Delivery).where(
        Delivery.address == email, Delivery.letter.in_((letters.CONFIRMATION, letters.WITHDRAWN)),
        Delivery.state != "cancelled")


# ---------------------------------------------------------------- all of an event


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it was before this transaction, and what to say of it now."""

    event: Event
    before: Mapping[str, Any]
    as_of: datetime
    is_quiet: bool = False
    _words: dict[Any, Letter] = field(default_factory=dict, compare=False)

    def post(self) -> None:
        about = f"event:{self.event.id}"
        cause = f"{about}:change:{self.event.schedule_version}"
        unsent = _take_back(about, cause)
        held_for = timedelta(minutes=settings_of(self.event.organization).change_held_minutes)
        mailboxes = {} if self.is_quiet and not unsent else _mailboxes(self._enrols_at)
        for email, enrolled in mailboxes.items():
            if self.is_quiet and email not in unsent:
                continue
            # Who has not yet been told of an earlier change compares with what he knows.
            was = Schedule.of(unsent.get(email, self.before), self.event.zone)
            news = news_of(was, self.event)
            if news is None:
                continue
            since = unsent[email]["since"] if email in unsent else self.as_of
            delivery = posting.post(
                self._letter(news, was, enrolled),
                Recipient(email, letters.names_of(enrolled)[:120],
                          links.kept_for(enrolled) | {"was": _kept(was, since)}),
                cause=cause, about=about, as_of=self.as_of, useful_until=self._useful_until(news))
            if delivery.posted_at == self.as_of:
                delivery.next_at = self._leaves_at(news, was, since, held_for)
            for enrolment in enrolled:
                if enrolment.event_id == self.event.id:
                    enrolment.sequence_mailed = self.event.sequence

    def _leaves_at(self, news: News, was: Schedule, since: datetime, held_for: timedelta) -> datetime:
        """A while later, so that what is changed once more by then is one letter; but not for ever, and at once where
        nobody may go any more. No letter at night, unless it is soon."""
        first = min(was.starts_at, self.event.starts_at)
        if first - self.as_of < SOON:
            return self.as_of
        held = self.as_of if news.takes_it_away else max(
            self.as_of, min(self.as_of + held_for, since + held_for * MOST_HELD))
        morning = morning_after(held, self.event.zone)
        return morning if first - morning >= SOON else held

    def _letter(self, news: News, was: Schedule, to: Sequence[Enrolment]) -> Letter:
        reads = (news, was, to[-1].language, len(to) > 1)
        if reads not in self._words:
            self._words[reads] = letters.of_change(self.event, news, was, reads[2], is_several=reads[3])
        return letters.addressed(self._words[reads], self.event, to, self.as_of)

    @property
    def is_first_seen(self) -> bool:
        """Published for the first time: nobody can have heard anything else of it."""
        published = self.event.published_at
        return self.before["state"] not in PUBLIC_STATES and (published is None or published >= self.as_of)

    @property
    def is_past(self) -> bool:
        return (self.event.is_over(self.as_of) and self.event.state != EventState.POSTPONED
                and self.before["state"] != EventState.POSTPONED)

    @property
    def _enrols_at(self) -> int:
        return self.event.parent_id if _follows_parent(self.event) and self.event.parent_id else self.event.id

    def _useful_until(self, news: News) -> datetime | None:
        return None if news is News.POSTPONED or self.event.is_over(self.as_of) else self.event.ends_at


def news_of(was: Schedule, event: Event) -> News | None:
    """What the difference comes to for somebody enrolled; None: nothing to write about."""
    was_on, is_on = was.state in ON, event.state in ON
    if event.state == EventState.CANCELLED:
        return News.CANCELLED if was.state != EventState.CANCELLED else None
    if event.state not in PUBLIC_STATES:
        return News.UNPUBLISHED if was.state in PUBLIC_STATES and was.state != EventState.CANCELLED else None
    if event.state == EventState.POSTPONED:
        return News.POSTPONED if was_on else None
    has_moved = (was.starts_at, was.ends_at, was.is_all_day) != (event.starts_at, event.ends_at, event.is_all_day)
    if has_moved:
        return News.MOVED
    if is_on and not was_on:
        return News.RESTORED
    return News.PLACE if (was.location, was.online_url) != (event.location, event.online_url) else None


def _events_told_of(changes: Sequence[Change]) -> Iterable[Told]:
    """Each event once, from its first change to its last; a stage or session not when its parent is told.
    A quiet change only corrects the letters that have not left yet."""
    first: dict[Event, Told] = {}
    for change in changes:
        if isinstance(change.subject, Event) and "starts_at" in change.before:
            event, earlier = change.subject, first.get(change.subject)
            if earlier is None or (earlier.is_quiet and not change.quiet):
                first[event] = Told(event, change.before, change.as_of, change.quiet)
    loud = {event for event, told in first.items() if not told.is_quiet}
    return [replace(told, is_quiet=told.is_quiet or (_follows_parent(event) and event.parent in loud))
            for event, told in first.items() if not told.is_past and not told.is_first_seen]


def _follows_parent(event: Event) -> bool:
    return bool(event.part and Part(event.part).follows_parent)


def _mailboxes(event_id: int) -> dict[str, list[Enrolment]]:
    """Those to write to, by mailbox; who left only a mobile number is called from the console's list."""
    found: dict[str, list[Enrolment]] = {}
    for enrolment in db.session.scalars(Enrolment.attending_event(event_id).where(Enrolment.email != "")):
        found.setdefault(enrolment.email, []).append(enrolment)
    return found


def _take_back(about: str, cause: str) -> dict[str, dict[str, Any]]:
    """Stops what waits about an older version; by mailbox, how things stood as far as its reader knows."""
    unsent: dict[str, dict[str, Any]] = {}
    for waiting in db.session.scalars(Delivery.waiting().where(
            Delivery.about == about, Delivery.cause != cause,
            Delivery.letter.in_((letters.CHANGED, letters.CANCELLED))).order_by(Delivery.id)):
        waiting.stop(_("有更新的通知代替它"))
        if waiting.fields.get("was"):
            unsent.setdefault(waiting.address, {"since": waiting.posted_at} | _unkept(waiting.fields["was"]))
    return unsent


def _kept(was: Schedule, since: datetime) -> str:
    """As the reader knows it; and when the first change of it was made of which he has not been told."""
    return json.dumps({"since": since.isoformat(), "starts_at": was.starts_at.isoformat(),
                       "ends_at": was.ends_at.isoformat(), "is_all_day": was.is_all_day, "location": was.location,
                       "online_url": was.online_url, "state": was.state})


def _unkept(text: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(text)
    return facts | {name: datetime.fromisoformat(facts[name]) for name in ("starts_at", "ends_at", "since")
                    if name in facts}
