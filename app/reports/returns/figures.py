"""What one office held in a month, as plain values: frozen into its return, compared later, added up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

SECTORS = "EICSN"


class TaskName(NamedTuple):
    """A task as it was called when the figures were taken."""

    id: int
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Held:
    """One event that counts. `people` None: whoever came, came once, so that they are the attendances."""

    id: int
    title: str
    on: str  # its first day, ISO
    kind: str
    office: str
    tasks: tuple[TaskName, ...]
    regions: tuple[str, ...]  # codes
    attendances: int
    people: int | None = None
    materials: int | None = None

    @classmethod
    def of_json(cls, words: Mapping[str, Any]) -> Held:
        return cls(**{**words, "tasks": tuple(TaskName(*one) for one in words["tasks"]),
                      "regions": tuple(words["regions"])})


@dataclass(frozen=True, slots=True)
class Noted:
    """Something of the month that is no number: an event without figures, an entry of a register, a milestone."""

    id: int
    title: str
    on: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Heads:
    """How many events, and what came of them: 场次, 人次, 人数, 份."""

    events: int = 0
    attendances: int = 0
    people: int = 0
    materials: int = 0

    @classmethod
    def of(cls, events: Iterable[Held]) -> Heads:
        """Each event once, however often it is named."""
        each = {one.id: one for one in events}.values()
        return cls(len(each), sum(one.attendances for one in each),
                   sum(one.attendances if one.people is None else one.people for one in each),
                   sum(one.materials or 0 for one in each))


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """`joint`: events of other offices that name this one's region beside others; each is told by every partner,
    so they stand apart from what the office itself held."""

    held: tuple[Held, ...] = ()
    joint: tuple[Held, ...] = ()
    missing: tuple[Noted, ...] = ()  # over, and nobody has said how many came
    unconfirmed: tuple[Noted, ...] = ()  # figures that wait for a reviewer
    register: tuple[Noted, ...] = ()
    milestones: tuple[Noted, ...] = ()

    @property
    def totals(self) -> Heads:
        return Heads.of(self.held)

    @property
    def all(self) -> tuple[Held, ...]:
        return (*self.held, *self.joint)

    @property
    def regions(self) -> list[str]:
        """Codes of those that something was held for."""
        return sorted({code for one in self.held for code in one.regions})

    def as_json(self) -> dict[str, Any]:
        """Every list, and the counts beside them, so that who reads the row need not count again."""
        words: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        counts = {"totals": asdict(self.totals), "joint_totals": asdict(Heads.of(self.joint)),
                  "by_task": [[task.id, task.code, asdict(heads)] for task, heads in by_task(self.held)],
                  "by_kind": [[kind, asdict(heads)] for kind, heads in by_kind(self.held)],
                  "event_ids": sorted(one.id for one in self.all), "regions": self.regions}
        return words | {"counts": counts}

    @classmethod
    def of_json(cls, words: Mapping[str, Any]) -> MonthFigures:
        events = {name: tuple(Held.of_json(one) for one in words.get(name, ())) for name in ("held", "joint")}
        notes = {name: tuple(Noted(**one) for one in words.get(name, ()))
                 for name in ("missing", "unconfirmed", "register", "milestones")}
        return cls(**events, **notes)

    @property
    def digest(self) -> str:
        """Tells whether somebody who submits saw these very figures."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()[:16]


def by_task(events: Iterable[Held]) -> list[tuple[TaskName, Heads]]:
    """In the plan's order. An event under two tasks stands under both, so the lines may come to more than the sum."""
    found: dict[int, tuple[TaskName, list[Held]]] = {}
    for event in events:
        for task in event.tasks:
            found.setdefault(task.id, (task, []))[1].append(event)
    return [(task, Heads.of(those)) for task, those in sorted(found.values(), key=lambda one: in_order(one[0].code))]


def by_kind(events: Iterable[Held]) -> list[tuple[str, Heads]]:
    events = list(events)
    return [(kind, Heads.of(one for one in events if one.kind == kind))
            for kind in sorted({one.kind for one in events})]


def in_order(code: str) -> tuple[int, list[int], str]:
    """I2.10 after I2.9, and the sectors as the plan has them."""
    numbers = "".join(sign if sign.isdigit() else " " for sign in code).split()
    return SECTORS.find(code[:1]), [int(one) for one in numbers], code


# ---------------------------------------------------------------- what was corrected since


@dataclass(frozen=True, slots=True)
class Correction:
    """One event whose figures are no longer those that were filed: `before` or `after` is None when it did not
    count then, or does not now."""

    id: int
    title: str
    before: Held | None
    after: Held | None

    @property
    def changed(self) -> list[tuple[str, int, int]]:
        """(attendances, people or materials, then, now)"""
        if self.before is None or self.after is None:
            return []
        return [(name, then, now) for name in ("attendances", "people", "materials")
                if (then := getattr(self.before, name) or 0) != (now := getattr(self.after, name) or 0)]


def corrections(filed: Iterable[Held], now: Iterable[Held]) -> list[Correction]:
    """What differs in numbers; titles and tasks that were renamed are no correction."""
    then, since = {one.id: one for one in filed}, {one.id: one for one in now}
    found = []
    for id in sorted(then.keys() | since.keys()):
        before, after = then.get(id), since.get(id)
        one = Correction(id, (after or before).title, before, after)  # type: ignore[union-attr]
        if before is None or after is None or one.changed:
            found.append(one)
    return found
