"""What a mail server's answer means for a letter: by its code and by how far the letter had got (RFC 5321 4.2)."""

from __future__ import annotations

import enum
import re
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

_ENHANCED = re.compile(r"^\s*([245]\.\d{1,3}\.\d{1,3})\b")

RETRY_AFTER = (1, 5, 15, 60)  # minutes
THEN_EVERY = 120
FULL_SERVER = "4.3.1"  # RFC 3463 3.4: the mail system is full, not a mailbox
FULL_THRICE = 3  # a mailbox that is full at the third try is not asked again
GIVE_UP_AFTER = timedelta(days=5)
AFTER_UNKNOWN = timedelta(minutes=15)
AFTER_POLICY = timedelta(minutes=15)
AFTER_BUSY = timedelta(minutes=5)
AFTER_NO_RELAY = timedelta(minutes=1)


class Outcome(enum.Enum):
    ACCEPTED = enum.auto()
    LATER = enum.auto()  # the server asks to try again
    REFUSED = enum.auto()  # it will never take this letter
    POLICY = enum.auto()  # it does not take it from us: our fault, not the recipient's
    NO_RELAY = enum.auto()  # no server, or it lets us send nothing at all
    BUSY = enum.auto()  # 421: it closes the conversation
    HOUSE_BUSY = enum.auto()  # the same, said of a recipient: that house is busy, others may not be
    UNKNOWN = enum.auto()  # lost after the letter's words had gone


@dataclass(frozen=True, slots=True)
class Answer:
    outcome: Outcome
    code: int | None = None
    words: str = ""

    @property
    def is_ok(self) -> bool:
        return self.outcome is Outcome.ACCEPTED

    @property
    def stops_batch(self) -> bool:
        return self.outcome in (Outcome.NO_RELAY, Outcome.BUSY)

    @property
    def is_unknown_address(self) -> bool:
        """RFC 3463 5.1.x: there is no such mailbox, and there will be none tomorrow."""
        return self.outcome is Outcome.REFUSED and self.enhanced.startswith("5.1.")

    @property
    def pauses_house(self) -> bool:
        return self.outcome in (Outcome.HOUSE_BUSY, Outcome.POLICY)

    @property
    def is_mailbox_full(self) -> bool:
        return self.code == 552 or self.enhanced[1:] == ".2.2"

    @property
    def enhanced(self) -> str:
        found = _ENHANCED.match(self.words)
        return found[1] if found else ""

    @property
    def wait(self) -> timedelta:
        """How long to leave off when it is no fault of the letter."""
        return {Outcome.BUSY: AFTER_BUSY, Outcome.HOUSE_BUSY: AFTER_BUSY,
                Outcome.POLICY: AFTER_POLICY}.get(self.outcome, AFTER_NO_RELAY)

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.code or ""), self.words) if part)[:300]


def read(code: int, said: bytes | str, *, to_sender: bool = False) -> Answer:
    """The meaning of a reply. `to_sender`: it was about us (EHLO, AUTH, MAIL), not about a recipient or a letter."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    words = " ".join(words.split())
    answer = Answer(Outcome.ACCEPTED, code, words)
    if 200 <= code < 400:
        return answer
    if code == 421:
        return Answer(Outcome.BUSY if to_sender else Outcome.HOUSE_BUSY, code, words)
    if code < 500 and (answer.enhanced == FULL_SERVER or (to_sender and code == 452)):
        return Answer(Outcome.NO_RELAY, code, words)  # it has no room for anybody's letter
    is_soft = code < 500 or code == 552 or answer.enhanced == "5.2.2"
    if is_soft:
        return Answer(Outcome.LATER, code, words)
    if to_sender:
        return Answer(Outcome.NO_RELAY, code, words)
    if answer.enhanced.startswith("5.7.") or code == 530:
        return Answer(Outcome.POLICY, code, words)
    return Answer(Outcome.REFUSED, code, words)


def retry_after(attempts: int, name: str = "") -> timedelta:
    """1, 5, 15 and 60 minutes, then every two hours, a fifth more or less by the letter's name: those that were
    refused together do not come back together."""
    if 0 < attempts <= len(RETRY_AFTER):
        return timedelta(minutes=RETRY_AFTER[attempts - 1])
    spread = zlib.crc32(f"{name}:{attempts}".encode()) / 0xFFFFFFFF if name else 0.5
    return timedelta(minutes=THEN_EVERY * (0.8 + 0.4 * spread))


def last_chance(posted_at: datetime, useful_until: datetime | None) -> datetime:
    """When trying ends: the letter no longer helps, or five days went by."""
    ends = posted_at + GIVE_UP_AFTER
    return min(ends, useful_until) if useful_until else ends
