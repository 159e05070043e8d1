"""The people of the demonstration, marked as such by name and address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Person, Role
from app.accounts.places import Organization
from app.db import db

ORGANIZER, LEADER, IN_CITY = (
    "demo-organizer@example.org", "demo-leader@example.org", "demo-chengdu@example.org")


def people() -> list[Person]:
    """Those for whom a start prints links: the organizer, then the leader. None in a real installation."""
    found = db.session.scalars(select(Person).where(Person.email.in_((ORGANIZER, LEADER)))).all()
    return sorted(found, key=lambda person: person.email != ORGANIZER)


def invite_people(root: Organization, city: Organization, as_of: datetime) -> Person:
    """Invites them; the organizer."""
    organizer, leader, in_city = (
        Person.invite(name=name, email=email, role=role, organization=organization, as_of=as_of)
        for name, email, role, organization in (
            ("演示组织员", ORGANIZER, Role.ORGANIZER, root),
            ("演示负责人", LEADER, Role.LEADER, root),
            ("演示组织员（成都）", IN_CITY, Role.ORGANIZER, city)))
    db.session.add_all([organizer, leader, in_city])
    db.session.flush()
    return organizer
