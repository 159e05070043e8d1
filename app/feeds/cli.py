"""`flask feeds rebuild`."""

from __future__ import annotations

from flask.cli import AppGroup

feeds = AppGroup("feeds", help="The calendar's stored entries.")
