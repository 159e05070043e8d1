"""Sends what is due: claim, commit, then letter by letter, each recorded as it ends.

No mail server is ever waited for inside a transaction. Between a server's acceptance and our commit nobody can
know what happened (RFC 1047): that letter alone may arrive twice, under one Message-ID.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from app.db import db, reading
from app.outbox import claiming, gates, holding, late, pace, storms, transport
from app.outbox.answers import AFTER_UNKNOWN, FULL_THRICE, Answer, Outcome, last_chance, retry_after
from app.outbox.claiming import LEASE_FOR_DATA, LeaseLost, fenced
from app.outbox.message import Prepared, Unsendable, envelope
from app.outbox.models import Attempt, Delivery, DeliveryState, Suppression, address_hash
from app.outbox.transport import Transport

log = logging.getLogger(__name__)

WORK_FOR = 240  # seconds a batch may take: the lease of its last letter must not run out meanwhile
ENDED: dict[str, Any] = {"claim": None, "lease_until": None}


def deliver(as_of: datetime, limit: int = 200, node: str = "") -> int:
    """Sends up to `limit` letters that are due; how many were taken up. Commits: claim, start and end of each."""
    clock = _Clock(as_of)
    db.session.commit()
    with reading():  # an idle ring takes no write lock
        nothing = not claiming.is_anything_due(as_of) or bool(holding.held())
        db.session.commit()
    if nothing:
        return 0
    token, letters = claiming.claim(as_of, claiming.room(as_of, limit), node)
    db.session.commit()
    if letters:
        _send_all(token, letters, clock)
    return len(letters)


def tidy(as_of: datetime) -> int:
    """What time does to letters: leases run out, unknown ones get their second try, useless ones are missed."""
    return claiming.reap(as_of) + claiming.give_second_chance(as_of) + claiming.miss(as_of)


class _Clock:
    """`as_of`, and the seconds that went by since."""

    def __init__(self, as_of: datetime) -> None:
        self.as_of, self._began = as_of, time.monotonic()

    @property
    def elapsed(self) -> int:
        return int(time.monotonic() - self._began)

    def __call__(self) -> datetime:
        return self.as_of + timedelta(seconds=self.elapsed)


def _send_all(token: str, letters: list[Delivery], clock: _Clock) -> None:
    prepared: dict[int | None, Prepared] = {}
    ids, given_back = [letter.id for letter in letters], set[int]()
    road = transport.here()
    db.session.rollback()
    try:
        for id in ids:
            if id in given_back:
                continue
            answer = _send(id, token, road, clock, prepared)
            if answer.pauses_house:
                given_back |= _give_back_house(id, token)
            if answer.stops_batch:
                log.warning("mail is paused: %s", answer)
                claiming.put_back(token, next_at=clock() + answer.wait)
                break
            if clock.elapsed > WORK_FOR:
                claiming.put_back(token)
                break
        db.session.commit()
    except LeaseLost as lost:
        log.warning("another sender holds letter %s; this batch ends", lost)
        db.session.rollback()
    finally:
        road.close()


def _give_back_house(id: int, token: str) -> set[int]:
    """The other letters to the same house wait with it; which they are."""
    group = db.session.get_one(Delivery, id).domain_group
    waiting = set(db.session.scalars(Delivery.held_by(token).where(
        Delivery.domain_group == group).with_only_columns(Delivery.id)))
    claiming.put_back(token, group=group)
    db.session.commit()
    log.warning("mail to %s is paused", group)
    return waiting


def _send(id: int, token: str, road: Transport, clock: _Clock, prepared: dict[int | None, Prepared]) -> Answer:
    try:
        return _send_one(id, token, road, clock, prepared)
    except Unsendable:
        answer = Answer(Outcome.REFUSED, words="地址写法有误，邮件服务器不会接受")
    except LeaseLost:
        raise
    except Exception as error:  # one letter that cannot be made must not hold up the rest
        log.exception("letter %s could not be sent", id)
        answer = Answer(Outcome.LATER, words=type(error).__name__)
    db.session.rollback()
    road.withdraw()
    letter = _ours(id, token)
    if letter.data_begun_at is not None:
        answer = Answer(Outcome.UNKNOWN, words=answer.words)
    _record(letter, token, answer, clock())
    db.session.commit()
    return answer


def _send_one(id: int, token: str, road: Transport, clock: _Clock, prepared: dict[int | None, Prepared]) -> Answer:
    with reading():
        letter = _ours(id, token)
        message = _written(letter, clock(), prepared)
        address = envelope(letter.address)
        db.session.rollback()
    answer = road.offer(parseaddr(current_app.config["MAIL_FROM"])[1], address)
    letter, moment = _ours(id, token), clock()
    if stopped := _objection(letter, moment):
        if answer.is_ok:
            road.withdraw()
        fenced(id, token, **ENDED, state=stopped[0].value, reason=stopped[1][:300])
        db.session.commit()
        return Answer(Outcome.REFUSED, words=stopped[1])
    if not answer.is_ok:
        _record(letter, token, answer, moment)
        db.session.commit()
        return answer
    if late.has_late_fields(letter.letter):
        message = _written(letter, moment, prepared, late.late_fields(letter, moment))
    fenced(id, token, data_begun_at=moment, lease_until=moment + LEASE_FOR_DATA)
    db.session.commit()
    answer = road.data(message)
    _record(_ours(id, token), token, answer, clock())
    db.session.commit()
    return answer


def _ours(id: int, token: str) -> Delivery:
    letter = db.session.get(Delivery, id, populate_existing=True)
    if letter is None or letter.claim != token or letter.state != DeliveryState.CLAIMED:
        raise LeaseLost(id)
    return letter


def _written(letter: Delivery, moment: datetime, prepared: dict[int | None, Prepared],
             more: Mapping[str, str] | None = None) -> bytes:
    if letter.content_id not in prepared:
        if letter.content is None:
            raise LookupError("a letter without words")
        prepared[letter.content.id] = Prepared.of(letter.content)
    local = moment.astimezone(ZoneInfo(current_app.config["TIMEZONE"]))
    return prepared[letter.content_id].to(letter, sender=current_app.config["MAIL_FROM"], at=local, late=more)


def _objection(letter: Delivery, moment: datetime) -> tuple[DeliveryState, str] | None:
    """Why the letter must not leave, asked freshly, just before it would."""
    if letter.useful_until and letter.useful_until <= moment:
        return DeliveryState.MISSED, claiming.MISSED
    barred = db.session.get(Suppression, address_hash(letter.address))
    if barred is not None:
        return DeliveryState.SUPPRESSED, f"这个地址不再发送：{barred.evidence or barred.kind}"
    reason = gates.objection(letter, moment)
    return (DeliveryState.CANCELLED, reason) if reason else None


def _record(letter: Delivery, token: str, answer: Answer, moment: datetime) -> None:
    """How the try ended, fenced by the claim; commit after it."""
    values = _ending(letter, answer, moment)
    fenced(letter.id, token, **ENDED, last_code=answer.code, **values)
    db.session.add(Attempt(delivery_id=letter.id, at=moment, code=answer.code, answer=str(answer)))
    pace.hear(letter.domain_group, answer, moment)
    if answer.outcome is Outcome.REFUSED and storms.pause_if_stormy(letter.cause, moment):
        log.warning("letters of %s come back; the rest waits", letter.cause)
    if answer.is_unknown_address and db.session.get(Suppression, address_hash(letter.address)) is None:
        db.session.add(Suppression(address_hash=address_hash(letter.address), kind="hard", since=moment,
                                   evidence=str(answer)))


def _ending(letter: Delivery, answer: Answer, moment: datetime) -> dict[str, Any]:
    match answer.outcome:
        case Outcome.ACCEPTED:
            kept = transport.KEPT if answer.words == transport.KEPT else ""
            return {"state": DeliveryState.ACCEPTED.value, "sent_at": moment, "reason": kept}
        case Outcome.REFUSED:
            return {"state": DeliveryState.FAILED.value, "reason": str(answer)}
        case Outcome.UNKNOWN:
            return {"state": DeliveryState.AMBIGUOUS.value, "unanswered": Delivery.unanswered + 1,
                    "next_at": moment + AFTER_UNKNOWN, "reason": str(answer)}
        case Outcome.LATER if answer.is_mailbox_full and letter.attempts >= FULL_THRICE:
            return {"state": DeliveryState.FAILED.value, "reason": f"对方邮箱已满：{answer}"[:300]}
        case Outcome.LATER:
            return _again(letter, answer, moment + retry_after(letter.attempts, letter.message_id), {})
    return _again(letter, answer, moment + answer.wait, {"attempts": Delivery.attempts - 1})


def _again(letter: Delivery, answer: Answer, next_at: datetime, more: dict[str, Any]) -> dict[str, Any]:
    if next_at >= last_chance(letter.posted_at, letter.useful_until):
        return {"state": DeliveryState.FAILED.value, "reason": f"直到失去用处也没有送达：{answer}"[:300]}
    return {"state": DeliveryState.PENDING.value, "next_at": next_at, "reason": str(answer), **more}
