"""The first step of a real installation: its root office, its settings, its first administrator."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.accounts import regions
from app.accounts.installation import Installation
from app.accounts.models import Person, Role
from app.accounts.places import Organization, Region
from app.accounts.settings import OfficeSettings
from app.db import db
from app.errors import Refused


class AlreadySetUp(Refused):
    """There is an office: setting up is done once."""


class NoSuchRegion(Refused):
    """Not in the table of divisions."""

    status = 422


def is_set_up() -> bool:
    return db.session.scalars(Organization.roots().limit(1)).first() is not None


def found(*, office: str, region: str, as_of: datetime, **settings: Any) -> Organization:
    """The root office of an empty database, with `settings` of its own.

    :raises AlreadySetUp: when there is an office. :raises NoSuchRegion: for a word that names none.
    """
    if is_set_up():
        raise AlreadySetUp("this installation is set up already; people are added with “flask accounts invite”")
    regions.load()
    place = db.session.scalars(Region.named(region.strip()).limit(1)).first()
    if place is None:
        raise NoSuchRegion(f"there is no region called “{region}”; give its Chinese name or GB/T 2260 code")
    root = Organization.founded(office.strip(), None, as_of, region=place)
    db.session.add(Installation(is_demonstration=False, made_at=as_of))
    OfficeSettings.of(root).change(as_of, **{name: value for name, value in settings.items() if value})
    return root


def first_administrator(root: Organization, *, name: str, email: str, as_of: datetime) -> Person:
    """Gets in by a one-time link: there is no password to begin with."""
    person = Person.invite(name=name.strip(), email=email, role=Role.ADMINISTRATOR, organization=root, as_of=as_of)
    db.session.add(person)
    return person
