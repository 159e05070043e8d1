"""A claimed batch on its way. Carriers talk to the mail server; this thread alone talks to the database, and what
they ask of it while one transaction is written to disk goes into the next one together.

A letter is marked as begun before its words go, and its end is written at the latest with the beginning of the same
carrier's next one: a crash leaves one letter a connection of which nobody can know (RFC 1047).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import parseaddr
from queue import Empty, SimpleQueue
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import bindparam, select

from app.db import db, reading
from app.outbox import claiming, gates, late, transport
from app.outbox.answers import Answer, Outcome
from app.outbox.carriers import Carrier, Ended, Held, Left, Offered
from app.outbox.endings import begin, fenced, record
from app.outbox.message import Prepared
from app.outbox.models import Delivery, DeliveryState, LetterContent, Suppression, address_hash
from app.outbox.patience import patiently

log = logging.getLogger(__name__)

WORK_FOR = 240  # seconds a batch may take: the lease of its last letter must not run out meanwhile
SETTLE_AFTER = 0.002  # seconds: the next letter is offered by then, or it takes its time
Told = Offered | Ended | Left

# Built once: they are said for every few letters.
_FRESH = (select(Delivery).where(Delivery.id.in_(bindparam("ids", expanding=True)),
                                 Delivery.claim == bindparam("token"), Delivery.state == DeliveryState.CLAIMED.value)
          .execution_options(populate_existing=True))
_BARRED = select(Suppression).where(Suppression.address_hash.in_(bindparam("marks", expanding=True)))


class Clock:
    """`as_of`, and the seconds that went by since."""

    def __init__(self, as_of: datetime) -> None:
        self.as_of, self._began = as_of, time.monotonic()

    @property
    def elapsed(self) -> int:
        return int(time.monotonic() - self._began)

    def __call__(self) -> datetime:
        return self.as_of + timedelta(seconds=self.elapsed)


class Batch:
    def __init__(self, token: str, letters: Sequence[Held], clock: Clock) -> None:
        self.token, self.letters, self.clock = token, letters, clock
        self.waiting: SimpleQueue[Held | None] = SimpleQueue()
        self.told: SimpleQueue[Told] = SimpleQueue()
        self.set_aside: set[int] = set()
        self.ended: list[Ended] = []
        self.is_over = False
        self.zone = ZoneInfo(current_app.config["TIMEZONE"])
        self.sender = current_app.config["MAIL_FROM"]

    def send(self) -> None:
        """Comes back when every letter ended or was given back. Commits often."""
        self.words = _words_of(self.letters)
        roads = [transport.here() for _ in range(min(len(self.letters), current_app.config["MAIL_CONNECTIONS"]))]
        db.session.rollback()
        for letter in self.letters:
            self.waiting.put(letter)
        for _ in roads:
            self.waiting.put(None)
        sender = parseaddr(self.sender)[1]
        threads = [Carrier(road, sender, self.waiting, self.told, self.set_aside).start() for road in roads]
        try:
            self._attend(len(threads))
        finally:
            self._dismiss(threads)

    def _attend(self, carriers: int) -> None:
        while carriers or self.ended:
            told = self._hear(SETTLE_AFTER if self.ended else None, carriers) if carriers else []
            carriers -= sum(isinstance(one, Left) for one in told)
            self.ended += [one for one in told if isinstance(one, Ended)]
            offered = [one for one in told if isinstance(one, Offered)]
            if offered or not all(one.answer.is_ok for one in self.ended) or not told or not carriers:
                self._settle(offered)
            if self.clock.elapsed > WORK_FOR:
                self._give_back()

    def _hear(self, patience: float | None, carriers: int = 1) -> list[Told]:
        """What is told until every carrier has spoken, or a moment after the first; nothing when patience ends."""
        told: list[Told] = []
        try:
            told.append(self.told.get(timeout=patience))
            until = time.monotonic() + SETTLE_AFTER
            while len(told) < carriers:
                told.append(self.told.get(timeout=max(0.0, until - time.monotonic())))
        except Empty:
            pass
        return told

    def _settle(self, offered: Sequence[Offered]) -> None:
        """Writes what ended and what begins now in one transaction, then lets the carriers go on."""
        ended, self.ended = self.ended, []
        messages, failed = self._made([one.letter for one in offered], self.clock())
        ended += failed
        begun: dict[int, bytes] = {}
        try:
            begun, faults, lost = patiently(lambda: self._written(ended, offered, messages))
        except BaseException:
            db.session.rollback()
            raise
        finally:
            for one in offered:
                one.reply.put(begun.get(one.letter.id))
        if lost:
            log.warning("another sender holds %s of our letters; this batch ends", len(lost))
            self._give_back()
        self._heed([*ended, *faults])
        for one in ended:
            if one.reply is not None:
                one.reply.put(None)

    def _written(self, ended: Sequence[Ended], offered: Sequence[Offered],
                 messages: dict[int, bytes]) -> tuple[dict[int, bytes], list[Ended], set[int]]:
        """What may go, what could not be asked about, and which letters were no longer ours. Safe to repeat."""
        moment = self.clock()
        lost = record(ended, self.token, moment) if ended else set()
        begun, faults = self._begin([one.letter for one in offered], messages, moment)
        lost |= record(faults, self.token, moment) if faults else set()
        db.session.commit()
        return begun, faults, lost

    def _made(self, letters: Sequence[Held], moment: datetime,
              more: Mapping[str, str] | None = None) -> tuple[dict[int, bytes], list[Ended]]:
        """The messages, and those that cannot be made: they hold up nobody."""
        messages: dict[int, bytes] = {}
        failed: list[Ended] = []
        for letter in letters:
            try:
                if letter.content_id is None:
                    raise LookupError("a letter without words")
                messages[letter.id] = self.words[letter.content_id].to(
                    letter, sender=self.sender, at=moment.astimezone(self.zone), late=more)
            except Exception as error:
                log.exception("letter %s could not be made", letter.id)
                failed.append(Ended(letter, Answer(Outcome.LATER, words=type(error).__name__)))
        return messages, failed

    def _begin(self, letters: Sequence[Held], messages: dict[int, bytes],
               moment: datetime) -> tuple[dict[int, bytes], list[Ended]]:
        """Asks freshly whether each may leave, and marks those that do; the rest is stopped or failed."""
        ids = list(messages)
        if not ids:
            return {}, []
        fresh = {one.id: one for one in db.session.scalars(_FRESH, {"ids": ids, "token": self.token})}
        barred = _barred(fresh.values())
        begun: dict[int, bytes] = {}
        faults: list[Ended] = []
        for letter in letters:
            if (one := fresh.get(letter.id)) is None:
                continue  # taken back, or another's by now
            try:
                with _apart(one):
                    stopped = _objection(one, moment, barred)
                    more = late.late_fields(one, moment) if not stopped and late.has_late_fields(one.letter) else None
            except Exception as error:  # a gate that cannot be asked lets nothing through, and holds up nobody
                log.exception("letter %s could not be asked about", letter.id)
                faults.append(Ended(letter, Answer(Outcome.LATER, words=type(error).__name__)))
                continue
            if stopped:
                fenced([letter.id], self.token, state=stopped[0].value, reason=stopped[1][:300])
                continue
            made, failed = self._made([letter], moment, more) if more else (messages, [])
            begun |= {letter.id: made[letter.id]} if not failed else {}
            faults += failed
        if begun:
            begin(list(begun), self.token, moment)
        return begun, faults

    def _heed(self, ended: Sequence[Ended]) -> None:
        """What the answers mean for the letters not yet begun."""
        for one in ended:
            if one.answer.stops_batch:
                log.warning("mail is paused: %s", one.answer)
                self._give_back(next_at=self.clock() + one.answer.wait)
            elif one.answer.pauses_house:
                log.warning("mail to %s is paused: %s", one.letter.domain_group, one.answer)
                self.set_aside |= {other.id for other in self.letters
                                   if other.domain_group == one.letter.domain_group}
                claiming.put_back(self.token, group=one.letter.domain_group)
                db.session.commit()

    def _give_back(self, next_at: datetime | None = None) -> None:
        if not self.is_over:
            self.is_over = True
            self.set_aside |= {one.id for one in self.letters}
            claiming.put_back(self.token, next_at=next_at)
            db.session.commit()

    def _dismiss(self, carriers: list[threading.Thread]) -> None:
        """However it ended, no carrier waits for ever."""
        self.set_aside |= {one.id for one in self.letters}
        while any(carrier.is_alive() for carrier in carriers):
            for one in self._hear(SETTLE_AFTER):
                if not isinstance(one, Left) and one.reply is not None:
                    one.reply.put(None)


@contextmanager
def _apart(one: Delivery) -> Iterator[None]:
    """Where a room is asked, its mistake must not take the others' transaction with it."""
    if gates.has_gate(one.letter) or late.has_late_fields(one.letter):
        with db.session.begin_nested():
            yield
    else:
        yield


def _objection(letter: Delivery, moment: datetime,
               barred: Mapping[str, Suppression]) -> tuple[DeliveryState, str] | None:
    """Why the letter must not leave, asked freshly, just before it would."""
    if letter.useful_until and letter.useful_until <= moment:
        return DeliveryState.MISSED, claiming.MISSED
    if found := barred.get(address_hash(letter.address)):
        return DeliveryState.SUPPRESSED, f"这个地址不再发送：{found.evidence or found.kind}"
    reason = gates.objection(letter, moment)
    return (DeliveryState.CANCELLED, reason) if reason else None


def _barred(letters: Iterable[Delivery]) -> dict[str, Suppression]:
    marks = [address_hash(one.address) for one in letters]
    return {one.address_hash: one for one in db.session.scalars(_BARRED, {"marks": marks})}


def _words_of(letters: Sequence[Held]) -> dict[int, Prepared]:
    """The words of all, made ready once each."""
    with reading():
        found = db.session.scalars(select(LetterContent).where(
            LetterContent.id.in_({one.content_id for one in letters if one.content_id}))).all()
        prepared = {one.id: Prepared.of(one) for one in found}
        db.session.rollback()
    return prepared
