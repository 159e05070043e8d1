"""Somebody leaves of his own accord: a colleague takes his roles, and his account is closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts import staff
from app.accounts.browsers import WebSession
from app.accounts.models import Grant, Person, Role
from app.accounts.places import Organization
from app.db import db
from app.errors import Refused


class OnlyAdministrator(Refused):
    """Whoever lets people in at an office is not let go while nobody else there can."""

    def __init__(self, office: str) -> None:
        super().__init__(_("您是“%(office)s”唯一的管理员，不能自己离开。请先给另一个人这个角色，或者请上级管理员来交接。",
                           office=office))


def colleagues(person: Person) -> Sequence[Person]:
    """Those of his unit, and of the offices where he holds a role, who may hold what he holds."""
    at = {person.organization_id, *(grant.organization_id for grant in person.grants)}
    people = db.session.scalars(select(Person).join(Person.organization).where(
        Person.organization_id.in_(at), Person.active, Person.id != person.id).order_by(
            Organization.path, Person.name, Person.id)).unique().all()
    return staff.in_order(people, person)


def require_another_administrator(person: Person) -> None:
    """:raises OnlyAdministrator: naming the office. Of two who leave at once the second waits for the first."""
    for grant in person.grants:
        if grant.role != Role.ADMINISTRATOR:
            continue
        office = grant.organization
        db.session.execute(select(Organization.id).where(Organization.id == office.id).with_for_update())
        if db.session.scalars(select(Grant.id).join(Grant.person).where(
                Grant.role == Role.ADMINISTRATOR.value, Grant.organization_id == office.id, Person.active,
                Person.id != person.id).limit(1)).first() is None:
            raise OnlyAdministrator(office.name)


def leave(person: Person, successor: Person, as_of: datetime) -> None:
    """:raises OnlyAdministrator, OutOfReach:"""
    if successor not in colleagues(person):
        raise staff.OutOfReach(_("请选一位在用的同事接手。"))
    require_another_administrator(person)
    staff.pass_on(person, successor, as_of)
    WebSession.end_all(successor.id, as_of)
