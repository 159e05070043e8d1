"""Whether letters may leave. Said in the audit and nowhere else: a restore carries it, and nobody cuts it out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from app.audit.models import AuditRow
from app.db import Change, db, note


@dataclass(frozen=True, slots=True)
class Sending:
    """The sending of all letters, as the audit names it."""

    id: str = "all"

    @classmethod
    def last_word(cls) -> Select[AuditRow]:
        return (select(AuditRow).where(AuditRow.subject_type == cls.__name__, AuditRow.subject_id == cls().id)
                .order_by(AuditRow.id.desc()).limit(1))


def hold(reason: str, as_of: datetime) -> None:
    """From the next batch on no letter leaves; they are written and wait."""
    note(Change(Sending(), "held", as_of, after={"reason": reason}))


def release(as_of: datetime) -> None:
    """Lets them go. Safe to call twice."""
    if held():
        note(Change(Sending(), "released", as_of))


def held() -> str:
    """Why letters wait; nothing when they do not."""
    last = db.session.scalars(Sending.last_word()).one_or_none()
    return json.loads(last.after)["reason"] if last is not None and last.what == "held" else ""
