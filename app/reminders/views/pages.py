"""Gathers the pages; `create_app` registers them together."""

from __future__ import annotations

from app.reminders.views import days, event_rules, notice, office_rules  # noqa: F401  routes of the same blueprint
from app.reminders.views.desk import bp

__all__ = ["bp"]
