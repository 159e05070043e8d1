"""A county that submits to its city: who acts there, and what a feed says."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from app.accounts.models import Person, Role
from app.accounts.places import Organization
from app.db import db
from app.events.approval import PublishingRule, Reviewer
from app.events.models import Event
from app.outbox.models import Delivery
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, an_event, an_office


@dataclass
class Offices:
    """Chengdu's counties submit to Chengdu; Chen works in one of them, He reviews in the city, Gu in the province."""

    city: Organization = field(default_factory=a_city_office)

    def __post_init__(self) -> None:
        self.county = an_office("锦江区市场监督管理局", "锦江区", parent=self.city)
        self.chen = a_person("Chen", Role.ORGANIZER, self.county)
        self.he = a_person("He", Role.REVIEWER, self.city)
        self.gu = a_person("Gu", Role.REVIEWER, an_office())
        a_rule(self.city, level="county")
        db.session.commit()

    def event(self, title: str = "知识产权讲座", **changes: object) -> Event:
        made = an_event(title, organization=self.county, **changes)  # type: ignore[arg-type]
        db.session.commit()
        return made


def a_rule(organization: Organization, reviewer: Reviewer = Reviewer.PARENT, *, kind: str = "",
           level: str = "") -> PublishingRule:
    rule = PublishingRule(organization=organization, kind=kind, level=level, reviewer=reviewer.value)
    db.session.add(rule)
    db.session.flush()
    return rule


def an_administrator(organization: Organization, name: str = "Ding") -> Person:
    return a_person(name, Role.ADMINISTRATOR, organization)


def letters() -> list[tuple[str, str, str]]:
    """(letter, address, subject) in order."""
    db.session.expire_all()
    return [(one.letter, one.address, one.content.subject) for one in db.session.scalars(
        select(Delivery).order_by(Delivery.id)) if one.letter.startswith("events.")]


def feed(client) -> bytes:  # type: ignore[no-untyped-def]
    return client.get("/calendar.ics").data


__all__ = ["AS_OF", "Offices", "a_rule", "an_administrator", "feed", "letters"]
