"""Follows every change into the audit, seals the rows in order, and verifies the chain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import func, select

from app.audit.models import AuditKey, AuditRow
from app.db import Change, db

GENESIS = "0" * 64


def record(changes: Sequence[Change]) -> None:
    """One row a change, in the transaction of the change."""
    actor = db.session().info.get("actor") or "system"
    for change in changes:
        kind, key = type(change.subject).__name__, str(_identity(change.subject))
        db.session.add(AuditRow(
            at=change.as_of, actor=actor, what=change.what, subject_type=kind, subject_id=key,
            before=_words(change.before), after=_words(change.after),
            personal=_encrypted(f"{kind}:{key}", change.personal)))


def seal(limit: int = 1000) -> int:
    """Chains the rows that wait, oldest first; how many. Called by the tick, one holder at a time."""
    last = db.session.scalars(AuditRow.chain().order_by(None).order_by(
        AuditRow.position.desc()).limit(1)).one_or_none()
    position, previous = (last.position or 0, last.hash or GENESIS) if last else (0, GENESIS)
    rows = db.session.scalars(AuditRow.unsealed().limit(limit)).all()
    for row in rows:
        position += 1
        row.position, row.previous_hash = position, previous
        row.hash = previous = row.digest(previous)
    return len(rows)


def verify() -> list[str]:
    """What is wrong with the chain, a sentence each; empty when it holds."""
    faults: list[str] = []
    expected, previous = 1, GENESIS
    for row in db.session.scalars(AuditRow.chain().execution_options(yield_per=500)):
        if row.position != expected:
            faults.append(f"position {expected} is missing before row {row.id}")
        if row.previous_hash != previous or row.hash != row.digest(previous):
            faults.append(f"row {row.id} (position {row.position}) was altered")
        expected, previous = (row.position or 0) + 1, row.hash or ""
    return faults


def sealed_count() -> int:
    return db.session.scalar(select(func.count()).where(AuditRow.position.is_not(None))) or 0


def _identity(subject: Any) -> Any:
    return getattr(subject, "id", None) or getattr(subject, "code", "")


def _words(values: Any) -> str:
    return json.dumps(dict(values), ensure_ascii=False, sort_keys=True, default=_plain)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _encrypted(subject: str, personal: Any) -> str:
    if not personal:
        return ""
    row = db.session.get(AuditKey, subject)
    if row is None:
        row = AuditKey(subject=subject, key=Fernet.generate_key().decode())
        db.session.add(row)
    return Fernet(row.key.encode()).encrypt(_words(personal).encode()).decode()
