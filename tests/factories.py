"""Plain functions that make things for tests. Chen edits, Li attends, Wang is a stranger."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.accounts.models import Person, Role
from app.accounts.places import Organization, Region
from app.db import db
from app.events.figures import Figures
from app.events.models import Event
from app.events.span import Span
from app.events.words import EventKind
from app.plans import importing
from app.plans.models import Plan, Task
from tests.conftest import AS_OF

SEED = Path(importing.__file__).parent / "data" / "plan_2023.csv"


def a_region(name: str = "成都") -> Region:
    return db.session.scalars(Region.named(name).limit(1)).one()


def an_office(name: str = "省知识产权促进中心", region: str = "四川", parent: Organization | None = None,
              kind: str = "office") -> Organization:
    found = db.session.scalars(select(Organization).where(Organization.name == name)).one_or_none()
    if found:
        return found
    office = Organization(name=name, region=a_region(region), parent=parent, kind=kind, aliases=[])
    db.session.add(office)
    db.session.flush()
    office.settle()
    db.session.flush()
    return office


def a_city_office(city: str = "成都") -> Organization:
    return an_office(f"{city}市市场监督管理局", city, parent=an_office())


def a_person(name: str, role: Role, organization: Organization) -> Person:
    person = Person.invite(name=name, email=f"{name.lower()}@example.org", role=role,
                           organization=organization, as_of=AS_OF)
    db.session.add(person)
    db.session.flush()
    return person


def chen(organization: Organization | None = None) -> Person:
    """An organizer of the root office."""
    return a_person("Chen", Role.ORGANIZER, organization or an_office())


def wang() -> Person:
    """An organizer of another city: a stranger to Chen's events in Chengdu."""
    return a_person("Wang", Role.ORGANIZER, a_city_office("绵阳"))


def a_plan(year: int = 2026) -> Plan:
    found = db.session.scalars(Plan.of_year(year)).first()
    if found:
        return found
    plan = importing.read(SEED, an_office(), year, f"{year}年知识产权“五进”推进计划")
    db.session.add(plan)
    plan.adopt(AS_OF)
    db.session.flush()
    return plan


def a_task(code: str = "I2.1", year: int = 2026) -> Task:
    return db.session.scalars(Task.of_plan(a_plan(year)).where(Task.code == code)).one()


def an_event(title: str = "知识产权讲座", *, kind: EventKind = EventKind.LECTURE, starts_at: datetime | None = None,
             hours: float = 2, published: bool = True, span: Span | None = None, **changes: Any) -> Event:
    """A lecture of the root office in Chengdu, ten days from now, published unless told otherwise."""
    starts_at = starts_at or AS_OF + timedelta(days=10)
    event = Event.draft(
        kind=kind, title=title, span=span or Span(starts_at, starts_at + timedelta(hours=hours)),
        organization=changes.pop("organization", None) or an_office(), as_of=changes.pop("as_of", AS_OF),
        regions=changes.pop("regions", None) or [a_region()], location=changes.pop("location", "天府新区会议中心"),
        **changes)
    db.session.add(event)
    db.session.flush()
    if published:
        event.publish(AS_OF)
    db.session.flush()
    return event


def figures(by: Person, attendances: int = 80, **changes: Any) -> Figures:
    return Figures(attendances=attendances, people=changes.pop("people", None), materials=None, summary="",
                   media_url="", entered_by_id=by.id, entered_at=changes.pop("entered_at", AS_OF), **changes)
