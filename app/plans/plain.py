"""A plan as plain values: what is kept of it before and after each import, and what an undoing puts back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from app.plans.indicators import Indicator
from app.plans.models import Category, Plan, Task

CATEGORY = ("id", "sector", "code", "name", "name_en", "position")
TASK = ("id", "category_id", "code", "title", "title_en", "official_wording", "wording_year", "programmes",
        "delivered_by", "event_kind", "audience", "lead_organization_id", "target_wording", "lead_wording",
        "supporting", "in_charge", "form_of_result", "progress_note", "problems", "due_on", "position",
        "withdrawn_at")
INDICATOR = ("id", "name", "wording", "comparison", "minimum", "maximum", "unit", "counting", "per", "period",
             "basis", "measure", "register_id", "quarters", "is_confirmed", "position", "source_id",
             "entered_result", "entered_source")
DAYS, MOMENTS = ("due_on",), ("withdrawn_at",)

Plain = dict[str, Any]


def plain_of(plan: Plan, categories: Iterable[Category], tasks: Iterable[Task]) -> Plain:
    """By ids, which stay; the caller has loaded all of it."""
    return {"title": plan.title, "year": plan.year,
            "categories": [_values(one, CATEGORY) for one in categories],
            "tasks": [_values(one, TASK) | {"indicators": [_indicator(each) for each in one.indicators]}
                      for one in tasks]}


def restored(values: Plain, names: Iterable[str]) -> Plain:
    """Plain values as a row takes them."""
    return {name: _read(name, values[name]) for name in names if name in values}


def _indicator(one: Indicator) -> Plain:
    return _values(one, INDICATOR) | {"allocations": {each.region_code: each.amount for each in one.allocations}}


def _values(row: Any, names: Iterable[str]) -> Plain:
    return {name: _write(getattr(row, name)) for name in names}


def _write(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in DAYS:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if name in MOMENTS else value
