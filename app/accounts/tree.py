"""The verbs of an organization in its tree. Each guards itself, keeps what was, and notes the change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, literal, select, update

from app.accounts import merging
from app.db import Change, db, note
from app.errors import Refused

if TYPE_CHECKING:
    from app.accounts.places import Organization, Region

LONGEST_PATH = 200

Hold = Callable[["Organization"], str]


class NameTaken(Refused):
    """Names tell organizations apart, in filters and on sheets."""

    def __init__(self, name: str) -> None:
        super().__init__(_("已有叫“%(name)s”的单位，请换一个名称，或者把两个单位合并。", name=name[:60]))


class Impossible(Refused):
    """The tree would no longer be one, or something would be left without a home."""


def hold_open_when(app: Any, hold: Hold) -> None:
    """Called by `create_app`: `hold(organization)` says why it cannot be closed yet, or nothing."""
    app.extensions.setdefault("wujin.holds", []).append(hold)


class Tree:
    """Mixed into `Organization`."""

    @classmethod
    def founded(cls, name: str, parent: Organization | None, as_of: datetime, *, region: Region | None = None,
                kind: str = "office", name_en: str = "") -> Organization:
        """A new organization under `parent`, in its region unless told otherwise."""
        _require_free(cls, name)
        if parent is not None and parent.closed_at:
            raise Impossible(_("“%(name)s”已经关闭，下面不能再加单位。", name=parent.name))
        made: Organization = cls(  # type: ignore[assignment]
            name=name, name_en=name_en, parent=parent, region=region or (parent and parent.region), kind=kind,
            aliases=[], since=as_of)
        db.session.add(made)
        db.session.flush()
        made.settle()
        note(Change(made, "founded", as_of, after=made.place()))
        return made

    @classmethod
    def ensure(cls, name: str, parent: Organization, region: Region | None, as_of: datetime,
               kind: str = "office") -> Organization:
        """The organization below `parent` that goes by `name`, founded if there is none."""
        for known in db.session.scalars(cls.open_under(frozenset({parent.path}))):  # type: ignore[attr-defined]
            if name in known.known_as:
                return known  # type: ignore[no-any-return]
        return cls.founded(name, parent, as_of, region=region, kind=kind)

    def settle(self: Organization) -> None:
        """Writes the path once the id is known; call after a flush."""
        above = self.parent.path if self.parent else "/"
        self.path = f"{above}{self.id}/"

    def rename(self: Organization, name: str, as_of: datetime, *, name_en: str | None = None) -> None:
        """What it was called stays findable. Entries in calendars that show the name are remade."""
        name_en = self.name_en if name_en is None else name_en
        if (name, name_en) == (self.name, self.name_en):
            return
        if name != self.name:
            _require_free(type(self), name)
        with self._changing("renamed", as_of, begins=name != self.name):
            self.name, self.name_en = name, name_en

    def go_by(self: Organization, aliases: list[str], as_of: datetime) -> None:
        """The other names people use for it."""
        aliases = [word for word in dict.fromkeys(aliases) if word != self.name]
        if aliases != self.aliases:
            with self._changing("aliases_set", as_of, begins=False):
                self.aliases = aliases

    def move(self: Organization, parent: Organization, as_of: datetime) -> None:
        """Under another parent, with all that is below it."""
        if self.parent is parent:
            return
        if self.parent is None:
            raise Impossible(_("最上面的单位不能移动。"))
        if parent.path.startswith(self.path):
            raise Impossible(_("不能移到自己或自己下属的单位下面。"))
        if parent.closed_at:
            raise Impossible(_("“%(name)s”已经关闭，不能移到它下面。", name=parent.name))
        with self._changing("moved", as_of):
            self._hang_under(parent)

    def merge_into(self: Organization, other: Organization, as_of: datetime) -> None:
        """Everything of this one goes to `other`, which is also found by this one's names. This one stays
        below it, closed and empty, so that what points at it from the past still leads somewhere."""
        if other is self or other.path.startswith(self.path):
            raise Impossible(_("不能并入自己或自己下属的单位。"))
        if self.parent is None:
            raise Impossible(_("最上面的单位不能并入别的单位。"))
        if self.closed_at or other.closed_at:
            raise Impossible(_("已经关闭的单位不能合并。"))
        names, name = self.known_as, self.name
        for child in db.session.scalars(select(type(self)).where(type(self).parent_id == self.id)).all():
            child.move(other, as_of)
        moved = merging.hand_everything(self, other)
        with self._changing("merged", as_of, into=other.name, moved=moved):
            self._hang_under(other)
            self.name, self.aliases = merging.name_of_merged(self, other), []
            self.closed_at, self.merged_into = as_of, other
        with other._changing("received", as_of, begins=False, organization=name, moved=moved):
            other.aliases = [word for word in dict.fromkeys([*other.aliases, *names]) if word != other.name]

    def close(self: Organization, as_of: datetime) -> None:
        """No longer at work. Its past events, figures and names stay."""
        if self.closed_at:
            return
        if self.parent is None:
            raise Impossible(_("最上面的单位不能关闭。"))
        for hold in current_app.extensions.get("wujin.holds", ()):
            if sentence := hold(self):
                raise Impossible(sentence)
        with self._changing("closed", as_of, begins=False):
            self.closed_at = as_of

    def reopen(self: Organization, as_of: datetime) -> None:
        if self.closed_at is None:
            return
        if self.merged_into_id or (self.parent and self.parent.closed_at):
            raise Impossible(_("已并入别的单位，或者上级已经关闭，不能恢复。"))
        with self._changing("reopened", as_of, begins=False):
            self.closed_at = None

    def place(self: Organization) -> dict[str, Any]:
        """As plain values, for the audit."""
        return {"name": self.name, "name_en": self.name_en, "aliases": list(self.aliases or ()),
                "parent": self.parent.name if self.parent else "", "closed": self.closed_at is not None}

    # ------------------------------------------------------------ what the verbs share

    @contextmanager
    def _changing(self: Organization, what: str, as_of: datetime, *, begins: bool = True,
                  **more: Any) -> Iterator[None]:
        """`begins`: another name or another parent, so that a period ends here."""
        before = self.place()
        ended = {"name": self.name, "parent_id": self.parent_id, "since": self.since,
                 "parent_name": self.parent.name if self.parent else ""}
        yield
        if begins:
            self._keep_period(ended, as_of)
        note(Change(self, what, as_of, before=before, after=self.place() | more))

    def _keep_period(self: Organization, ended: dict[str, Any], as_of: datetime) -> None:
        from app.accounts.places import OrganizationPeriod  # places mixes this class in

        self.past.append(OrganizationPeriod(**ended, until=as_of))
        self.since = as_of

    def _hang_under(self: Organization, parent: Organization) -> None:
        """One statement rewrites the paths of all below."""
        table, old, new = type(self), self.path, f"{parent.path}{self.id}/"
        longest = db.session.scalar(select(func.max(func.length(table.path))).where(
            table.path.startswith(old, autoescape=True))) or 0
        if longest - len(old) + len(new) > LONGEST_PATH:
            raise Impossible(_("这样层级太深了。"))
        self.parent = parent
        db.session.flush()
        db.session.execute(update(table).where(table.path.startswith(old, autoescape=True)).values(
            path=literal(new).concat(func.substr(table.path, len(old) + 1))).execution_options(
            synchronize_session=False))
        for one in list(db.session.identity_map.values()):
            if isinstance(one, table):
                db.session.expire(one, ["path"])


def _require_free(table: Any, name: str) -> None:
    if db.session.scalar(select(table.id).where(table.name == name)):
        raise NameTaken(name)
