"""What the limited child does with a task sheet. It knows no database: it tells which of the sheets is one."""

from __future__ import annotations

from typing import Any

from app import sheets
from app.limits import Progress
from app.plans.sheet.columns import fit

KIND, WORK = "plan.sheet", "app.plans.sheet.reading:read"


def read(attachment: bytes, told: Progress, *, name: str = "", year: int = 0) -> dict[str, Any]:
    """The rows of the sheet that looks most like a task sheet, with what was said when it was handed in.

    :raises Unfit: for what is no sheet, in a sentence.
    """
    page = sheets.best(attachment, told, keeps_lines=True, fit=fit, shown_days=True)
    return {"name": name, "year": year, "page": page.name, "of": page.of, "rows": page.rows}
