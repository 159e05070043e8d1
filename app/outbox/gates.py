"""Each letter may have a gate: the room that wrote it is asked once more, just before the letter leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app

from app.outbox import unsubscribing
from app.outbox.models import Delivery

Gate = Callable[[Delivery, datetime], str]


def register(app: Flask, letter: str, gate: Gate) -> None:
    """Called by `create_app`, one line a letter. A gate gives "" or the reason why the letter must not leave."""
    app.extensions.setdefault("wujin.gates", {})[letter] = gate


def has_gate(letter: str) -> bool:
    return letter in current_app.extensions.get("wujin.gates", {})


def objection(delivery: Delivery, as_of: datetime) -> str:
    """What the world says now, in the transaction that lets the letter go."""
    if stopped := unsubscribing.objection(delivery):
        return stopped
    gate: Gate | None = current_app.extensions.get("wujin.gates", {}).get(delivery.letter)
    return gate(delivery, as_of) if gate else ""
