"""What is sought in the audit: by subject, by who did it, by what was done, by days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, false, or_, select

from app.audit.models import AuditRow


@dataclass(frozen=True, slots=True)
class Trail:
    """`about` is `Event:7` or only `Event`; `actors` are `person:7`, `job`...; None: whoever; `until` not in it."""

    about: str = ""
    actors: tuple[str, ...] | None = None
    what: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def rows(self, within: Select[Any] | None) -> Select[AuditRow]:
        """Newest first; `within` selects the organizations in reach, None: all, and what belongs to none."""
        wanted = select(AuditRow).order_by(AuditRow.id.desc())
        if within is not None:
            wanted = wanted.where(AuditRow.organization_id.in_(within))
        kind, _colon, id = self.about.partition(":")
        if kind:
            wanted = wanted.where(_is_about(kind, id))
        if self.actors is not None:
            wanted = wanted.where(AuditRow.actor.in_(self.actors) if self.actors else false())
        if self.what:
            wanted = wanted.where(AuditRow.what == self.what)
        if self.since:
            wanted = wanted.where(AuditRow.at >= self.since)
        return wanted.where(AuditRow.at < self.until) if self.until else wanted

    @staticmethod
    def page(rows: Select[AuditRow], before: int | None, size: int) -> Select[AuditRow]:
        """The next `size` older than `before`: by key, so that a page deep down costs what the first does."""
        return rows.where(AuditRow.id < before).limit(size) if before else rows.limit(size)


def _is_about(kind: str, id: str) -> Any:
    if not id:
        return AuditRow.subject_type == kind
    own = (AuditRow.subject_type == kind) & (AuditRow.subject_id == id)
    if kind == "Organization":  # its settings are filed under its number
        return or_(own, (AuditRow.subject_type == "OfficeSettings") & (AuditRow.subject_id == id))
    return own
