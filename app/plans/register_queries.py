"""Reads of registers and of what is in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import Select, case, func, or_
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Actor
from app.accounts.places import Organization, Region
from app.db import db
from app.errors import NotThere
from app.plans.registers import Register, RegisterEntry
from app.plans.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Holding:
    """How many entries a register has within somebody's reach, and how many of them count."""

    entries: int = 0
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Sieve:
    """Which entries of a register are wanted; every part may be empty."""

    q: str = ""
    standing: str = ""
    region: str = ""

    @classmethod
    def of(cls, words: Mapping[str, str]) -> Sieve:
        """From an address or a form; a standing that is none lets everything through."""
        standing = words.get("standing", "")
        return cls(words.get("q", "").strip()[:80], standing if standing in set(Standing) else "",
                   words.get("region", "").strip()[:40])

    def asked(self) -> dict[str, str]:
        return {name: value for name in ("q", "standing", "region") if (value := getattr(self, name))}

    def narrow(self, entries: Select[RegisterEntry], register: Register,
               region: Region | None) -> Select[RegisterEntry]:
        """A person is found by the whole name only: letter by letter would unmask it."""
        if self.standing:
            entries = entries.where(RegisterEntry.standing == self.standing)
        if region is not None:
            entries = entries.where(RegisterEntry.region_code.startswith(region.stem))
        if not self.q:
            return entries
        named = RegisterEntry.name == self.q if register.is_personal else RegisterEntry.name.contains(
            self.q, autoescape=True)
        return entries.where(or_(named, RegisterEntry.approval_number.contains(self.q, autoescape=True),
                                 RegisterEntry.level.contains(self.q, autoescape=True)))


def get_register(actor: Actor, id: int) -> Register:
    """:raises NotThere: for another root office's, too."""
    found = db.session.scalars(Register.scoped(actor).where(Register.id == id).options(
        joinedload(Register.organization).joinedload(Organization.region))).one_or_none()
    if found is None:
        raise NotThere(_("没有找到这个登记。"))
    return found


def get_own_register(actor: Actor, id: int) -> Register:
    """One to rename or close: the actor's role reaches the root office.

    :raises NotThere: for anybody else.
    """
    found = get_register(actor, id)
    if not actor.reaches(found.organization):
        raise NotThere(_("没有找到这个登记，或者它不归您管。"))
    return found


def get_entry(actor: Actor, id: int, *, lock: bool = False) -> RegisterEntry:
    """The actor's entry; `lock` holds its row until the transaction ends.

    :raises NotThere: for one that is not there and for a stranger's alike.
    """
    wanted = RegisterEntry.scoped(actor).where(RegisterEntry.id == id)
    wanted = wanted.with_for_update(of=RegisterEntry).execution_options(populate_existing=True) if lock else (
        wanted.options(joinedload(RegisterEntry.register), joinedload(RegisterEntry.organization),
                       joinedload(RegisterEntry.region), selectinload(RegisterEntry.files)))
    found = db.session.scalars(wanted).unique().one_or_none()
    if found is None:
        raise NotThere(_("没有找到这一条登记，或者它不归您管。"))
    return found


def in_register(actor: Actor, register: Register) -> Select[RegisterEntry]:
    return RegisterEntry.scoped(actor).where(RegisterEntry.register_id == register.id).order_by(None).order_by(
        RegisterEntry.region_code, RegisterEntry.name, RegisterEntry.id)


def holdings(actor: Actor) -> dict[int, Holding]:
    """By register, in one query."""
    is_counted = case((RegisterEntry.counted().whereclause, 1), else_=0)
    rows = db.session.execute(
        RegisterEntry.scoped(actor).order_by(None).where(RegisterEntry.standing != Standing.WITHDRAWN.value)
        .with_only_columns(RegisterEntry.register_id, func.count(), func.sum(is_counted))
        .group_by(RegisterEntry.register_id))
    return {register: Holding(entries, int(counted)) for register, entries, counted in rows}
