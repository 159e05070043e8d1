"""`flask reminders tick` and `flask reminders run`."""

from __future__ import annotations

from flask.cli import AppGroup

reminders = AppGroup("reminders", help="Reminders and the sending of letters.")
