"""A claimed batch on its way. Carriers talk to the mail server; this thread alone talks to the database, and what
they ask of it while one transaction is written to disk goes into the next one together.

A letter is marked as begun before its words go, and its end is written at the latest with the beginning of the same
carrier's next one: a crash leaves one letter a connection of which nobody can know (RFC 1047).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from queue import SimpleQueue

from flask import current_app

from app.db import db
from app.outbox import claiming
from app.outbox.carriers import Carrier, Desk, Ended, Held, Offered
from app.outbox.endings import record
from app.outbox.leaving import Words, leave
from app.outbox.patience import patiently
from app.outbox.transport import Roads

log = logging.getLogger(__name__)

WORK_FOR = 240  # seconds a batch may take: the lease of its last letter must not run out meanwhile
AT_THE_LATEST = 0.02  # seconds until what was told is written, where not every carrier waits for it


def never() -> bool:
    return False


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
    def __init__(self, token: str, letters: Sequence[Held], clock: Clock,
                 is_stopped: Callable[[], bool] = never) -> None:
        self.token, self.letters, self.clock, self.is_stopped = token, letters, clock, is_stopped
        self.waiting: SimpleQueue[Held | None] = SimpleQueue()
        self.desk = Desk()
        self.set_aside: set[int] = set()
        self.ended: list[Ended] = []
        self.is_over = False

    def send(self, by: Roads) -> None:
        """Comes back when every letter ended or was given back. Commits often."""
        self.words = Words.of(self.letters)
        roads = by.take(min(len(self.letters), current_app.config["MAIL_CONNECTIONS"]))
        db.session.rollback()
        for letter in self.letters:
            self.waiting.put(letter)
        for _ in roads:
            self.waiting.put(None)
        sender = parseaddr(self.words.sender)[1]
        carriers = [Carrier(road, sender, self.waiting, self.desk, self.set_aside) for road in roads]
        self.desk.carriers = len(carriers)
        threads = [carrier.start() for carrier in carriers]
        try:
            self._attend()
        finally:
            self._dismiss(carriers, threads)

    def _attend(self) -> None:
        while self.desk.carriers or self.ended:
            told = self.desk.hear(AT_THE_LATEST) if self.desk.carriers else []
            self.ended += [one for one in told if isinstance(one, Ended)]
            offered = [one for one in told if isinstance(one, Offered)]
            if offered or (self.ended and (not told or not self.desk.carriers or not all(
                    one.answer.is_ok for one in self.ended))):
                self._settle(offered)
            if self.clock.elapsed > WORK_FOR or self.is_stopped():
                self._give_back()

    def _settle(self, offered: Sequence[Offered]) -> None:
        """Writes what ended and what begins now in one transaction, then lets the carriers go on."""
        ended, self.ended = self.ended, []
        messages, failed = self.words.made([one.letter for one in offered], self.clock())
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
        begun, faults = leave([one.letter for one in offered], messages, self.words, self.token, moment)
        lost |= record(faults, self.token, moment) if faults else set()
        db.session.commit()
        return begun, faults, lost

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
                self._put_back(group=one.letter.domain_group)

    def _give_back(self, next_at: datetime | None = None) -> None:
        if not self.is_over:
            self.is_over = True
            self.set_aside |= {one.id for one in self.letters}
            self._put_back(next_at=next_at)

    def _put_back(self, *, next_at: datetime | None = None, group: str = "") -> None:
        def write() -> None:
            claiming.put_back(self.token, next_at=next_at, group=group)
            db.session.commit()

        patiently(write)

    def _dismiss(self, carriers: list[Carrier], threads: list[threading.Thread]) -> None:
        """However it ended, no carrier waits for ever: not for what we heard of and could not write either."""
        self.set_aside |= {one.id for one in self.letters}
        for carrier in carriers:
            carrier.reply.put(None)
        while any(thread.is_alive() for thread in threads):
            for one in self.desk.hear(AT_THE_LATEST):
                if one.reply is not None:
                    one.reply.put(None)
