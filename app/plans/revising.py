"""The verbs of a task of the plan. Each guards itself and notes the change."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.db import Change, db, note
from app.errors import Refused

if TYPE_CHECKING:
    from sqlalchemy.orm import Mapped

    from app.plans.models import Task

# What may be said of a task anew, by the names of its columns.
SAID = ("title", "title_en", "official_wording", "programmes", "delivered_by", "event_kind", "audience",
        "lead_organization_id", "target_wording", "lead_wording", "supporting", "in_charge", "form_of_result",
        "progress_note", "problems", "due_on", "code", "category")


class StalePlan(Refused):
    """Somebody changed it since the form was opened."""

    def __init__(self) -> None:
        super().__init__(_("您打开这一页以后，别人改过这里。请核对后再保存一次。"))


class CodeTaken(Refused):
    """Two tasks of one plan bear one code; those that left the table keep theirs, for their events lead to them."""

    status = 422
    field = "code"

    def __init__(self, code: str, title: str) -> None:
        super().__init__(_("编号 %(code)s 已经是“%(title)s”的。", code=code, title=title[:40]))


class Revisable:
    """Mixed into `Task`."""

    if TYPE_CHECKING:  # the columns that verbs write, as the table has them
        withdrawn_at: Mapped[datetime | None]
        version: Mapped[int]

    def revise(self: Task, as_of: datetime, **said: Any) -> bool:
        """Whether anything of it differs now. A task with other official words carries them from this year."""
        unknown = said.keys() - set(SAID)
        if unknown:
            raise TypeError(f"a task says nothing of {sorted(unknown)}")
        before = {name: _plain(getattr(self, name)) for name in said}
        changed = [name for name in said if before[name] != _plain(said[name])]
        if not changed:
            return False
        for name in changed:
            setattr(self, name, said[name])
        if "official_wording" in changed:
            self.wording_year = self.plan.year
        self.version += 1
        note(Change(self, "renamed" if {"title", "code"} & set(changed) else "revised", as_of,
                    before={name: before[name] for name in changed},
                    after={name: _plain(said[name]) for name in changed}))
        return True

    def rewrite(self: Task, as_of: datetime, **said: Any) -> bool:
        """As `revise`, by hand: nobody has freed codes before.

        :raises CodeTaken: by another task of the plan, in force or not.
        """
        other = db.session.scalars(select(type(self)).where(
            type(self).plan_id == self.plan_id, type(self).code == said.get("code", self.code),
            type(self).id != self.id)).first()
        if other is not None:
            raise CodeTaken(other.code, other.title)
        return self.revise(as_of, **said)

    def withdraw(self: Task, as_of: datetime) -> None:
        """No longer in the official table. What was done under it stays, and leads to it."""
        if self.withdrawn_at is None:
            self.withdrawn_at = as_of
            self.version += 1
            note(Change(self, "taken_from_plan", as_of, before={"title": self.title, "code": self.code}))

    def bring_back(self: Task, as_of: datetime) -> None:
        if self.withdrawn_at is not None:
            self.withdrawn_at = None
            self.version += 1
            note(Change(self, "brought_back", as_of, after={"title": self.title, "code": self.code}))

    def must_be(self: Task, version: str | None) -> None:
        """:raises StalePlan: for a form that was opened on another version."""
        if version != str(self.version):
            raise StalePlan


def _plain(value: Any) -> Any:
    """As the audit keeps it; nothing and an empty text are one."""
    if hasattr(value, "sector"):  # a category
        return f"{value.code} {value.name}"
    return list(value) if isinstance(value, list | tuple) else value.isoformat() if hasattr(
        value, "isoformat") else value
