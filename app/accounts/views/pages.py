"""Gathers the pages of accounts; one name a file, and `create_app` registers them together."""

from __future__ import annotations

from app.accounts.views import (  # noqa: F401  routes of the same blueprint
    admin,
    handing_over,
    jobs,
    links,
    my_account,
    my_second_factor,
    organizations,
    provider,
    reach,
    recovery,
    settings,
    sign_in,
    sign_in_rules,
    staff,
    staff_import,
)
from app.accounts.views.desk import bp

__all__ = ["bp"]
