"""Follows every change into the audit, seals the rows in order, and verifies the chain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from cryptography.fernet import Fernet
from flask import has_request_context, request
from sqlalchemy import func, select

from app.audit.models import AuditHead, AuditKey, AuditRow
from app.db import Change, db

GENESIS = "0" * 64
PARTICIPANTS = ("Enrolment", "Follower", "Reader")


def record(changes: Sequence[Change]) -> None:
    """One row a change, in the transaction of the change."""
    actor = db.session().info.get("actor") or "system"
    for change in changes:
        kind, key = type(change.subject).__name__, str(_identity(change.subject))
        db.session.add(AuditRow(
            at=change.as_of, actor=actor, what=change.what, subject_type=kind, subject_id=key,
            before=_words(change.before), after=_words(change.after),
            personal=_encrypted(key_of(kind, key), change.personal),
            organization_id=_organization_of(change.subject), address=_address(change.subject)))


def forget(subject: Any) -> None:
    """Throws away the key of the subject's personal fields: nobody can read them any more, the chain still holds."""
    key = db.session.get(AuditKey, key_of(type(subject).__name__, str(_identity(subject))))
    if key is not None:
        db.session.delete(key)


def personal_of(rows: Sequence[AuditRow]) -> dict[int, dict[str, str]]:
    """By row, its personal fields in clear; not there when the person was erased. One query for all."""
    wanted = {key_of(row.subject_type, row.subject_id) for row in rows if row.personal}
    keys = {one.subject: one.key for one in db.session.scalars(
        select(AuditKey).where(AuditKey.subject.in_(wanted)))} if wanted else {}
    return {row.id: json.loads(Fernet(key.encode()).decrypt(row.personal.encode())) for row in rows
            if row.personal and (key := keys.get(key_of(row.subject_type, row.subject_id)))}


def seal(limit: int = 1000) -> int:
    """Chains the rows that wait, oldest first; how many. Called by the tick; who seals holds the head."""
    head = db.session.scalars(AuditHead.only().with_for_update()
                              .execution_options(populate_existing=True)).one_or_none()
    if head is None:
        head = AuditHead(id=1, position=0, hash=GENESIS)
    rows = db.session.scalars(AuditRow.unsealed().limit(limit)).all()
    for row in rows:
        row.position, row.previous_hash = head.position + 1, head.hash
        row.hash = row.digest(head.hash)
        head.position, head.hash = row.position, row.hash
    if rows:
        db.session.add(head)
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
    return faults + _faults_of_head(expected - 1, previous)


def _faults_of_head(position: int, last_hash: str) -> list[str]:
    head = db.session.scalars(AuditHead.only()).one_or_none()
    if head is None:
        return ["the head of the chain is missing"] if position else []
    if head.position > position:
        return [f"the newest rows are missing: the chain ends at position {position}, not {head.position}"]
    if (head.position, head.hash) != (position, last_hash):
        return [f"the head of the chain was altered: it says position {head.position}, the chain {position}"]
    return []


def sealed_count() -> int:
    return db.session.scalar(select(func.count()).where(AuditRow.position.is_not(None))) or 0


def key_of(kind: str, id: str) -> str:
    """What the key of a subject's personal fields is filed under."""
    return f"{kind}:{id}"


def _identity(subject: Any) -> Any:
    return getattr(subject, "id", None) or getattr(subject, "code", "")


def _organization_of(subject: Any) -> int | None:
    """Whose branch of the tree it belongs to, as far as the subject tells: by it an auditor's reach is known."""
    if type(subject).__name__ == "Organization":
        return int(subject.id)
    for holder in (subject, *(getattr(subject, name, None) for name in ("event", "person", "plan"))):
        if found := getattr(holder, "organization_id", None):
            return int(found)
    return None


def _address(subject: Any) -> str:
    """Where a member of the staff sat; of participants no address is kept."""
    if not has_request_context() or type(subject).__name__ in PARTICIPANTS or getattr(
            subject, "is_participants", False):
        return ""
    return (request.remote_addr or "")[:45]


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
