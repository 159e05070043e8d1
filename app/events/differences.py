"""Old and new side by side, as a reviewer reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from app.events.span import Span
from app.events.waiting import ANNULLED, TIMES, EventChange, unpacked, word_of
from app.events.words import EventKind, EventState

UNSEEN = ("slug",)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that would change; a `Span` or a moment is put into words by the page."""

    word: str
    before: Span | datetime | str
    after: Span | datetime | str


def differences(change: EventChange) -> list[Difference]:
    before = {name: unpacked(value) for name, value in change.before.items()}
    after = {name: unpacked(value) for name, value in change.after.items()}
    rows = []
    if after.keys() & set(TIMES):
        now = {name: getattr(change.event, name) for name in TIMES}
        rows.append(Difference(word_of("starts_at"), _span(now | before), _span(now | after)))
    return rows + [Difference(word_of(name), _words(name, before[name]), _words(name, after[name]))
                   for name in after if name not in TIMES and name not in UNSEEN]


def _span(values: dict[str, Any]) -> Span:
    return Span(**{name: values[name] for name in TIMES})


def _words(name: str, value: Any) -> datetime | str:
    if isinstance(value, datetime):
        return value
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if name == "credit_hours" and value is not None:
        return f"{value / 10:g}"
    if isinstance(value, list):
        shown = {"tasks": "code", "regions": "short_name"}.get(name, "name")
        return _("、").join(getattr(one, shown) for one in value)
    if name == "kind":
        return EventKind(value).label
    if name == "state":
        return _("撤销登记") if value == ANNULLED else EventState(value).label
    return str("" if value is None else value)
