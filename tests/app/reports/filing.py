"""A province, a city and three counties: who files, who decides, and what they held."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.accounts.models import Person, Role
from app.accounts.places import Organization
from app.db import db
from app.events.models import Event
from app.reports.returns.figures import MonthFigures
from app.reports.returns.gathering import gather
from app.reports.returns.month import Month
from app.reports.returns.monthly import MonthlyReturn
from app.reports.returns.scope import Branch
from tests.factories import a_city_office, a_person, a_plan, an_event, an_office, figures

MARCH = Month.named("2026-03")
APRIL_2 = datetime(2026, 4, 2, 2, 0, tzinfo=UTC)  # Thursday 10:00 in Chengdu
WORDS = {"words": "办了讲座", "problems": ""}


@dataclass
class Offices:
    """Chen files for Jinjiang county, He reviews in Chengdu, Gu in the province. The plan is adopted on 2 March."""

    city: Organization = field(default_factory=a_city_office)

    def __post_init__(self) -> None:
        self.province = an_office()
        self.county = an_office("锦江区市场监督管理局", "锦江区", parent=self.city)
        self.wuhou = an_office("武侯区市场监督管理局", "武侯区", parent=self.city)
        self.pidu = an_office("郫都区市场监督管理局", "郫都区", parent=self.city)
        self.chen = a_person("Chen", Role.ORGANIZER, self.county)
        self.he = a_person("He", Role.REVIEWER, self.city)
        self.gu = a_person("Gu", Role.REVIEWER, self.province)
        a_plan()
        db.session.commit()


def held(office: Organization, by: Person, title: str = "知识产权讲座", *, day: int = 10, attendances: int = 80,
         at: datetime | None = None, **changes: Any) -> Event:
    """Held at the office in March, its figures confirmed."""
    starts_at = datetime(2026, 3, day, 2, 0, tzinfo=UTC)
    changes.setdefault("regions", [office.region])
    heads = {name: changes.pop(name) for name in ("people",) if name in changes}
    event = an_event(title, organization=office, starts_at=starts_at, **changes)
    event.record_figures(figures(by, attendances, **heads), at or starts_at + timedelta(days=1), confirmed=True)
    db.session.commit()
    return event


def now_of(office: Organization, month: Month = MARCH, as_of: datetime = APRIL_2) -> MonthFigures:
    return gather(Branch.of(office), office, month, as_of)


def filed(office: Organization, by: Person, month: Month = MARCH, at: datetime = APRIL_2) -> MonthlyReturn:
    """Its return, submitted."""
    found = MonthlyReturn.ensure(office, month)
    found.submit(now_of(office, month, at), by, at, **WORDS)
    db.session.commit()
    return found


def approved(office: Organization, by: Person, decider: Person, month: Month = MARCH,
             at: datetime = APRIL_2) -> MonthlyReturn:
    found = filed(office, by, month, at)
    found.approve(decider, at + timedelta(hours=1))
    db.session.commit()
    return found
