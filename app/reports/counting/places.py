"""Those of whom an indicator may ask the same: each city, each county, each office below the plan's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import String, cast, literal, null, select, union_all

from app.accounts.places import Organization, Region
from app.db import db
from app.plans.models import Plan
from app.reports.counting.scope import Scope
from app.reports.counting.shares import stem

DIGITS = {"city": 4, "county": 6}


class Place(NamedTuple):
    """A region by its code, an office by its id, or a part of the year by its number."""

    key: Any
    name: str


class Places:
    """The tree below the plan's office, or below the office the count is narrowed to; asked for when first needed."""

    def __init__(self, plan: Plan, scope: Scope) -> None:
        self.year = plan.year
        self._top = scope.within or plan.organization

    def of(self, per: str) -> list[Place]:
        """All that are asked; empty for `total`."""
        if per in DIGITS:
            return [Place(code, name) for code, (level, name) in self.regions.items() if level == per]
        return [Place(id, name) for id, name in self.units.items()] if per == "unit" else []

    def key(self, per: str, region: str | None, unit: int | None) -> Any:
        """Which of them a cell belongs to; None: none of them."""
        if per == "unit":
            return self._under.get(unit)
        return at_level(region, DIGITS[per])

    @cached_property
    def regions(self) -> dict[str, tuple[str, str]]:
        """Level and name by code, of the region and all below it."""
        return {row.key: (row.level, row.name) for row in self._rows if row.level is not None}

    def named(self, codes: Iterable[str]) -> str:
        """Their names, cities before their counties; one that is not of this tree by its code."""
        return _("、").join(self.regions.get(code, ("", code))[1] for code in sorted(codes))

    @cached_property
    def units(self) -> dict[int, str]:
        """The open offices directly below, by id."""
        return {int(row.key): row.name for row in self._offices if row.path.count("/") == self._depth + 1
                and row.is_open}

    @cached_property
    def _under(self) -> dict[int | None, int]:
        """Of each office further down, which of those it is under."""
        return {int(row.key): int(row.path.split("/")[self._depth]) for row in self._offices}

    @property
    def _depth(self) -> int:
        return self._top.path.count("/")

    @property
    def _offices(self) -> list[Any]:
        return [row for row in self._rows if row.level is None and row.path != self._top.path]

    @cached_property
    def _rows(self) -> Sequence[Any]:
        """Both trees in one query: key, name, and a region's level or an office's path."""
        regions = select(Region.code.label("key"), Region.name.label("name"), Region.level.label("level"),
                         null().label("path"), literal(True).label("is_open")
                         ).where(Region.code.startswith(stem(self._top.region_code)))
        offices = select(cast(Organization.id, String), Organization.name, null(), Organization.path,
                         Organization.closed_at.is_(None)
                         ).where(Organization.path.startswith(self._top.path, autoescape=True))
        both = union_all(regions, offices).subquery()
        return db.session.execute(select(both).order_by(both.c.path, both.c.key)).all()


def at_level(code: str | None, digits: int) -> str | None:
    """The city (4 digits) or county (6) that a region lies in or is; None: it is wider."""
    if code is None or code[digits - 2:digits] == "00":
        return None
    return code[:digits].ljust(6, "0")
