"""Sends what is due: claim, commit, then each letter recorded as it ends.

No mail server is ever waited for inside a transaction. Between a server's acceptance and our commit nobody can
know what happened (RFC 1047): that letter alone may arrive twice, under one Message-ID.
"""

from __future__ import annotations

from datetime import datetime

from app.db import db, reading
from app.outbox import claiming, holding
from app.outbox.batch import Batch, Clock
from app.outbox.carriers import Held


def deliver(as_of: datetime, limit: int = 200, node: str = "") -> int:
    """Sends up to `limit` letters that are due; how many were taken up. Commits: claim, start and end of each."""
    clock = Clock(as_of)
    db.session.commit()
    with reading():  # an idle ring takes no write lock
        nothing = not claiming.is_anything_due(as_of) or bool(holding.held())
        db.session.commit()
    if nothing:
        return 0
    token, claimed = claiming.claim(as_of, claiming.room(as_of, limit), node)
    letters = [Held.of(one) for one in claimed]
    del claimed
    db.session.commit()
    if letters:
        Batch(token, letters, clock).send()
    return len(letters)


def tidy(as_of: datetime) -> int:
    """What time does to letters: leases run out, unknown ones get their second try, useless ones are missed."""
    return claiming.reap(as_of) + claiming.give_second_chance(as_of) + claiming.miss(as_of)
