"""Fields made only as a letter leaves: a link that opens something is neither stored nor shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Flask, current_app

from app.outbox import stopping_by_mail, unsubscribing
from app.outbox.message import UNSUBSCRIBE, UNSUBSCRIBE_BY_MAIL
from app.outbox.models import Delivery

LateFields = Callable[[Delivery, datetime], Mapping[str, str]]


def register(app: Flask, letter: str, make: LateFields) -> None:
    """Called by `create_app`, one line a letter. `make` may write: it is asked in the very transaction that lets
    the letter go, once more for each try, so that what it makes should be the same again (derive it)."""
    app.extensions.setdefault("wujin.late_fields", {})[letter] = make


def has_late_fields(letter: str) -> bool:
    return letter in current_app.extensions.get("wujin.late_fields", {}) or unsubscribing.is_optional(letter)


def late_fields(delivery: Delivery, as_of: datetime) -> Mapping[str, str]:
    make: LateFields | None = current_app.extensions.get("wujin.late_fields", {}).get(delivery.letter)
    fields = dict(make(delivery, as_of)) if make else {}
    if unsubscribing.is_optional(delivery.letter):
        fields |= unsubscribing.fields(delivery)
        if link := fields.get(UNSUBSCRIBE):
            fields[UNSUBSCRIBE_BY_MAIL] = stopping_by_mail.address_for(unsubscribing.Reader.holding(
                link.rpartition("/")[2]))
    return fields
