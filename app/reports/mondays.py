"""The leaders' board as a letter: on the first working day of each week from half past eight."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from flask_babel import force_locale
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import Grant, Person, Role
from app.accounts.places import Organization
from app.db import Model, db
from app.events.asking import office_zone
from app.outbox import posting
from app.outbox.models import Delivery, address_hash
from app.outbox.unsubscribing import ALL, Reader
from app.plans.models import Plan
from app.reports import board_letter, letters
from app.reports.board import Board
from app.workdays import is_workday, workday_after

HOUR, EVENING = time(8, 30), time(20)
SCOPE = "board"  # by which a leader stops it


class BoardWeek(Model):
    """An office whose leaders have been written to in the week that begins on `week`, or had no plan to be told of;
    so each is written to once, however often the clock rings."""

    __tablename__ = "board_week"

    week: Mapped[date] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True)
    written_at: Mapped[datetime]


def look(as_of: datetime) -> int:
    """Rung with every tick, it counts one office at a time, so that nobody waits for the database; how many
    letters."""
    local = as_of.astimezone(office_zone())
    week = local.date() - timedelta(days=local.weekday())
    if not HOUR <= local.time() < EVENING or local.date() < first_workday(week):
        return 0
    office = db.session.scalars(_unwritten(week)).one_or_none()
    if office is None:
        return 0
    db.session.add(BoardWeek(week=week, organization_id=office.id, written_at=as_of))
    return _write(office, week, as_of)


def first_workday(week: date) -> date:
    """Monday, or the next day that is worked, which may lie in the week after."""
    return week if is_workday(week) else workday_after(week)


def paths(delivery: Delivery) -> Sequence[Sequence[str]]:
    return [(SCOPE, ALL)]


def gate(delivery: Delivery, as_of: datetime) -> str:
    """Whoever is no leader any more is not told."""
    holds = db.session.scalars(select(Grant.id).join(Grant.person).where(
        Person.email == delivery.address, Person.active.is_(True), Grant.role == Role.LEADER.value,
        Grant.organization_id == int(delivery.about.removeprefix("board:"))).limit(1)).one_or_none()
    return "" if holds else "不再是这个单位的领导"


def _unwritten(week: date) -> object:
    """An office with a leader who can be written to, and not yet done this week."""
    done = select(BoardWeek.organization_id).where(BoardWeek.week == week)
    led = select(Grant.organization_id).join(Grant.person).where(
        Grant.role == Role.LEADER.value, Person.active.is_(True), Person.email.is_not(None))
    return (select(Organization).where(Organization.id.in_(led), Organization.id.not_in(done),
                                       Organization.closed_at.is_(None)).order_by(Organization.id).limit(1))


def _write(office: Organization, week: date, as_of: datetime) -> int:
    plans = db.session.scalars(Plan.adopted()).all()
    plan = next((one for one in plans if one.year == week.year), None) or next(iter(plans), None)
    people = letters.people_of([office.id], Role.LEADER).get(office.id, [])
    if plan is None or not people:
        return 0
    before = next((one for one in plans if one.year == plan.year - 1), None)
    count = 0
    for language in ("zh", "en"):
        those = [letters.recipient(one) for one in people if letters.spoken(one.language) == language]
        if those:
            with force_locale(language):  # it gives reasons in words
                board = Board.of(plan, office, as_of, before)
            # A leader of two offices is told of the first: one letter a week and person.
            count += posting.post_all(
                board_letter.letter_of(board, language), those, cause=f"board:{week.isoformat()}",
                about=f"board:{office.id}", as_of=as_of, useful_until=as_of + timedelta(days=7 - as_of.weekday()))
    return count


def reader_of(person: Person) -> Reader:
    """Whose switch it is: the letter's own one click, by another door."""
    return Reader(address_hash(person.email or ""), SCOPE)
