"""How many letters the relay takes: the environment sets the ceiling, an office may only lower it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask, current_app

Limits = Callable[[], tuple[int, int]]

SPANS = (timedelta(minutes=1), timedelta(days=1))


def lower(app: Flask, limits: Limits) -> None:
    """Called by `create_app`. `limits()` gives letters a minute and a day; 0: none of its own."""
    app.extensions.setdefault("wujin.mail_limits", []).append(limits)


def ceilings() -> dict[timedelta, int]:
    """The lowest limit for each span that has one."""
    told = [(current_app.config["MAIL_PER_MINUTE"], current_app.config["MAIL_PER_DAY"])]
    told += [limits() for limits in current_app.extensions.get("wujin.mail_limits", [])]
    by_span = {span: [count for count in counts if count] for span, counts in zip(SPANS, zip(*told, strict=True),
                                                                                   strict=True)}
    return {span: min(counts) for span, counts in by_span.items() if counts}
