"""The audit's rows, and the keys under which personal fields in them are kept."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class AuditRow(Model):
    """One change. `position`, `previous_hash` and `hash` are filled when it is sealed into the chain."""

    __tablename__ = "audit_row"
    __table_args__ = (
        Index("ix_audit_row_subject", "subject_type", "subject_id"),
        Index("ix_audit_row_organization_id", "organization_id", "id"),
        Index("ix_audit_row_actor", "actor", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    what: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(64))
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    personal: Mapped[str] = mapped_column(Text, default="")
    organization_id: Mapped[int | None]  # whose it was then; no foreign key, for a row outlives what it tells of
    address: Mapped[str] = mapped_column(String(45), default="", server_default="")
    position: Mapped[int | None] = mapped_column(unique=True)
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64))

    @classmethod
    def unsealed(cls) -> Select[AuditRow]:
        return select(cls).where(cls.position.is_(None)).order_by(cls.id)

    @classmethod
    def chain(cls) -> Select[AuditRow]:
        return select(cls).where(cls.position.is_not(None)).order_by(cls.position)

    @classmethod
    def about(cls, kind: str, id: str) -> Select[AuditRow]:
        return select(cls).where(cls.subject_type == kind, cls.subject_id == id)

    def digest(self, previous: str) -> str:
        """SHA-256, as 64 hex digits, over the row's words (ciphertext included) and the row before."""
        words: list[Any] = [previous, self.id, self.at.isoformat(), self.actor, self.what,
                            self.subject_type, self.subject_id, self.before, self.after, self.personal]
        if self.organization_id is not None or self.address:  # older rows had neither
            words += [self.organization_id, self.address]
        return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


class AuditHead(Model):
    """One row: where the chain ends. Whoever cuts off its newest rows leaves it behind."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))

    @classmethod
    def only(cls) -> Select[AuditHead]:
        return select(cls).where(cls.id == 1)


class AuditKey(Model):
    """The key of one subject's personal fields. Erasing the person deletes it; the chain still holds."""

    __tablename__ = "audit_key"

    subject: Mapped[str] = mapped_column(String(128), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
