"""What is looked after once each morning from nine: letters about returns, and what there is to supervise."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.places import Organization
from app.clock import local_day
from app.db import Model, db
from app.reports.returns import reminding
from app.reports.returns.deadlines import is_working_hour
from app.reports.returns.scope import Branch
from app.reports.slips import supervising


class ReportsDay(Model):
    """A morning that was looked after, also when there was nothing to write; so a tick asks once a day."""

    __tablename__ = "reports_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    looked_at: Mapped[datetime]


def look(as_of: datetime) -> int:
    """Rung with every tick, it acts once a day; how many letters."""
    day = local_day(as_of)
    if not is_working_hour(as_of) or db.session.get(ReportsDay, day):
        return 0
    db.session.add(ReportsDay(day=day, looked_at=as_of))
    count = 0
    for root in db.session.scalars(Organization.roots()).all():
        branch = Branch.of(root)
        count += reminding.remind(branch, as_of)
        supervising.look_after(branch, as_of)
    return count
