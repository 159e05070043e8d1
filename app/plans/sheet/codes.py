"""Codes of categories and tasks: as the sheet gives them, as they were, or made by their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.plans.models import Category, Sector, Task
from app.plans.sheet.tasks import SheetTask
from app.plans.sheet.words import plain

LONGEST_CATEGORY_CODE = 8


@dataclass(slots=True)
class Place:
    """A category as it will be. `category`: the one that is there already, under this name or another."""

    sector: Sector
    name: str
    code: str
    category: Category | None
    position: int


def places_of(tasks: Sequence[SheetTask], matched: Mapping[int, Task],
              categories: Iterable[Category]) -> dict[int, Place]:
    """For each task of the sheet, by its number, the category it stands in."""
    return _Placing(tasks, matched, list(categories)).places


class _Placing:
    def __init__(self, tasks: Sequence[SheetTask], matched: Mapping[int, Task], categories: list[Category]) -> None:
        self.matched, self.categories = matched, categories
        self.taken: set[int] = set()  # categories that a name of the sheet stands for
        groups: dict[tuple[Sector, str], list[SheetTask]] = {}
        for task in tasks:
            assert task.sector is not None  # a task without one is not good
            groups.setdefault((task.sector, plain(self._name(task))), []).append(task)
        names = {key: self._name(members[0]) for key, members in groups.items()}
        found = {key: self._under_its_name(*key) for key in groups}
        for key, members in groups.items():
            if found[key] is None:
                found[key] = self._renamed(key[0], members)
        codes = _codes(groups, found, categories)
        self.places: dict[int, Place] = {}
        for position, (key, members) in enumerate(groups.items()):
            place = Place(key[0], names[key], codes[key], found[key], position)
            self.places |= {task.number: place for task in members}

    def _name(self, task: SheetTask) -> str:
        """Where the sheet says no category a task stays where it is, and a new one stands under its sector."""
        if task.category:
            return task.category
        known = self.matched.get(task.number)
        if known is not None and known.category.sector == task.sector:
            return known.category.name
        by_prefix = next((one for one in self.categories if one.code == _prefix(task.code)
                          and one.sector == task.sector), None)
        assert task.sector is not None
        return by_prefix.name if by_prefix else task.sector.kept

    def _under_its_name(self, sector: Sector, name: str) -> Category | None:
        return self._take([one for one in self.categories if one.sector == sector and plain(one.name) == name])

    def _renamed(self, sector: Sector, members: Sequence[SheetTask]) -> Category | None:
        """The one whose number the tasks bear, or from which most of them come, if nothing else is called so."""
        prefixes = {_prefix(task.code) for task in members if task.code}
        by_code = [one for one in self.categories if prefixes == {one.code}]
        before = Counter(known.category.id for task in members if (known := self.matched.get(task.number)))
        most = [id for id, count in before.most_common(1) if count * 2 > len(members)]
        return self._take([one for one in (*by_code, *(one for one in self.categories if one.id in most))
                           if one.sector == sector])

    def _take(self, candidates: Sequence[Category]) -> Category | None:
        found = next((one for one in candidates if one.id not in self.taken), None)
        if found is not None:
            self.taken.add(found.id)
        return found


Key = tuple[Sector, str]


def _codes(groups: Mapping[Key, Sequence[SheetTask]], found: Mapping[Key, Category | None],
           categories: Iterable[Category]) -> dict[Key, str]:
    """What the tasks' numbers begin with, where all of a category begin alike; else the code it has; else the next
    of its sector, away from what is gone, too."""
    codes: dict[Key, str] = {}
    for key, members in groups.items():
        prefixes = {_prefix(task.code) for task in members if task.code}
        given = prefixes.pop() if len(prefixes) == 1 else ""
        if given and given not in codes.values() and len(given) <= LONGEST_CATEGORY_CODE:
            codes[key] = given
    for key, category in found.items():
        if key not in codes and category is not None and category.code not in codes.values():
            codes[key] = category.code
    taken = set(codes.values()) | {one.code for one in categories}
    for key in groups:
        if key not in codes:
            codes[key] = next(code for number in range(1, 10_000) if (code := f"{key[0].value}{number}") not in taken)
            taken.add(codes[key])
    return codes


def codes_of(tasks: Sequence[SheetTask], matched: Mapping[int, Task], places: Mapping[int, Place],
             used: Iterable[str]) -> dict[int, str]:
    """By the number of each task its code: the sheet's own, else the one it has, else the next of its category.
    `used`: codes that others had, and that are not given again."""
    codes = {task.number: task.code for task in tasks if task.code}
    taken = set(codes.values())
    for task in tasks:
        known = matched.get(task.number)
        if task.number not in codes and known is not None and known.code not in taken:
            codes[task.number] = known.code
            taken.add(known.code)
    taken |= set(used)
    for task in tasks:
        if task.number not in codes:
            category = places[task.number].code
            code = next(code for number in range(1, 10_000) if (code := f"{category}.{number}") not in taken)
            codes[task.number] = code
            taken.add(code)
    return codes


def freed(code: str, taken: Iterable[str], longest: int) -> str:
    """For a task or category that has gone and whose code was given to another: E1.4-old."""
    endings = ("-old", *(f"-old{number}" for number in range(2, 1000)))
    known = set(taken)
    return next(free for ending in endings if (free := code[:longest - len(ending)] + ending) not in known)


def _prefix(code: str) -> str:
    """E1 of E1.2; of A-1-2 A-1."""
    at = max(code.rfind("."), code.rfind("-"))
    return code[:at] if at > 0 else ""
