"""Sends what is due: claim, commit, then each letter recorded as it ends.

No mail server is ever waited for inside a transaction. Between a server's acceptance and our commit nobody can
know what happened (RFC 1047): that letter alone may arrive twice, under one Message-ID.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import current_app

from app.db import db, reading
from app.outbox import claiming, holding
from app.outbox.batch import Batch, Clock, never
from app.outbox.transport import Roads

A_BATCH, A_CONNECTION = 200, 16  # letters: what one lease is enough for
A_ROUND = 60  # seconds after which whoever rings looks at the world again


def deliver_all(as_of: datetime, node: str = "", is_stopped: Callable[[], bool] = never) -> int:
    """Batch upon batch over the same connections, as long as something is due or a minute; how many letters. Once
    `is_stopped()`, letters under way end and the others wait for the next."""
    clock, sent, roads = Clock(as_of), 0, Roads()
    size = max(A_BATCH, A_CONNECTION * current_app.config["MAIL_CONNECTIONS"])
    try:
        while not is_stopped() and clock.elapsed < A_ROUND and (
                some := deliver(clock(), size, node, roads, is_stopped)):
            sent += some
    finally:
        roads.close()
    return sent


def deliver(as_of: datetime, limit: int = A_BATCH, node: str = "", roads: Roads | None = None,
            is_stopped: Callable[[], bool] = never) -> int:
    """Sends up to `limit` letters that are due; how many were taken up. Commits: claim, start and end of each."""
    clock = Clock(as_of)
    db.session.commit()
    with reading():  # an idle ring takes no write lock
        nothing = not claiming.is_anything_due(as_of) or bool(holding.held())
        db.session.commit()
    if nothing:
        return 0
    token, letters = claiming.claim(as_of, claiming.room(as_of, limit), node)
    db.session.commit()
    if letters:
        own = roads or Roads()
        try:
            Batch(token, letters, clock, is_stopped).send(own)
        finally:
            if roads is None:
                own.close()
    return len(letters)


def tidy(as_of: datetime) -> int:
    """What time does to letters: leases run out, unknown ones get their second try, useless ones are missed."""
    return claiming.reap(as_of) + claiming.give_second_chance(as_of) + claiming.miss(as_of)
