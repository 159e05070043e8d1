"""Feeds, single entries, and the page that helps to subscribe."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("feeds", __name__)
