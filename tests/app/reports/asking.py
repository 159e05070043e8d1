"""Indicators, and what is entered for them, as the tests of counting need them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.accounts.models import Person
from app.db import db
from app.events.models import Event
from app.plans.indicators import Indicator
from app.plans.milestones import Milestone
from app.plans.outside import OutsideFigure
from app.plans.registers import Register, RegisterEntry
from tests.conftest import AS_OF
from tests.factories import a_region, a_task, an_event, an_office, figures


def asked(measure: str = "events", *, code: str = "I2.1", year: int = 2026, **words: Any) -> Indicator:
    """The only indicator of the task."""
    task = a_task(code, year)
    made = Indicator(**{
        "wording": "至少1", "comparison": "at_least", "minimum": 1, "maximum": None, "unit": "个", "basis": "stated",
        "measure": measure, "per": "total", "period": "year"} | words)
    task.indicators = [made]
    task.due_on = date(year, 12, 31)
    db.session.flush()
    return made


def held(by: Person, *, confirmed: bool = True, attendances: int = 80, people: int | None = None, days: float = 2,
         **changes: Any) -> Event:
    event = an_event(starts_at=changes.pop("starts_at", AS_OF - timedelta(days=days)), **changes)
    event.record_figures(figures(by, attendances, people=people), AS_OF, confirmed=confirmed)
    db.session.flush()
    return event


def a_register(name: str = "试点学校", **words: Any) -> Register:
    made = Register(organization=an_office(), name=name, **words)
    db.session.add(made)
    db.session.flush()
    return made


def an_entry(register: Register, name: str = "第一中学", *, region: str = "成都", standing: str = "approved",
             approved_on: date | None = date(2026, 1, 20), **words: Any) -> RegisterEntry:
    made = RegisterEntry(register=register, name=name, region=a_region(region), standing=standing,
                         approved_on=approved_on, created_at=AS_OF, revised_at=AS_OF,
                         organization=words.pop("organization", None) or an_office(), **words)
    db.session.add(made)
    db.session.flush()
    return made


def a_figure(indicator: Indicator, month: int, amount: int, *, is_running_total: bool = True,
             source: str = "学习平台", true_on: date | None = None) -> OutsideFigure:
    made = OutsideFigure(
        indicator=indicator, month=date(2026, month, 1), amount=amount, source=source, region=a_region("四川"),
        is_running_total=is_running_total, true_on=true_on or date(2026, month, 28), entered_at=AS_OF)
    db.session.add(made)
    db.session.flush()
    return made


def a_milestone(indicator: Indicator, *, due_on: date | None = None, reached_on: date | None = None,
                title: str = "批复") -> Milestone:
    made = Milestone(task=indicator.task, indicator=indicator, organization=an_office(), title=title, due_on=due_on,
                     reached_on=reached_on, created_at=AS_OF, revised_at=AS_OF)
    db.session.add(made)
    db.session.flush()
    return made
