"""A carrier is one connection to the mail server, in a thread that knows no database: it offers a letter, asks
whether it may go on, and gives the words only when that is written down."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue

from app.outbox.answers import Answer, Outcome
from app.outbox.message import Unsendable, envelope
from app.outbox.transport import Transport

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """A claimed letter as it was claimed; each name is a column of the ledger."""

    id: int
    address: str
    name: str
    fields: dict[str, str]
    letter: str
    cause: str
    content_id: int | None
    message_id: str
    domain_group: str
    attempts: int
    posted_at: datetime
    useful_until: datetime | None


@dataclass(frozen=True, slots=True)
class Offered:
    """The server takes sender and recipient; `reply` is given the message, or None where it must not leave."""

    letter: Held
    reply: SimpleQueue[bytes | None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a try ended, whether or not its words had gone. Who waits for a `reply` hears when it was heeded."""

    letter: Held
    answer: Answer
    reply: SimpleQueue[bytes | None] | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """A carrier has no more to do."""

    reply: None = None


class Desk:
    """Where carriers tell what came of their letters. Who listens is woken once, when all of them wait for him, and
    not by each: with dozens of them that would cost more than the letters."""

    def __init__(self) -> None:
        self.carriers = 0  # how many have not left
        self._told: deque[Offered | Ended | Left] = deque()
        self._waiting: deque[None] = deque()
        self._all_wait = threading.Event()

    def tell(self, one: Offered | Ended | Left) -> None:
        if one.reply is not None or isinstance(one, Left):
            self._waiting.append(None)  # before what is told, so that whoever takes that finds it
        self._told.append(one)
        if len(self._waiting) >= self.carriers:
            self._all_wait.set()

    def hear(self, patience: float) -> list[Offered | Ended | Left]:
        """All that was told by the time that every carrier waits, or `patience` seconds are over."""
        self._all_wait.wait(patience)
        self._all_wait.clear()
        told = [self._told.popleft() for _ in range(len(self._told))]
        for one in told:
            if one.reply is not None or isinstance(one, Left):
                self._waiting.popleft()
                self.carriers -= isinstance(one, Left)
        return told


@dataclass(slots=True)
class Carrier:
    """`letters` to take from, None at the end; `desk` hears what comes of each; `set_aside`: not to be offered."""

    road: Transport
    sender: str
    letters: SimpleQueue[Held | None]
    desk: Desk
    set_aside: Set[int]
    reply: SimpleQueue[bytes | None] = field(default_factory=SimpleQueue)

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name="carrier", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        try:
            while (letter := self.letters.get()) is not None:
                if letter.id not in self.set_aside:
                    self._carry(letter)
        finally:
            self.desk.tell(Left())

    def _carry(self, letter: Held) -> None:
        answer = self._offer(letter)
        if answer.is_ok:
            self.desk.tell(Offered(letter, self.reply))
            message = self.reply.get()
            if message is None:
                self.road.withdraw()
                return
            answer = self._give(message)
        if answer.is_ok:
            self.desk.tell(Ended(letter, answer))
        else:  # it may mean that the next one should not be offered
            self.desk.tell(Ended(letter, answer, self.reply))
            self.reply.get()

    def _offer(self, letter: Held) -> Answer:
        try:
            return self.road.offer(self.sender, envelope(letter.address))
        except Unsendable:
            return Answer(Outcome.REFUSED, words="地址写法有误，邮件服务器不会接受")
        except Exception as error:  # one letter must not hold up the rest
            log.exception("letter %s could not be offered", letter.id)
            return Answer(Outcome.LATER, words=type(error).__name__)

    def _give(self, message: bytes) -> Answer:
        try:
            return self.road.data(message)
        except Exception as error:
            log.exception("a letter broke off")
            self.road.close()
            return Answer(Outcome.UNKNOWN, words=type(error).__name__)
