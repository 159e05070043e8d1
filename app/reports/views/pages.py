"""Gathers the pages of returns and slips; one name a file, and `create_app` registers them together."""

from __future__ import annotations

from app.reports.views import returns as _returns  # noqa: F401  routes of the same blueprints
from app.reports.views import totals as _totals  # noqa: F401
from app.reports.views.desk import returns, slips

__all__ = ["returns", "slips"]
