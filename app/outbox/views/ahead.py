"""What leaves within thirty days, day by day and kind by kind; and until when the relay's limits let it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import joinedload

from app.clock import local_day
from app.db import db
from app.events.asking import office_zone
from app.events.models import Event
from app.outbox.ceilings import ceilings
from app.outbox.forecast import DAY, MINUTE, Batch, Ended, forecast
from app.outbox.models import Delivery
from app.outbox.views import regular
from app.outbox.views.dues import Due
from app.outbox.views.kinds import Kind
from app.reminders.audience import host_of_enrolments
from app.reminders.models import Occurrence
from app.reminders.registry import registry
from app.signup.models import Enrolment

DAYS = 30
WORTH_SAYING = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A day: how many of each kind, in the order of `Kind`; the last is away at `ends_at`."""

    on: date
    counts: tuple[int, ...]
    ends_at: datetime | None = None

    @property
    def total(self) -> int:
        return sum(self.counts)


def everything_due(as_of: datetime) -> list[Due]:
    """Of all offices: the letters about events, those of the plan's days, and what leaves by the calendar."""
    until = _midnight(local_day(as_of) + timedelta(days=DAYS))
    return [*due_within(true(), true(), as_of), *regular.of_plans(until, as_of),
            *regular.of_the_calendar(until, as_of)]


def due_within(events: ColumnElement[bool], letters: ColumnElement[bool], as_of: datetime) -> list[Due]:
    """What is written and waits, and what reminders will come to; four queries whatever the number."""
    bounds = [_midnight(local_day(as_of) + timedelta(days=number + 1)) for number in range(DAYS)]
    written = [Due(max(first, as_of), Kind.of(letter), count)
               for _stretch, letter, count, first in db.session.execute(Delivery.ahead(letters, bounds))]
    return written + _reminders(events, bounds[-1], as_of)


def by_day(due: Iterable[Due], as_of: datetime, ended: Sequence[Ended] = ()) -> list[Ahead]:
    """Each of the thirty days, today first, also those on which nothing leaves."""
    counted: Counter[tuple[date, Kind]] = Counter()
    for one in due:
        counted[local_day(one.at), one.kind] += one.count
    ends: dict[date, datetime] = {}
    for end in ended:
        on = local_day(end.batch.at)
        ends[on] = max(ends.get(on, end.at), end.at)
    days = [local_day(as_of) + timedelta(days=number) for number in range(DAYS)]
    return [Ahead(day, tuple(counted[day, kind] for kind in Kind), ends.get(day)) for day in days]


def ends_of(due: Iterable[Due], as_of: datetime) -> list[Ended]:
    gone = db.session.scalar(Delivery.accepted_since(as_of - DAY)) or 0
    return forecast((Batch(one.at, one.count) for one in due), ceilings(), as_of, gone)


def sentences(days: Iterable[Ahead], as_of: datetime) -> list[tuple[Ahead, datetime]]:
    """The days on which the limits make themselves felt, with when the last letter is away."""
    return [(one, one.ends_at) for one in days
            if one.ends_at and one.total and one.ends_at - _earliest(one.on, as_of) > WORTH_SAYING and ceilings()]


def limits_in_words() -> str:
    limits = ceilings()
    words = [_("每分钟 %(count)s 封", count=f"{limits[MINUTE]:,}")] if MINUTE in limits else []
    words += [_("每天 %(count)s 封", count=f"{limits[DAY]:,}")] if DAY in limits else []
    return _("、").join(words)


def _reminders(events: ColumnElement[bool], until: datetime, as_of: datetime) -> list[Due]:
    coming = db.session.scalars(Occurrence.waiting().join(Occurrence.event).where(events, Occurrence.due_at < until)
                                .options(joinedload(Occurrence.event).joinedload(Event.parent),
                                         joinedload(Occurrence.rule))).unique().all()
    boxes = _mailboxes({host_of_enrolments(one.event).id for one in coming})
    return [Due(max(one.due_at, as_of), Kind.of(registry().letter_of(one.rule).name),
                boxes.get(host_of_enrolments(one.event).id, 0) if one.rule.audience == "enrolled" else 1)
            for one in coming]


def _mailboxes(events: set[int]) -> Mapping[int, int]:
    found = db.session.execute(
        select(Enrolment.event_id, func.count(Enrolment.email.distinct())).where(
            Enrolment.event_id.in_(events), Enrolment.state == "enrolled", Enrolment.email != "")
        .group_by(Enrolment.event_id))
    return {event: count for event, count in found}


def _earliest(on: date, as_of: datetime) -> datetime:
    return max(_midnight(on), as_of)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), office_zone())
