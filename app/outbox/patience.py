"""A database that takes nothing just now: locked, restarting, its disk full. What is known of letters under way is
kept until it does, as it is known nowhere else."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError, PendingRollbackError

from app.db import db

log = logging.getLogger(__name__)
Written = TypeVar("Written")

PATIENCE = 120.0  # seconds; a lease outlives it once the words of a letter have begun to go
PAUSE = 0.5


def patiently(write: Callable[[], Written]) -> Written:
    """`write` must commit and be safe to repeat: of a commit that was broken off nobody knows whether it was done.

    :raises OperationalError: when the database is still away at the end of the patience.
    """
    ends_at = time.monotonic() + PATIENCE
    while True:
        try:
            return write()
        except (OperationalError, PendingRollbackError) as error:
            db.session.rollback()
            if time.monotonic() >= ends_at:
                raise
            log.warning("the database takes nothing, letters under way wait: %s", str(error).partition("\n")[0])
            time.sleep(PAUSE)
