"""Gathers the console's pages of the plan; one name a file, and `create_app` registers them together."""

from __future__ import annotations

from app.plans.console import bp
from app.plans.views import (  # noqa: F401  routes of the same blueprint
    comparing,
    confirming,
    double,
    entries,
    entry_import,
    indicator,
    milestones,
    next_year,
    opening,
    outside,
    outside_import,
    plan_import,
    plan_revisions,
    programmes,
    registers,
    results,
    targets,
    tasks,
)

__all__ = ["bp"]
