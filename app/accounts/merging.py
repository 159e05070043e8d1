"""Whatever points at an organization follows it into another, in whichever room the table stands."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import Column, Table, UniqueConstraint, delete, exists, select, update

from app.db import Base, db

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.accounts.places import Organization

# The tree itself, and what the past was: they have verbs of their own.
KEPT = {"organization", "organization_period"}
# A second row of the same there says nothing: somebody who held a role at both holds it once.
DROPPED_WHEN_DOUBLE = {"role_grant"}
LONGEST_NAME = 120


def hand_everything(source: Organization, target: Organization) -> dict[str, int]:
    """How many rows of each table moved. Where `target` has its own already (a setting, a rule), its own
    stands, and the other's stays behind with the closed office."""
    db.session.flush()
    moved: dict[str, int] = {}
    for table, column in pointing_at_organizations():
        double = _doubles(table, column, target.id)
        if table.name in DROPPED_WHEN_DOUBLE and double is not None:
            db.session.execute(delete(table).where(column == source.id, double))
        wanted = update(table).where(column == source.id).values({column.name: target.id})
        count = db.session.execute(wanted if double is None else wanted.where(~double)).rowcount  # type: ignore[attr-defined]
        if count:
            moved[table.name] = moved.get(table.name, 0) + count
    db.session.expire_all()
    return moved


def pointing_at_organizations() -> Iterator[tuple[Table, Column[int]]]:
    for table in sorted(Base.metadata.tables.values(), key=lambda one: one.name):
        if table.name not in KEPT:
            for column in table.columns:
                if any(key.column.table.name == "organization" for key in column.foreign_keys):
                    yield table, column


def name_of_merged(source: Organization, target: Organization) -> str:
    """Leaves the name free: the office it went into may take it. Told apart from what was merged so before."""
    table = type(source)
    for number in count(1):
        again = f"，{number}" if number > 1 else ""
        ending = f"（已并入{target.name[:50]}{again}）"  # kept, so in the language of names and not in the reader's
        name = source.name[:LONGEST_NAME - len(ending)] + ending
        if db.session.scalar(select(table.id).where(table.name == name)) is None:
            return name
    raise AssertionError


def _doubles(table: Table, column: Column[int], target_id: int):  # type: ignore[no-untyped-def]
    """Whether `target` has a row that differs in `column` alone; None where the table has no such key."""
    keys = [set(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    keys += [{one} for one in table.columns if one.unique] + [set(table.primary_key.columns)]
    twin, found = table.alias(), None
    for key in keys:
        if column not in key:
            continue
        others = [twin.c[one.name].is_not_distinct_from(table.c[one.name]) for one in key - {column}]
        same = exists(select(1).select_from(twin).where(twin.c[column.name] == target_id, *others)).correlate(table)
        found = same if found is None else found | same
    return found
