"""Gathers the console's pages of the plan; one name a file, and `create_app` registers them together."""

from __future__ import annotations

from app.plans.console import bp

__all__ = ["bp"]
