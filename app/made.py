"""Files made for one person by a job (a report, a pack): beside the database, for a day, in no backup."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flask import current_app


def path_of(job_id: int) -> Path:
    """Where the file of a job lies, or will."""
    folder = Path(current_app.config["INSTANCE_PATH"]) / "made"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / str(job_id)


def forget_before(moment: datetime) -> None:
    """Takes away what nobody came for."""
    folder = Path(current_app.config["INSTANCE_PATH"]) / "made"
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.stat().st_mtime < moment.timestamp():
            path.unlink(missing_ok=True)
