"""What hangs on rows of the plan, asked of the tables themselves: rooms to the right are not known here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from flask_babel import gettext as _
from sqlalchemy import select

from app.db import Base, db
from app.errors import Refused

# Parts of a task that go with it.
OWN = frozenset(("indicator", "allocation"))

Hanging = Mapping[int, Mapping[str, int]]


class InUse(Refused):
    """A number on which rows hang cannot go."""

    def __init__(self, hanging: Hanging) -> None:
        super().__init__(_("这个指标上已经有%(what)s，不能删除。不再对外的，把性质改成内部目标。",
                           what=told(hanging)))


def hanging_on(table: str, ids: Collection[int], without: Collection[str] = OWN) -> Hanging:
    """By the id of each of the rows `ids` of `table` on which something hangs: how many rows of which table.

    A query for each table that points there, whatever the number of rows.
    """
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for other in sorted(Base.metadata.tables.values(), key=lambda one: one.name):
        for column in other.columns if ids and other.name not in without else ():
            if any(key.column.table.name == table for key in column.foreign_keys):
                for id in db.session.scalars(select(column).select_from(other).where(column.in_(sorted(ids)))):
                    found[id][other.name] = found[id].get(other.name, 0) + 1
    return found


def told(hanging: Hanging) -> str:
    """“活动 3 个、节点 1 个” for a sentence."""
    words = {"event_task": _("活动"), "milestone": _("节点"), "outside_figure": _("外部数字")}
    counts: dict[str, int] = defaultdict(int)
    for tables in hanging.values():
        for name, count in tables.items():
            counts[words.get(name, _("其他记录"))] += count
    return _("、").join(_("%(what)s %(count)d 个", what=what, count=count) for what, count in counts.items())
