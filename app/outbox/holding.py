"""Whether letters may leave. Said in the audit and nowhere else: a restore carries it, and nobody cuts it out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Select, select

from app.audit.models import AuditRow
from app.db import Change, db, note

RESTORED = "a backup was restored: letters in it may have been sent since it was made"
BY_HAND = "held by hand"


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


def release(as_of: datetime, *, stopped: int = 0, stop_before: datetime | None = None) -> None:
    """Lets them go, `stopped` of them having been taken back. Safe to call twice."""
    if held():
        note(Change(Sending(), "released", as_of, after={"stopped": stopped, "stopped_at": stop_before}))


def held() -> str:
    """Why letters wait; nothing when they do not."""
    last = db.session.scalars(Sending.last_word()).one_or_none()
    return json.loads(last.after)["reason"] if last is not None and last.what == "held" else ""


def in_words(reason: str) -> str:
    """As the console says it; what somebody wrote by hand stays as it is."""
    known = {RESTORED: _("刚从备份恢复：备份里的信，做备份以后可能已经寄出"), BY_HAND: _("有人停下了发信")}
    return known.get(reason, reason)
