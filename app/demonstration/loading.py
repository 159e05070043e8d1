"""Loads the demonstration into an empty, migrated database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.accounts import regions
from app.accounts.installation import Installation
from app.accounts.places import Organization
from app.db import acting_as, db
from app.demonstration.kept import Kept
from app.demonstration.letters import ring
from app.demonstration.people import Staff
from app.demonstration.places import Places
from app.demonstration.returns import Returns
from app.demonstration.scripts import ZONE, scripts
from app.demonstration.staging import Stage
from app.demonstration.terms import enter_terms
from app.errors import Refused
from app.plans import importing
from app.plans.models import Plan
from app.reminders import standard

PUBLISHED = datetime(2023, 3, 1, 1, tzinfo=UTC)


class NotEmpty(Refused):
    """There is an office already: a real installation never gets demonstration data."""


def load(as_of: datetime, tell: Callable[[str], None] = lambda _month: None) -> None:
    """Everything, in one transaction that it commits itself: all of it is there, or nothing.

    `tell` hears how far it is.
    """
    if db.session.scalars(Organization.roots().limit(1)).first():
        raise NotEmpty(_("这里已经有单位了，演示数据只能装进空的数据库。"))
    with acting_as("cli"):
        regions.load()
        places = Places()
        places.found_offices()
        db.session.add(Installation(is_demonstration=True, made_at=as_of))
        today = as_of.astimezone(ZoneInfo(ZONE)).date()
        begun = datetime(today.year - 1, 11, 20, 1, tzinfo=UTC)  # before the first event of the year was drafted
        staff = Staff.invite(places.offices, begun)
        staff.lay_down_rules(places.offices["省"], begun)
        standard.lay_down(places.offices["省"], begun)
        enter_terms(places.regions["四川"].code, today.year, begun)
        plan = _plans(places.offices["省"], today.year, as_of)
        Kept(places, staff, plan, as_of).play()
        stage = Stage(places, {task.code: task for task in plan.tasks}, staff, as_of)
        stage.visit(begun)
        stage.play(scripts(today.year), tell)
        Returns(places.offices, staff, as_of).play()
        ring(as_of)
        db.session.commit()


def _plans(root: Organization, year: int, as_of: datetime) -> Plan:
    """The plan of 2023 as it was published, and the running year's made from it."""
    published = importing.sample(root)
    db.session.add(published)
    published.adopt(PUBLISHED)
    january = min(as_of, datetime(year, 1, 5, 1, tzinfo=UTC))
    running = published.roll_over(year, january)
    with db.session.begin_nested():  # its programmes and registers come with it
        db.session.add(running)
        running.adopt(january)
    return running
