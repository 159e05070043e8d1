"""Which task of the plan a task of the sheet is: by number, by name, by wording that is alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.plans.sheet.words import plain

ALIKE = 0.5  # share of two-sign pieces in common from which two wordings are taken for one task
RELATED = 0.2  # under one number even this little will do; below it the number was given to something else


@dataclass(frozen=True, slots=True)
class Name:
    """A task's name, taken apart once so that each may be held against each."""

    code: str
    title: str
    wording: str
    pieces: frozenset[str]

    @classmethod
    def of(cls, code: str, title: str, wording: str) -> Name:
        name, said = plain(title), plain(wording).replace("|", "")
        whole = name if name in said else said if said in name else name + "|" + said
        return cls(code, name, said, frozenset(whole[at:at + 2] for at in range(len(whole) - 1)))

    def likeness(self, other: Name) -> float:
        """0 to 1: what share of their pieces two names have in common; 1 for the same title."""
        if self.title == other.title:
            return 1.0
        both = len(self.pieces) + len(other.pieces)
        return 2 * len(self.pieces & other.pieces) / both if both else 0.0


@dataclass(slots=True)
class Matches:
    """By the number of a sheet's task, the id of the plan's; tasks that are new are not in it."""

    found: dict[int, int] = field(default_factory=dict)
    # Of the same number, but of something else: number of the sheet's task to the id of the plan's.
    only_by_code: dict[int, int] = field(default_factory=dict)


def matched(sheet: Mapping[int, Name], plan: Mapping[int, Name], withdrawn: Mapping[int, Name],
            chosen: Mapping[int, int]) -> Matches:
    """What somebody chose (0: a new task) before all; then the same number and name, the same name, the same
    number with related words, and words that are alike, the most alike first. A task that was withdrawn comes
    back only under its own name."""
    found = {number: id for number, id in chosen.items() if number in sheet and (id in plan or id in withdrawn)}
    decided = set(chosen)
    for of in (plan, withdrawn):
        for keys in (("code", "title"), ("title", "wording"), ("title",), ("wording",)):
            _match_equal(sheet, of, keys, found, decided)
    result = Matches(found)
    _match_by_code(sheet, plan, result, decided)
    _match_alike(sheet, plan, found, decided)
    return result


def _match_equal(sheet: Mapping[int, Name], plan: Mapping[int, Name], keys: Sequence[str], found: dict[int, int],
                 decided: Iterable[int]) -> None:
    """Only where both sides have it once: two tasks of one name are told apart by something else."""
    def by_key(names: Mapping[int, Name], taken: Iterable[int]) -> dict[tuple[str, ...], list[int]]:
        grouped: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for id, name in names.items():
            key = tuple(getattr(name, one) for one in keys)
            if id not in taken and all(key):
                grouped[key].append(id)
        return grouped

    theirs = by_key(plan, set(found.values()))
    for key, numbers in by_key(sheet, found.keys() | set(decided)).items():
        if len(numbers) == 1 and len(theirs.get(key, [])) == 1:
            found[numbers[0]] = theirs[key][0]


def _match_by_code(sheet: Mapping[int, Name], plan: Mapping[int, Name], result: Matches,
                   decided: Iterable[int]) -> None:
    by_code = {name.code: id for id, name in plan.items() if id not in set(result.found.values())}
    for number, name in sheet.items():
        id = by_code.get(name.code) if name.code and number not in result.found and number not in decided else None
        if id is None:
            continue
        if name.likeness(plan[id]) >= RELATED:
            result.found[number] = id
        else:
            result.only_by_code[number] = id


def _match_alike(sheet: Mapping[int, Name], plan: Mapping[int, Name], found: dict[int, int],
                 decided: Iterable[int]) -> None:
    taken = set(found.values())
    pairs = sorted(((likeness, number, id) for number, name in sheet.items()
                    if number not in found and number not in decided
                    for id, other in plan.items() if id not in taken
                    if (likeness := name.likeness(other)) >= ALIKE), key=lambda pair: (-pair[0], pair[1], pair[2]))
    for _likeness, number, id in pairs:
        if number not in found and id not in taken:
            found[number] = id
            taken.add(id)
