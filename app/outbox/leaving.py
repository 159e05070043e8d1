"""A letter's last question: whether it may leave now, asked freshly of its room; and the words with which it does."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import bindparam, select

from app.db import db, reading
from app.outbox import claiming, gates, late
from app.outbox.answers import Answer, Outcome
from app.outbox.carriers import Ended, Held
from app.outbox.endings import begin, fenced
from app.outbox.message import Prepared
from app.outbox.models import Delivery, DeliveryState, LetterContent, Suppression, address_hash

log = logging.getLogger(__name__)

# Built once: they are said for every few letters.
_FRESH = (select(Delivery).where(Delivery.id.in_(bindparam("ids", expanding=True)),
                                 Delivery.claim == bindparam("token"), Delivery.state == DeliveryState.CLAIMED.value)
          .execution_options(populate_existing=True))
_BARRED = select(*(Suppression.__table__.c[name] for name in ("address_hash", "evidence", "kind"))).where(
    Suppression.__table__.c.address_hash.in_(bindparam("marks", expanding=True)))


@dataclass(frozen=True, slots=True)
class Words:
    """What the letters of a batch say, made ready once for all who get the same; by content."""

    prepared: Mapping[int, Prepared]
    sender: str
    zone: ZoneInfo

    @classmethod
    def of(cls, letters: Sequence[Held]) -> Words:
        with reading():
            found = db.session.scalars(select(LetterContent).where(
                LetterContent.id.in_({one.content_id for one in letters if one.content_id}))).all()
            prepared = {one.id: Prepared.of(one) for one in found}
            db.session.rollback()
        return cls(prepared, current_app.config["MAIL_FROM"], ZoneInfo(current_app.config["TIMEZONE"]))

    def made(self, letters: Sequence[Held], moment: datetime,
              more: Mapping[str, str] | None = None) -> tuple[dict[int, bytes], list[Ended]]:
        """The messages, and those that cannot be made: they hold up nobody."""
        messages: dict[int, bytes] = {}
        failed: list[Ended] = []
        for letter in letters:
            try:
                if letter.content_id is None:
                    raise LookupError("a letter without words")
                messages[letter.id] = self.prepared[letter.content_id].to(
                    letter, sender=self.sender, at=moment.astimezone(self.zone), late=more)
            except Exception as error:
                log.exception("letter %s could not be made", letter.id)
                failed.append(Ended(letter, Answer(Outcome.LATER, words=type(error).__name__)))
        return messages, failed


def leave(letters: Sequence[Held], messages: Mapping[int, bytes], words: Words, token: str,
          moment: datetime) -> tuple[dict[int, bytes], list[Ended]]:
    """Asks freshly whether each may leave, and marks those that do: their messages, and what could not be asked
    about. The rest is stopped. Commit after it."""
    if not messages:
        return {}, []
    barred, fresh = _barred(letters), _fresh(letters, token)
    begun: dict[int, bytes] = {}
    faults: list[Ended] = []
    for letter in letters:
        one = fresh.get(letter.id)
        if letter.id not in messages or (one is None and _has_room_asked(letter)):
            continue  # cannot be made; taken back, or another's by now
        try:
            stopped, more = _told_of(one or letter, moment, barred), None
            if one is not None and not stopped:
                with db.session.begin_nested():  # a room's mistake must not take the others' with it
                    reason = gates.objection(one, moment)
                    stopped = (DeliveryState.CANCELLED, reason) if reason else None
                    more = late.late_fields(one, moment) if not stopped else None
        except Exception as error:  # a gate that cannot be asked lets nothing through, and holds up nobody
            log.exception("letter %s could not be asked about", letter.id)
            faults.append(Ended(letter, Answer(Outcome.LATER, words=type(error).__name__)))
            continue
        if stopped:
            fenced([letter.id], token, state=stopped[0].value, reason=stopped[1][:300])
            continue
        made, failed = words.made([letter], moment, more) if more else (messages, [])
        begun |= {letter.id: made[letter.id]} if not failed else {}
        faults += failed
    ours = begin(list(begun), token, moment) if begun else set()
    return {id: words for id, words in begun.items() if id in ours}, faults


def _fresh(letters: Sequence[Held], token: str) -> dict[int, Delivery]:
    """Those about which a room is asked, as they are now."""
    ids = [one.id for one in letters if _has_room_asked(one)]
    return {one.id: one for one in db.session.scalars(_FRESH, {"ids": ids, "token": token})} if ids else {}


def _has_room_asked(letter: Held) -> bool:
    """Whether the room that wrote it has a word to say when it leaves."""
    return gates.has_gate(letter.letter) or late.has_late_fields(letter.letter)


def _told_of(letter: Held | Delivery, moment: datetime,
             barred: Mapping[str, str]) -> tuple[DeliveryState, str] | None:
    """Why the letter must not leave, whatever its room says."""
    if letter.useful_until and letter.useful_until <= moment:
        return DeliveryState.MISSED, claiming.MISSED
    if (why := barred.get(address_hash(letter.address))) is not None:
        return DeliveryState.SUPPRESSED, f"这个地址不再发送：{why}"
    return None


def _barred(letters: Iterable[Held]) -> dict[str, str]:
    """The addresses among theirs that get no letters, by their hash: why."""
    marks = [address_hash(one.address) for one in letters]
    found = db.session.execute(_BARRED, {"marks": marks})
    return {one.address_hash: one.evidence or one.kind for one in found}
