"""CPU and queries of an action."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import event

from app.db import db

ROUNDS = 7


def timed(action: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, Any]:
    """The least CPU seconds of some rounds, and what was given."""
    best, given = float("inf"), None
    for _ in range(rounds):
        begun = time.process_time()
        given = action()
        best = min(best, time.process_time() - begun)
    return best, given


def counted(app: Flask, action: Callable[[], Any]) -> int:
    seen: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SET TRANSACTION")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        action()
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    return len(seen)
