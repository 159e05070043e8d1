"""Who may send which letter now: claims with a lease, and what becomes of those that ran out."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, case, func, select, update

from app.db import db
from app.outbox import pace
from app.outbox.answers import AFTER_UNKNOWN
from app.outbox.carriers import Held
from app.outbox.ceilings import ceilings
from app.outbox.domains import GROUPS
from app.outbox.message import message_id
from app.outbox.models import Delivery, DeliveryState

LEASE = timedelta(seconds=300)
LEASE_FOR_DATA = timedelta(seconds=660)  # a server may take 600 s for its last answer
MISSED = "到该发的时候没有发出，已经没有用处"
BROKEN_OFF = "寄到一半系统停了，不知道有没有送达"

_PENDING, _CLAIMED, _AMBIGUOUS, _MISSED = (
    DeliveryState.PENDING.value, DeliveryState.CLAIMED.value, DeliveryState.AMBIGUOUS.value,
    DeliveryState.MISSED.value)

# Tables and not nouns: a letter that only leaves needs no object of its own.
_ROW = Delivery.__table__.c
_HELD = (select(*(_ROW[name] for name in Held.__slots__))
         .where(_ROW.claim == bindparam("token"), _ROW.state == _CLAIMED).order_by(_ROW.next_at, _ROW.id))
_KNOWN_AS = update(Delivery.__table__).where(_ROW.id == bindparam("which")).values(message_id=bindparam("known_as"))


def claim(as_of: datetime, limit: int, node: str = "") -> tuple[str, list[Held]]:
    """A token, and the letters it holds for 300 s; commit before sending. `node` names a holder that frees
    its own when it starts again."""
    token = f"{node}-{secrets.token_hex(8)}"
    taken = pace.shared(houses_due(as_of), limit, as_of, lambda group, share: _take(group, share, token, as_of))
    if not any(taken.values()):
        return token, []
    held = [Held(*row) for row in db.session.execute(_HELD, {"token": token})]
    key, host = current_app.config["SECRET_KEY"], current_app.config["UID_HOST"]
    new = {one.id: message_id(one, key, host) for one in held if not one.message_id}
    if new:
        db.session.connection().execute(_KNOWN_AS, [{"which": id, "known_as": known} for id, known in new.items()])
    return token, [replace(one, message_id=new.get(one.id, one.message_id)) for one in held]


def houses_due(as_of: datetime) -> list[str]:
    """Those that a letter is due to, in one query of as many looks into the index."""
    first = [select(func.min(Delivery.next_at)).where(Delivery.state == _PENDING, Delivery.domain_group == group)
             .scalar_subquery() for group in GROUPS]
    found = db.session.execute(select(*first)).one()
    return [group for group, moment in zip(GROUPS, found, strict=True) if moment is not None and moment <= as_of]


def _take(group: str, limit: int, token: str, as_of: datetime) -> int:
    # As a CTE it is a fence on PostgreSQL, which could otherwise take more than `limit`; SQLite has one writer.
    due = (select(Delivery.id).where(Delivery.state == _PENDING, Delivery.domain_group == group,
                                     Delivery.next_at <= as_of)
           .order_by(Delivery.next_at, Delivery.id).limit(limit).with_for_update(skip_locked=True).cte("due"))
    # SQLite counts no rows of a statement that begins with WITH.
    return len(db.session.scalars(update(Delivery).where(Delivery.id.in_(select(due.c.id))).values(
        state=_CLAIMED, attempts=Delivery.attempts + 1, lease_until=as_of + LEASE, claim=token, data_begun_at=None)
        .returning(Delivery.id).execution_options(synchronize_session=False)).all())


def put_back(token: str, *, next_at: datetime | None = None, group: str = "") -> int:
    """Lets go of what this token holds (of one house) and has not begun; it does not count as a try."""
    values: dict[str, Any] = {"state": _PENDING, "claim": None, "lease_until": None,
                              "attempts": Delivery.attempts - 1}
    if next_at is not None:
        values["next_at"] = next_at
    which = [Delivery.domain_group == group] if group else []
    return _count(update(Delivery).where(Delivery.claim == token, Delivery.state == _CLAIMED,
                                         Delivery.data_begun_at.is_(None), *which).values(**values))


def reap(as_of: datetime) -> int:
    """Frees what its sender let run out: unknown where the words had begun to go, else to be sent again."""
    return _free(as_of, Delivery.lease_until <= as_of)


def free(node: str, as_of: datetime) -> int:
    """At the start of the one holder called `node`: all its claims are of a process that is no more."""
    return _free(as_of, Delivery.claim.startswith(f"{node}-", autoescape=True))


def _free(as_of: datetime, which: Any) -> int:
    begun = Delivery.data_begun_at.is_not(None)
    return _count(update(Delivery).where(Delivery.state == _CLAIMED, which).values(
        state=case((begun, _AMBIGUOUS), else_=_PENDING),
        unanswered=Delivery.unanswered + case((begun, 1), else_=0),
        next_at=case((begun, as_of + AFTER_UNKNOWN), else_=Delivery.next_at),
        reason=case((begun, BROKEN_OFF), else_=Delivery.reason),
        lease_until=None, claim=None))


def give_second_chance(as_of: datetime) -> int:
    """A letter of which nobody knows whether it arrived is sent once more, under the same Message-ID."""
    return _count(update(Delivery).where(
        Delivery.state == _AMBIGUOUS, Delivery.unanswered == 1, Delivery.next_at <= as_of).values(state=_PENDING))


def miss(as_of: datetime) -> int:
    """What waited past its use is not sent any more, and says so."""
    return _count(update(Delivery).where(
        Delivery.state == _PENDING, Delivery.domain_group.in_(GROUPS), Delivery.next_at <= as_of,
        Delivery.useful_until <= as_of)
        .values(state=_MISSED, reason=MISSED))


def room(as_of: datetime, limit: int) -> int:
    """How many letters the relay's ceilings leave now."""
    for span, ceiling in ceilings().items():
        sent = db.session.scalar(Delivery.accepted_since(as_of - span)) or 0
        limit = min(limit, ceiling - sent)
    return max(limit, 0)


def is_anything_due(as_of: datetime) -> bool:
    """That may leave: what waits for a house that is paused does not."""
    return bool(pace.rooms(houses_due(as_of), pace.paces(), as_of))


def _count(statement: Any) -> int:
    done = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined]
