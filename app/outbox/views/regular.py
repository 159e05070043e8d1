"""What leaves by the calendar and not by an event: summaries for followers, the board, reminders of a plan's days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.accounts.models import Grant, Person, Role
from app.accounts.places import Organization
from app.clock import local_day
from app.db import db
from app.events.asking import office_zone
from app.feeds.following.follower import Follower
from app.feeds.following.rhythm import Rhythm
from app.outbox.views.dues import Due
from app.outbox.views.kinds import Kind
from app.plans.models import Plan
from app.reminders.models import Occurrence
from app.reports import board_letter
from app.reports.mondays import HOUR, first_workday


def of_the_calendar(until: datetime, as_of: datetime) -> list[Due]:
    """Three queries whatever the number. A summary counts for everybody who is due one, though a day without news
    brings none."""
    return [*_summaries(until, as_of), *_boards(until, as_of)]


def of_plans(until: datetime, as_of: datetime) -> list[Due]:
    """Milestones and tasks; about one letter each."""
    found = db.session.scalars(Occurrence.of_plans(until)).all()
    return [Due(max(one.due_at, as_of), Kind.STAFF, 1) for one in found]


def _summaries(until: datetime, as_of: datetime) -> Iterator[Due]:
    zone = office_zone()
    for rhythm, hour, count in db.session.execute(
            select(Follower.rhythm, Follower.hour, func.count()).where(
                Follower.confirmed_at.is_not(None), Follower.next_at.is_not(None))
            .group_by(Follower.rhythm, Follower.hour)):
        at = Rhythm(rhythm).next_after(as_of, hour, zone)
        while at is not None and at < until:
            yield Due(at, Kind.SIGNUP, count)
            at = Rhythm(rhythm).next_after(at, hour, zone)


def _boards(until: datetime, as_of: datetime) -> Iterator[Due]:
    leaders = db.session.scalar(
        select(func.count(Person.id.distinct())).join(Person.grants).join(Grant.organization).where(
            Grant.role == Role.LEADER.value, Person.active.is_(True), Person.email.is_not(None),
            Organization.closed_at.is_(None))) or 0
    if not leaders or not db.session.scalars(Plan.adopted().limit(1)).first():
        return
    today = local_day(as_of)
    week = today - timedelta(days=today.weekday())
    while (at := datetime.combine(first_workday(week), HOUR, office_zone())) < until:
        if at > as_of:
            yield Due(at, Kind.of(board_letter.NAME), leaders)
        week += timedelta(days=7)
