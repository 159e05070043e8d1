"""All pages of letters, for `create_app`."""

from __future__ import annotations

from app.outbox.views import (  # noqa: F401  routes of the same blueprint
    acting,
    letters,
    one_letter,
    releasing,
    wordings,
)
from app.outbox.views.desk import bp

__all__ = ["bp"]
