"""Sign-up, the ticket, withdrawing."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("signup", __name__)
