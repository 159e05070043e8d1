"""All of this room's pages."""

from __future__ import annotations

from app.signup.views import data, signing_up, ticket
from app.signup.views.desk import bp

__all__ = ["bp", "data", "signing_up", "ticket"]
