"""What rules may speak of: kinds of things, anchors, audiences and letters. One entry each, in one place.

A room to the right adds its own from `create_app`, one line a thing; nothing here knows which there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from flask_babel import LazyString

from app.accounts.places import Organization
from app.outbox import gates, late
from app.outbox.letter import Letter, Recipient
from app.reminders.moments import Moment
from app.reminders.rules import ReminderRule

Thing = Any  # an event, a milestone, a task
TOO_LATE = "信里说的是还没到的事，不能在之后发"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing with a day. `stamp` grows or changes with whatever makes a written letter wrong."""

    name: str
    load: Callable[[int], Thing | None]  # afresh
    stamp: Callable[[Thing], int]
    office: Callable[[Thing], Organization | None]
    title: Callable[[Thing, str], str]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A day or moment of a thing. `unwanted`: why nobody need be told of it now; "" while somebody need."""

    name: str
    label: LazyString
    kind: str
    moment: Callable[[Thing], Moment | None]
    unwanted: Callable[[Thing], str]
    passed: str = ""  # why a letter before it does not leave once it is reached
    lacking: str = ""  # why there is nothing to count from where a thing has no such moment
    is_usually_after: bool = False


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Somebody to write to: `place` orders them, so that slices lose nobody."""

    place: int
    recipient: Recipient
    language: str


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is told. `slice`: those after a place, of who belonged to it at a moment, at most so many."""

    name: str
    label: LazyString
    slice: Callable[[Thing, datetime, int, int], Sequence[Mailbox]]
    count: Callable[[Thing, datetime], int]
    left: Callable[[Thing, str], str]  # why this address is not told after all
    fits: Callable[[Thing], bool] = lambda thing: True


@dataclass(frozen=True, slots=True)
class LetterKind:
    """Words for an anchor and some audiences; the first that fits is the usual one."""

    name: str
    label: LazyString
    anchor: str
    audiences: frozenset[str]
    write: Callable[[Thing, ReminderRule, str], Letter]
    looks_ahead: bool = False  # it speaks of what is to come, and would be untrue afterwards


class NoLetter(LookupError):
    """A rule that no letter was written for."""


@dataclass(slots=True)
class Registry:
    kinds: dict[str, Kind]
    anchors: dict[str, Anchor]
    audiences: dict[str, Audience]
    letters: dict[str, LetterKind]

    def letters_for(self, anchor: str, audience: str) -> list[LetterKind]:
        return [one for one in self.letters.values() if one.anchor == anchor and audience in one.audiences]

    def letter_of(self, rule: ReminderRule) -> LetterKind:
        """:raises NoLetter: where nobody wrote one."""
        if rule.letter in self.letters:
            return self.letters[rule.letter]
        for one in self.letters_for(rule.anchor, rule.audience):
            return one
        raise NoLetter(f"{rule.anchor} {rule.audience}")

    def untimely(self, rule: ReminderRule) -> str:
        """Why its letter would be untrue when it comes; "" where it is not."""
        return TOO_LATE if rule.is_after and self.letter_of(rule).looks_ahead else ""

    def anchors_of(self, kind: str) -> list[Anchor]:
        return [one for one in self.anchors.values() if one.kind == kind]

    def thing(self, key: str) -> tuple[Kind, Thing | None]:
        """What an occurrence is about, read afresh."""
        kind, _colon, id = key.partition(":")
        return self.kinds[kind], self.kinds[kind].load(int(id))


def registry() -> Registry:
    found: Registry = current_app.extensions["wujin.reminders"]
    return found


def register(app: Flask, *entries: Kind | Anchor | Audience | LetterKind, gate: gates.Gate | None = None,
             late_fields: late.LateFields | None = None) -> None:
    """Called by `create_app`. A letter is asked about just before it leaves, by `gate`, the reminders' own."""
    kept = app.extensions.setdefault("wujin.reminders", Registry({}, {}, {}, {}))
    for one in entries:
        shelves = {Kind: kept.kinds, Anchor: kept.anchors, Audience: kept.audiences, LetterKind: kept.letters}
        shelves[type(one)][one.name] = one  # type: ignore[index]
        if isinstance(one, LetterKind):
            from app.reminders import due  # the gate asks this registry

            gates.register(app, one.name, gate or due.gate)
            if late_fields is not None:
                late.register(app, one.name, late_fields)


def key_of(kind: Kind, thing: Thing) -> str:
    return f"{kind.name}:{thing.id}"


