"""What is made behind the page: the ledger, the evidence pack and the Word file of a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from app import made
from app.accounts.places import Organization
from app.db import db
from app.exporting import XLSX
from app.limits import Progress
from app.plans.models import Plan
from app.reports.statements import evidence, ledger, workbook
from app.reports.statements.period import Period
from app.reports.statements.proofs import Whose
from app.reports.statements.statement import statement_of

LEDGER, EVIDENCE, WORD = "reports.ledger", "reports.evidence", "reports.word"
TELL_EVERY = 500


def make_ledger(id: int, payload: Mapping[str, Any], told: Progress) -> dict[str, Any]:
    """The ledger of an office's period, as .xlsx."""
    office, period = _office(payload), _period(payload)
    title = f"{office.name} 活动台账（{period.kept}）"
    total = ledger.count(office.path, period)

    def telling():  # type: ignore[no-untyped-def]
        for number, row in enumerate(ledger.rows(office_path, period), 1):
            yield row
            if number % TELL_EVERY == 0:
                told(number, total)

    office_path, path = office.path, made.path_of(id)
    workbook.ledger(path, title, telling())
    return {"name": f"{title}.xlsx", "type": XLSX, "size": path.stat().st_size, "count": total}


def make_evidence(id: int, payload: Mapping[str, Any], told: Progress) -> dict[str, Any]:
    """The evidence of all tasks of a plan, as a zip."""
    office, period = _office(payload), _period(payload)
    plan = db.session.scalars(select(Plan).where(Plan.id == payload["plan"])).one()
    as_of = datetime.fromisoformat(payload["as_of"])
    statement = statement_of(plan, office, period, as_of)
    whose = Whose(plan, office, period, frozenset(payload.get("shown_below", ())))
    name, path = f"{office.name} 佐证材料（{period.kept}）.zip", made.path_of(id)
    with force_locale("zh"):
        count = evidence.write(path, whose, statement, told, by=payload.get("by", ""), as_of=as_of)
    return {"name": name, "type": "application/zip", "size": path.stat().st_size, "count": count}


def _office(payload: Mapping[str, Any]) -> Organization:
    return db.session.scalars(select(Organization).where(Organization.id == payload["office"])).one()


def _period(payload: Mapping[str, Any]) -> Period:
    period = Period.read(payload["period"])
    assert period is not None
    return period
