"""The divisions of the province, from the table that comes with the code (GB/T 2260)."""

from __future__ import annotations

import csv
from pathlib import Path

from sqlalchemy import insert, select

from app.accounts.places import Region
from app.db import db

TABLE = Path(__file__).parent / "data" / "regions.csv"


def load() -> int:
    """Adds the regions not there yet; how many."""
    known = set(db.session.scalars(select(Region.code)))
    with TABLE.open(encoding="utf-8") as file:
        rows = [{"code": row["code"], "parent_code": row["parent"] or None, "level": row["level"],
                 "name": row["name"], "short_name": row["short_name"], "name_en": row["name_en"]}
                for row in csv.DictReader(line for line in file if not line.startswith("#"))
                if row["code"] not in known]
    if rows:
        db.session.execute(insert(Region), rows)
    return len(rows)
