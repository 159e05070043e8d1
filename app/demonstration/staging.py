"""Plays the scripts: every event goes through its verbs, all of them in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.accounts.models import Person, Role
from app.db import acting_as, db
from app.demonstration.approving import Approving, Told
from app.demonstration.enrolments import enrol_some
from app.demonstration.letters import ring
from app.demonstration.people import Deed, Staff
from app.demonstration.places import Places
from app.demonstration.scripts import ZONE, Script
from app.events.approval import Approval, approvals_by_kind
from app.events.figures import Figures
from app.events.models import Event
from app.events.words import EventKind, Part
from app.plans.models import Task
from app.plans.programmes import Programme
from app.plans.registers import Register, RegisterEntry

DRAFTED_BEFORE = timedelta(days=40)
LATEST_DRAFT = timedelta(days=9)  # so that all was drafted, published and signed up for before today
REPORTED_AFTER = timedelta(days=1)
CLOSED_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done to an event, and when."""

    at: datetime
    order: int
    by: Person | None  # None: a participant
    do: Deed


class Stage:
    """Where scripts are played; `as_of` is the present, which nothing may pass."""

    def __init__(self, places: Places, tasks: dict[str, Task], staff: Staff, as_of: datetime) -> None:
        self.places, self.tasks, self.staff, self.as_of = places, tasks, staff, as_of
        self.today = as_of.astimezone(ZoneInfo(ZONE)).date()
        self.programmes = db.session.scalars(Programme.in_order()).all()
        self.hosts = {one.name: one for one in db.session.scalars(
            select(RegisterEntry).join(RegisterEntry.register).where(Register.can_host))}
        self._order, self._steps = count(), list[Step]()
        self._rules: dict[int, dict[EventKind, Approval]] = {}

    def visit(self, since: datetime) -> None:
        """The comings and goings of the staff."""
        self._take(self.staff.visits(since, self.as_of))

    def play(self, scripts: Iterator[Script], tell: Callable[[str], None]) -> None:
        """`tell` hears each month that begins, as 2026-03."""
        for script in scripts:
            self._prepare(script)
        day = None
        for step in sorted(self._steps, key=lambda step: (step.at, step.order)):
            if day != step.at.date():
                if day is None or day.month != step.at.month:
                    tell(f"{step.at:%Y-%m}")
                ring(step.at)
                day = step.at.date()
            actor = f"person:{step.by.id}" if step.by else "participant"
            # The end of each tells the followers, so they hear one thing at a time.
            with acting_as(actor), db.session.begin_nested():
                step.do(step.at)
        ring(self.as_of)

    def _prepare(self, script: Script) -> None:
        event, drafted = self._draft(script)
        for child in script.part:
            self._prepare_part(child, event, drafted)
        db.session.flush()
        self._live(script, event, drafted)

    def _prepare_part(self, script: Script, parent: Event, drafted: datetime) -> None:
        stands_alone = not Part(EventKind(parent.kind).part).follows_parent  # type: ignore[arg-type]
        part, _ = self._draft(script, parent, drafted)
        parent.add_part(part, drafted)
        if stands_alone:
            db.session.flush()
            self._live(script, part, drafted)

    def _draft(self, script: Script, parent: Event | None = None,
               drafted: datetime | None = None) -> tuple[Event, datetime]:
        first = parent.span.starts_on if parent else None
        span = script.span(self.today, first, script.moved_from)
        drafted = drafted or _at(min(span.starts_on - DRAFTED_BEFORE, self.today - LATEST_DRAFT), 10)
        office = parent.organization if parent and script.by == "省" else self.places.offices[script.by]
        regions = parent.regions if parent and not script.regions else [
            self.places.regions[name] for name in script.regions]
        event = Event.draft(
            kind=EventKind(script.kind), title=script.title, title_en=script.title_en, span=span,
            organization=office, as_of=drafted, regions=regions, description=script.description,
            location=script.location or (parent.location if parent and not script.online_url else ""),
            online_url=script.online_url, speaker=script.speaker, audience=script.audience,
            contact=script.contact, slug=script.slug, capacity=script.capacity,
            takes_enrolments=script.takes_enrolments, is_for_children=script.for_children,
            advance_count=script.advance,
            credit_hours=round(script.credit_hours * 10) or None,
            signup_closes_at=_at(span.starts_on - timedelta(days=script.signup_days), 18)
            if script.takes_enrolments else None,
            tasks=[self.tasks[code] for code in script.tasks] if span.starts_on.year >= self.today.year else [])
        event.programmes = self._programmes_of(event, parent, script)
        event.hosts = [self.hosts[name] for name in script.hosts]
        for one, share in zip(event.in_regions, script.shares, strict=False):
            one.share = share
        db.session.add(event)
        return event, drafted

    def _programmes_of(self, event: Event, parent: Event | None, script: Script) -> list[Programme]:
        """Those that its title or its parent's names, or its tasks agree on. What is made of events has none."""
        if script.part and not Part(EventKind(event.kind).part).follows_parent:  # type: ignore[arg-type]
            return []
        titles = f"{parent.title if parent else ''} {event.title}"
        of_tasks = {name for task in event.tasks for name in task.programmes}
        return [one for one in self.programmes if one.name in titles or of_tasks == {one.name}]

    def _live(self, script: Script, event: Event, drafted: datetime) -> None:
        """Its life after the draft, as steps."""
        if script.draft:
            return
        approving = self._approving(event)
        if script.sent_days:
            self._take(approving.wait(script, _at(self.today - timedelta(days=script.sent_days), 16)))
            return
        published = drafted + timedelta(days=2)
        self._take(approving.publish(published))
        span = script.span(self.today) if script.moved_from else event.span
        if script.enrolled:
            since = published + timedelta(days=1 if approving.reviewer else 0)
            until = min(self.as_of, event.signup_ends_at)
            self._steps += [Step(at, next(self._order), None, do)
                            for at, do in enrol_some(event, script.enrolled, since, until, 7 * event.id)]
        yesterday = _at(min(self.today - timedelta(days=1), span.starts_on - timedelta(days=2)), 16)
        if script.wanted:
            self._take(approving.propose(script, yesterday))
        by = approving.author
        if script.moved_from:
            self._then(yesterday, by, lambda at: event.reschedule(span, at, reason=script.reason))
        elif script.cancelled:
            self._then(yesterday, by, lambda at: event.cancel(at, script.cancelled))
        elif script.postponed:
            self._then(yesterday, by, lambda at: event.postpone(at, script.postponed))
        if script.reported and not script.cancelled and not script.postponed:
            self._report(script, approving, span.ends_at)

    def _report(self, script: Script, approving: Approving, ended: datetime) -> None:
        reported, event, by = ended + REPORTED_AFTER, approving.event, approving.author
        if reported > self.as_of or not script.attendances:
            return
        counts = script.confirmed and approving.reviewer is None
        self._then(reported, by, lambda at: event.record_figures(
            Figures(attendances=script.attendances, people=script.people, materials=script.materials,
                    summary=script.summary, media_url="", entered_by_id=by.id, entered_at=at), at, confirmed=counts))
        if script.confirmed:
            self._take(approving.agree(reported + timedelta(days=1)))
            if ended + CLOSED_AFTER <= self.as_of:
                self._then(ended + CLOSED_AFTER, by, event.close)

    def _approving(self, event: Event) -> Approving:
        office = event.organization
        if office.id not in self._rules:
            self._rules[office.id] = approvals_by_kind(office)
        reviewing = self._rules[office.id][EventKind(event.kind)].reviewing
        return Approving(event, self.staff.at(office, Role.ORGANIZER),
                         self.staff.at(reviewing, Role.REVIEWER) if reviewing else None)

    def _take(self, told: Told) -> None:
        for at, by, do in told:
            self._then(at, by, do)

    def _then(self, at: datetime, by: Person, do: Deed) -> None:
        """What would be after the present is not done."""
        if at <= self.as_of:
            self._steps.append(Step(at, next(self._order), by, do))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(ZONE))
