"""What becomes of letters when their tries ended: written for many at once, fenced by the claim."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from app.db import db
from app.outbox import pace, relay, storms, transport
from app.outbox.answers import AFTER_UNKNOWN, FULL_THRICE, Answer, Outcome, last_chance, retry_after
from app.outbox.carriers import Ended, Held
from app.outbox.claiming import LEASE_FOR_DATA
from app.outbox.models import Attempt, Delivery, DeliveryState, Suppression, address_hash

log = logging.getLogger(__name__)

RELEASED: dict[str, Any] = {"claim": None, "lease_until": None}
_CLAIMED = DeliveryState.CLAIMED.value
_AS_IT_IS = {"synchronize_session": False}

# Built once: they are said for every few letters.
_ROW = Delivery.__table__.c
_HELD = update(Delivery.__table__).where(
    _ROW.id.in_(bindparam("ids", expanding=True)), _ROW.state == _CLAIMED, _ROW.claim == bindparam("token")
).returning(_ROW.id)
_BEGIN = _HELD.values(data_begun_at=bindparam("begun"), lease_until=bindparam("until"))
_ACCEPT = _HELD.values(**RELEASED, state=DeliveryState.ACCEPTED.value, sent_at=bindparam("moment"),
                       reason=bindparam("kept"), last_code=bindparam("answered"))
_TRIED = insert(Attempt.__table__)


def record(ended: Sequence[Ended], token: str, moment: datetime) -> set[int]:
    """Commit after it. Gives the ids of letters that were no longer ours: of those nothing is written."""
    lost = _write_accepted([one for one in ended if one.answer.is_ok], token, moment)
    for one in ended:
        if not one.answer.is_ok and not fenced([one.letter.id], token, last_code=one.answer.code,
                                               **_ending(one.letter, one.answer, moment)):
            lost.add(one.letter.id)
    ours = [one for one in ended if one.letter.id not in lost]
    if ours:
        db.session.connection().execute(_TRIED, [{
            "delivery_id": one.letter.id, "at": moment, "code": one.answer.code, "answer": str(one.answer)}
            for one in ours])
        pace.hear([(one.letter.domain_group, one.answer) for one in ours], moment)
        relay.hear([one.answer for one in ours], moment)
        _learn(ours, moment)
    return lost


def fenced(ids: Sequence[int], token: str, **values: Any) -> set[int]:
    """Writes to letters we hold, and lets them go; those that were ours."""
    return set(db.session.scalars(update(Delivery).where(
        Delivery.id.in_(ids), Delivery.state == _CLAIMED, Delivery.claim == token)
        .values(**RELEASED, **values).returning(Delivery.id), execution_options=_AS_IT_IS))


def begin(ids: Sequence[int], token: str, moment: datetime) -> set[int]:
    """The words of those that are ours go now: which."""
    return set(db.session.connection().scalars(_BEGIN, {
        "ids": ids, "token": token, "begun": moment, "until": moment + LEASE_FOR_DATA}))


def _write_accepted(ended: Sequence[Ended], token: str, moment: datetime) -> set[int]:
    alike: dict[tuple[int | None, str], list[int]] = defaultdict(list)
    for one in ended:
        alike[one.answer.code, transport.KEPT if one.answer.words == transport.KEPT else ""].append(one.letter.id)
    lost: set[int] = set()
    for (code, kept), ids in alike.items():
        lost |= set(ids) - set(db.session.connection().scalars(_ACCEPT, {
            "ids": ids, "token": token, "moment": moment, "kept": kept, "answered": code}))
    return lost


def _learn(ended: Sequence[Ended], moment: datetime) -> None:
    """Of an address that does not exist, and of a list gone bad."""
    refused = [one for one in ended if one.answer.outcome is Outcome.REFUSED]
    unknown = {address_hash(one.letter.address): one for one in refused if one.answer.is_unknown_address}
    known = set(db.session.scalars(select(Suppression.address_hash).where(
        Suppression.address_hash.in_(unknown)))) if unknown else set()
    for mark, one in unknown.items():
        if mark not in known:
            db.session.add(Suppression(address_hash=mark, kind="hard", since=moment, evidence=str(one.answer)))
    for cause in {one.letter.cause for one in refused}:
        if storms.pause_if_stormy(cause, moment):
            log.warning("letters of %s come back; the rest waits", cause)


def _ending(letter: Held, answer: Answer, moment: datetime) -> dict[str, Any]:
    match answer.outcome:
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


def _again(letter: Held, answer: Answer, next_at: datetime, more: dict[str, Any]) -> dict[str, Any]:
    if next_at >= last_chance(letter.posted_at, letter.useful_until):
        return {"state": DeliveryState.FAILED.value, "reason": f"直到失去用处也没有送达：{answer}"[:300]}
    return {"state": DeliveryState.PENDING.value, "next_at": next_at, "reason": str(answer), **more}
