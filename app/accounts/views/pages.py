"""Gathers the pages of accounts; one name a file, and `create_app` registers them together."""

from __future__ import annotations

from app.accounts.views import (  # noqa: F401  routes of the same blueprint
    admin,
    links,
    organizations,
    reach,
)
from app.accounts.views.desk import bp

__all__ = ["bp"]
