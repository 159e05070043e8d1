"""What an author changed since his event was returned, for the reviewer who reads it again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.places import Region
from app.audit.models import AuditRow
from app.db import db
from app.events.differences import Difference
from app.events.models import Event
from app.events.span import Span
from app.events.waiting import TIMES, word_of
from app.events.words import EventKind

UNSEEN = {"state", "reason", "zone"}


@dataclass(frozen=True, slots=True)
class Returned:
    """The last return: when, why, and what reads otherwise now."""

    at: datetime
    reason: str
    rows: Sequence[Difference]


def since_return(event: Event) -> Returned | None:
    """None when it was never returned. What was sent in stands in the audit as the return saw it."""
    row = db.session.scalars(AuditRow.about("Event", str(event.id)).where(AuditRow.what == "returned").order_by(
        AuditRow.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    before, now = json.loads(row.before), event.facts()
    changed = [name for name in before if name in now and name not in UNSEEN and before[name] != _plain(now[name])]
    return Returned(row.at, json.loads(row.after).get("returned_reason", ""), _rows(event, before, changed))


def _rows(event: Event, before: dict[str, Any], changed: Sequence[str]) -> list[Difference]:
    rows = []
    if set(changed) & set(TIMES):
        was = Span(datetime.fromisoformat(before["starts_at"]), datetime.fromisoformat(before["ends_at"]),
                   before["is_all_day"], event.zone)
        rows.append(Difference(word_of("starts_at"), was, event.span))
    now = event.facts()
    return rows + [Difference(word_of(name), _words(name, before[name]), _words(name, _plain(now[name])))
                   for name in changed if name not in TIMES]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _words(name: str, value: Any) -> datetime | str:
    if name == "regions":
        found = db.session.scalars(select(Region).where(Region.code.in_(value)).order_by(Region.code))
        return _("、").join(one.short_name for one in found)
    if isinstance(value, list):
        return _("、").join(value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if value and name == "kind":
        return EventKind(value).label
    if value and name == "signup_closes_at":
        return datetime.fromisoformat(value)
    if value is not None and name == "credit_hours":
        return f"{value / 10:g}"
    return str("" if value is None else value)
