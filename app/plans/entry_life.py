"""The verbs of an entry of a register. Each guards itself, keeps the days in order, and notes the change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.places import Organization, Region
from app.audit import recording
from app.clock import local_day
from app.db import Change, db, note
from app.errors import NotThere, Refused
from app.files import StoredFile
from app.plans.standing import STEPS, Course, Standing, field_of

if TYPE_CHECKING:
    from app.plans.registers import Register, RegisterEntry

# Of a person these say who it is: the audit keeps them apart, so that they can be forgotten.
PERSONAL = ("name", "address", "note")
WORDS = ("name", "level", "approval_number", "address", "note", "withdrawn_reason")


class AlreadyListed(Refused):
    """The register has an entry of that name in that region."""

    def __init__(self, name: str) -> None:
        super().__init__(_("这个地区已经登记过“%(name)s”。请改那一条，或者在名称里写出区别。", name=name[:60]))


class RegisterClosed(Refused):
    """Nothing is added to a register that is closed."""


class StepTaken(Refused):
    """The entry is that far already, or further."""


class EntryLife:
    """Mixed into `RegisterEntry`."""

    @classmethod
    def entered(cls, register: Register, organization: Organization, region: Region, name: str, as_of: datetime, *,
                course: Course | None = None, **words: Any) -> RegisterEntry:
        """A new entry that `organization` looks after, as far as its `course` says; listed without one.

        :raises RegisterClosed, AlreadyListed, OutOfOrder: when it cannot be.
        """
        course = course or Course()
        if register.closed_at:
            raise RegisterClosed(_("“%(name)s”已经关闭，不能再添加。", name=register.name))
        course.require_order(local_day(as_of))
        _require_free(cls, register.id, name, region)
        made: RegisterEntry = cls(  # type: ignore[assignment]
            register=register, organization=organization, region=region, name=name, version=1, created_at=as_of,
            revised_at=as_of, **{word: "" for word in WORDS if word != "name"} | words)
        made.course = course
        db.session.add(made)
        db.session.flush()
        note(made._change("entered", as_of, {}, made.facts()))
        return made

    def correct(self: RegisterEntry, as_of: datetime, *, course: Course | None = None, **fields: Any) -> None:
        """What was written wrongly, a day included; the standing follows from the days. Safe to call twice."""
        course = course or self.course
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if not changed and course == self.course:
            return
        course.require_order(local_day(as_of))
        name, region = changed.get("name", self.name), changed.get("region", self.region)
        if (name, region.code) != (self.name, self.region_code):
            _require_free(type(self), self.register_id, name, region, but=self.id)
        with self._changing("corrected", as_of):
            for field, value in changed.items():
                setattr(self, field, value)
            self.course = course

    def advance(self: RegisterEntry, to: Standing, on: date, as_of: datetime, *, number: str = "",
                reason: str = "") -> None:
        """The next step, taken `on` a day: `number` is the approval's, `reason` why it was withdrawn.

        :raises StepTaken: for a step that lies behind. :raises OutOfOrder: for a day that cannot be.
        """
        if Standing(self.standing) in STEPS[STEPS.index(to):]:
            raise StepTaken(_("这一条现在是“%(now)s”，不能再记“%(step)s”。日期填错了，请用“更正”。",
                              now=Standing(self.standing).label, step=to.step))
        course = replace(self.course, **{field_of(to): on})
        course.require_order(local_day(as_of))
        with self._changing(f"step_{to.value}", as_of):
            self.course = course
            self.approval_number = number or self.approval_number
            self.withdrawn_reason = reason if to is Standing.WITHDRAWN else ""

    def add_files(self: RegisterEntry, files: Iterable[StoredFile], as_of: datetime) -> list[StoredFile]:
        """Evidence; those it has already, which were not added, are returned."""
        from app.plans.registers import RegisterFile  # the noun stands on this mixin

        known = {one.file.sha256 for one in self.files}
        added = [file for file in files if file.sha256 not in known]
        if added:
            with self._changing("files_added", as_of, also={"files": [file.name for file in added]}):
                self.files += [RegisterFile(file=file, added_at=as_of) for file in added]
        return [file for file in files if file.sha256 in known]

    def drop_file(self: RegisterEntry, file_id: str, as_of: datetime) -> StoredFile:
        """Takes one piece of evidence away; its file, for the caller to forget after the commit.

        :raises NotThere: when the entry has no such file.
        """
        held = next((one for one in self.files if one.file_id == file_id), None)
        if held is None:
            raise NotThere(_("没有找到这个文件。"))
        with self._changing("file_dropped", as_of, also={"files": [held.file.name]}):
            self.files.remove(held)
            db.session.delete(held.file)
        return held.file

    def discard(self: RegisterEntry, as_of: datetime) -> list[StoredFile]:
        """Takes away an entry made by mistake; one that was real is withdrawn instead. Its row stays, empty, for
        the audit points at it; its name is free again. Its files, for the caller to forget after the commit."""
        if self.deleted_at:
            return []
        files = [one.file for one in self.files]
        note(Change(self, "removed", as_of, before={
            name: value for name, value in self.facts().items() if not self._is_secret(name)}))
        recording.forget(self)
        self.files = []
        for file in files:
            db.session.delete(file)
        self.name, self.address, self.note = f"（已删除，{self.id}）", "", ""
        self.course, self.standing, self.deleted_at = Course(), Standing.WITHDRAWN.value, as_of
        self.version, self.revised_at = self.version + 1, as_of
        return files

    def facts(self: RegisterEntry) -> dict[str, Any]:
        days = {field_of(step): self.course.day_of(step) for step in STEPS}
        return {word: getattr(self, word) for word in WORDS} | {
            "standing": self.standing, "regions": [self.region_code], "organization": self.organization.name,
            "register": self.register.name} | days

    @contextmanager
    def _changing(self: RegisterEntry, what: str, as_of: datetime, *,
                  also: dict[str, Any] | None = None) -> Iterator[None]:
        before = self.facts()
        yield
        self.version += 1
        self.revised_at = as_of
        note(self._change(what, as_of, before, self.facts() | (also or {})))

    def _change(self: RegisterEntry, what: str, as_of: datetime, before: dict[str, Any],
                after: dict[str, Any]) -> Change:
        secret = {name: after[name] for name in PERSONAL if self._is_secret(name) and after.get(name)}
        return Change(self, what, as_of, before={name: one for name, one in before.items() if name not in secret},
                      after={name: one for name, one in after.items() if name not in secret}, personal=secret)

    def _is_secret(self: RegisterEntry, name: str) -> bool:
        return self.register.is_personal and name in PERSONAL


def _require_free(cls: Any, register_id: int, name: str, region: Region, but: int = 0) -> None:
    if db.session.scalar(select(cls.id).where(
            cls.register_id == register_id, cls.name == name, cls.region_code == region.code, cls.id != but)):
        raise AlreadyListed(name)
