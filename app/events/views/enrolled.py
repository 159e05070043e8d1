"""Who is enrolled in an event, as its organizers see them; and how many a change would be told to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.db import db
from app.events.models import Event
from app.events.words import Part
from app.signup.models import Enrolment

LISTED = 200


@dataclass(frozen=True, slots=True)
class Reached:
    """Enrolled `people`, and those of them whom a letter reaches."""

    people: int
    by_letter: int

    @property
    def by_telephone(self) -> int:
        return self.people - self.by_letter


def enrols_at(event: Event) -> Event:
    """Where seats are: a class's for its sessions, a competition's for its stages."""
    return event.parent if event.parent and Part(event.part).follows_parent else event


def reached_by(event: Event) -> Reached:
    attending = Enrolment.attending_event(enrols_at(event).id).order_by(None).subquery()
    people, by_letter = db.session.execute(
        select(func.count(), func.count(func.nullif(attending.c.email, "")))).one()
    return Reached(people, by_letter)


def listed(event: Event) -> Sequence[Enrolment]:
    return db.session.scalars(Enrolment.attending_event(event.id).options(
        joinedload(Enrolment.guardian)).limit(LISTED)).all()
