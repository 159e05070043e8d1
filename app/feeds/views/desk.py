"""Where the routes of feeds hang."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("feeds", __name__)
