"""Gathers the pages of the board, returns, slips and reports; `create_app` registers them together."""

from __future__ import annotations

from app.reports.views import board_letters as _board_letters  # noqa: F401  routes of the same blueprints
from app.reports.views import returns as _returns  # noqa: F401  routes of the same blueprints
from app.reports.views import slip_by_hand as _slip_by_hand  # noqa: F401
from app.reports.views import slips as _slips  # noqa: F401
from app.reports.views import snapshots as _snapshots  # noqa: F401
from app.reports.views import statements as _statements  # noqa: F401
from app.reports.views import totals as _totals  # noqa: F401
from app.reports.views.board import bp as leaders
from app.reports.views.desk import returns, slips
from app.reports.views.reporting import bp as reports

__all__ = ["leaders", "reports", "returns", "slips"]
