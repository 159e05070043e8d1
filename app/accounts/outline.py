"""The tree of organizations as a page shows it: nodes with their children, or what a search found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.accounts.models import Actor, Person
from app.accounts.places import Organization
from app.db import db

KINDS = ("office", "department", "unit")


@dataclass(slots=True)
class Node:
    """One organization, how many people work in it, and what stands under it."""

    organization: Organization
    people: int = 0
    children: list[Node] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(1 + child.size for child in self.children)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


def outline(actor: Actor, *, with_closed: bool = False) -> list[Node]:
    """The branches in which the actor's role reaches, offices of a place before its departments and units."""
    rows = Organization.under(actor.paths) if with_closed else Organization.open_under(actor.paths)
    people = dict(db.session.execute(
        select(Person.organization_id, func.count()).where(Person.active.is_(True)).group_by(Person.organization_id)
    ).all())
    nodes = {one.id: Node(one, people.get(one.id, 0)) for one in sorted(db.session.scalars(rows), key=_order)}
    tops = []
    for node in nodes.values():
        above = nodes.get(node.organization.parent_id or 0)
        (above.children if above else tops).append(node)
    return tops


def found(actor: Actor, words: str) -> list[tuple[Organization, str]]:
    """Those in reach that go or went by what was typed, and the name that told, where it is another one."""
    wanted = words.casefold().split()
    rows = db.session.scalars(Organization.under(actor.paths).options(selectinload(Organization.past))).all()
    hits = []
    for one in sorted(rows, key=_order):
        told = next((name for name in one.known_as if all(word in name.casefold() for word in wanted)), None)
        if told:
            hits.append((one, "" if told == one.name else told))
    return hits


def offered(tops: Iterable[Node], without: Organization | None = None) -> list[tuple[str, str]]:
    """For a choice in a form: ids and names, indented; not `without` nor what is below it."""
    return [(str(node.organization.id), "　" * depth + node.organization.name)
            for top in tops for depth, node in top.walk()
            if without is None or not node.organization.path.startswith(without.path)]


def _order(one: Organization) -> tuple[int, str, str]:
    return KINDS.index(one.kind) if one.kind in KINDS else len(KINDS), one.region_code, one.name
