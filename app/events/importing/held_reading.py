"""What the limited child does with a sheet of held events. It knows no database: it tells which sheet is one."""

from __future__ import annotations

from typing import Any

from app import sheets
from app.events.importing.held_columns import fit
from app.limits import Progress

KIND, WORK = "events.held", "app.events.importing.held_reading:read"


def read(attachment: bytes, told: Progress, *, name: str = "", year: int = 0) -> dict[str, Any]:
    """The rows of the sheet that looks most like one, with what was said when it was handed in.

    :raises Unfit: for what is no sheet, in a sentence.
    """
    return {"name": name, "year": year, "rows": sheets.best(attachment, told, fit=fit, shown_days=True).rows}
