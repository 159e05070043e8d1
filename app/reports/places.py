"""Those of whom an indicator may ask the same: each city, each county, each office below the plan's own."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import select

from app.accounts.places import Organization, Region
from app.db import db
from app.plans.models import Plan
from app.reports.scope import Scope

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
        return [Place(id, name) for id, name in self._units[0].items()] if per == "unit" else []

    def key(self, per: str, region: str | None, unit: int | None) -> Any:
        """Which of them a cell belongs to; None: none of them."""
        if per == "unit":
            return self._units[1].get(unit)
        return at_level(region, DIGITS[per])

    @cached_property
    def regions(self) -> dict[str, tuple[str, str]]:
        """Level and name by code, of the region and all below it."""
        return {code: (level, name) for code, level, name in db.session.execute(
            select(Region.code, Region.level, Region.name)
            .where(Region.code.startswith(self._top.region.stem)).order_by(Region.code))}

    @cached_property
    def _units(self) -> tuple[dict[int, str], dict[int, int]]:
        """The open offices directly below, by id; and of each office further down, which of them it is under."""
        names: dict[int, str] = {}
        under: dict[int, int] = {}
        depth = self._top.path.count("/")
        for id, path, name, closed_at in db.session.execute(
                select(Organization.id, Organization.path, Organization.name, Organization.closed_at)
                .where(Organization.path.startswith(self._top.path, autoescape=True)).order_by(Organization.path)):
            if id == self._top.id:
                continue
            under[id] = int(path.split("/")[depth])
            if path.count("/") == depth + 1 and closed_at is None:
                names[id] = name
        return names, under


def at_level(code: str | None, digits: int) -> str | None:
    """The city (4 digits) or county (6) that a region lies in or is; None: it is wider."""
    if code is None or code[digits - 2:digits] == "00":
        return None
    return code[:digits].ljust(6, "0")
