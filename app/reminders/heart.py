"""When the scheduler was last seen alive: by the row that each tick writes, and while a tick takes long, as on a busy
machine, by the time of a file beside the database, which waits for no lock."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app

from app.db import db
from app.reminders.due import HEART
from app.reminders.models import Heartbeat

FILE = "scheduler.alive"


def touch(folder: Path, as_of: datetime) -> None:
    path = folder / FILE
    path.touch(mode=0o600)
    os.utime(path, (as_of.timestamp(), as_of.timestamp()))


def last_beat() -> datetime | None:
    """Of this folder's scheduler, or of another machine's on the same database; none where none ever ran."""
    heart = db.session.get(Heartbeat, HEART)
    if heart is None:
        return None
    try:
        told = os.stat(current_app.config["INSTANCE_PATH"] / FILE).st_mtime
    except OSError:
        return heart.at
    return max(heart.at, datetime.fromtimestamp(told, UTC))
