"""What waits for somebody's decision, and deciding it: new events, changes to public ones, and figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Person
from app.db import db
from app.errors import Refused
from app.events import letters
from app.events.approval import Approval, approval_of, approvals_of
from app.events.lifecycle import WrongState
from app.events.models import Event
from app.events.queries import OWN_DAYS, get_event
from app.events.submitting import Submission
from app.events.waiting import ChangeState, EventChange, Proposed
from app.events.words import EventState

if TYPE_CHECKING:
    from app.accounts.models import Actor
    from app.events.figures import Figures

MOST = 300
_KEY = re.compile(r"(event|change|figures)-([0-9]{1,9})-([0-9]{1,9})")
HELD = (EventState.HELD.value, EventState.CLOSED.value)


class NoLonger(Refused):
    """It was decided, taken back or changed since the page was opened."""

    def __init__(self, title: str = "") -> None:
        super().__init__(_("已经有人处理过，或者送审的人改过、撤回了。请看新的内容再定。"))
        self.title = title


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that somebody above must agree to."""

    what: str  # event, change, figures
    event: Event
    by: Person | None
    since: datetime
    change: EventChange | None = None

    @property
    def key(self) -> str:
        """Names it with the version that was read: nobody approves what he has not seen."""
        id, version = (self.change.id, self.change.version) if self.change else (self.event.id, self.event.version)
        return f"{self.what}-{id}-{version}"

    @property
    def word(self) -> str:
        if self.what == "figures":
            return _("人数")
        return _("改动") if self.change else _("补登") if self.event.figures else _("新活动")

    def has_waited(self, as_of: datetime) -> timedelta:
        return as_of - self.since

    def agree(self, by: Person, as_of: datetime) -> None:
        """Publishes, applies or confirms it, and tells its author."""
        approval_of(self.event).require(by)
        if self.change:
            self.change.approve(by, as_of)
        elif self.what == "figures":
            self.event.confirm_figures(as_of)
            return  # a number that simply counts from now on needs no letter
        else:
            self.event.publish(as_of)
        self._tell(letters.APPROVED if self.change else letters.PUBLISHED, by, as_of)

    def send_back(self, by: Person, as_of: datetime, reason: str) -> None:
        """Returns it with the reason, and tells its author."""
        approval_of(self.event).require(by)
        if self.change:
            self.change.refuse(by, as_of, reason)
        elif self.what == "figures":
            self.event.return_figures(as_of, reason)
        else:
            self.event.return_(as_of, reason)
        self.event.keep_reason(reason, by, as_of)
        self._tell(letters.RETURNED, by, as_of, reason)

    def _tell(self, news: str, by: Person, as_of: datetime, reason: str = "") -> None:
        if self.by is not None and self.by.id != by.id:
            letters.tell_author(self.event, self.by, news, cause=f"{self.key}:{news}", as_of=as_of, reason=reason,
                                what=self.word)


def waiting_for(actor: Actor) -> list[Waiting]:
    """What lies in the actor's reach as a reviewer and is his to decide; the longest wait first."""
    found = waiting_in(Event.scoped(actor).order_by(None))
    approvals = approvals_of([one.event for one in found])
    return [one for one in found if approvals[one.event.id].lets(actor.person)]


def waiting_in(events: Select[Event]) -> list[Waiting]:
    """Everything that waits among `events`, whoever is to decide it."""
    whole = (joinedload(Event.organization), joinedload(Event.figures), selectinload(Event.in_regions),
             selectinload(Event.submission).joinedload(Submission.by))
    sent = db.session.scalars(events.where(Event.state == EventState.SUBMITTED.value).options(*whole).limit(MOST))
    held = db.session.scalars(events.where(
        Event.state.in_(HELD), Event.figures_confirmed_at.is_(None), Event.figures.has(),
        Event.returned_reason == "", Event.part.is_(None) | Event.part.not_in(OWN_DAYS)).options(*whole).limit(MOST))
    changes = db.session.scalars(EventChange.waiting().where(
        EventChange.event_id.in_(events.with_only_columns(Event.id))).options(
            joinedload(EventChange.event).options(*whole), joinedload(EventChange.by)).limit(MOST))
    counted = held.unique().all()
    counters = {one.id: one for one in db.session.scalars(select(Person).where(
        Person.id.in_([event.figures.entered_by_id for event in counted if event.figures])))}
    found = [_sent(event) for event in sent.unique()] + [_held(event, counters) for event in counted] + [
        _changed(change) for change in changes.unique()]
    return sorted(found, key=lambda one: (one.since, one.event.id))


def of_event(event: Event) -> list[Waiting]:
    return waiting_in(select(Event).where(Event.id == event.id))


def get_waiting(actor: Actor, key: str) -> Waiting:
    """What the key of a form names, its event held fast.

    :raises NoLonger: when it is not what was read any more.
    """
    named = _KEY.fullmatch(key)
    if named is None:
        raise NoLonger
    what, id = named[1], int(named[2])
    event_id = db.session.scalar(select(EventChange.event_id).where(EventChange.id == id)) if what == "change" else id
    event = get_event(actor, event_id or 0, lock=True)
    for one in of_event(event):
        if one.key == key:
            return one
    raise NoLonger(event.title)


# ---------------------------------------------------------------- what an author does


def announce(event: Event, person: Person, as_of: datetime) -> bool:
    """Shows it to everybody, or sends it to whoever must agree; whether it is public now."""
    if event.is_public:
        return True
    approval = approval_of(event)
    if not approval.lets(person):
        event.submit(person, as_of)
        return False
    if event.state == EventState.SUBMITTED:
        for one in of_event(event):
            one.agree(person, as_of)
    else:
        event.publish(as_of)
    return True


def to_work_on(event: Event, person: Person) -> Event | Proposed:
    """The event itself for one who may publish it; for others a public one's change that waits.

    :raises WrongState: while it lies with the reviewer.
    """
    if approval_of(event).lets(person):
        return event
    if event.state == EventState.SUBMITTED or (
            event.part in OWN_DAYS and event.parent and event.parent.state == EventState.SUBMITTED):
        raise WrongState(_("活动已经送审。要改，请先撤回送审。"))
    return Proposed(event) if event.is_public else event


def count_heads(event: Event, entered: Figures, person: Person, as_of: datetime, reason: str = "") -> bool:
    """Figures of one who may publish count at once; others' wait, and so does an event that was never public.
    `reason`: why those of a closed one are put right."""
    counts = approval_of(event).lets(person)
    if event.state == EventState.CLOSED:
        event.correct_figures(entered, person, as_of, reason, confirmed=counts)
    elif counts or event.is_public:
        event.record_figures(entered, as_of, confirmed=counts)
    else:
        event.hand_in_figures(entered, person, as_of)
    return counts


def tell_of_acting(event: Event, person: Person, as_of: datetime) -> None:
    """Who must submit may cancel and postpone at once; the reviewer hears of it."""
    approval: Approval = approval_of(event)
    if not approval.lets(person) and approval.reviewing is not None:
        letters.tell_reviewers(event, person, approval.reviewing, as_of)


def withdraw_change(event: Event, person: Person, as_of: datetime) -> None:
    change = EventChange.find_waiting(event)
    if change is not None:
        change.withdraw(person, as_of)


def refused_lately(event: Event) -> EventChange | None:
    """The last change, if it was refused: its author wants to know why."""
    last = db.session.scalars(EventChange.of_event(event).limit(1)).one_or_none()
    return last if last and last.state == ChangeState.REFUSED else None


def _sent(event: Event) -> Waiting:
    sent = event.submission
    return Waiting("event", event, sent.by if sent else None, sent.at if sent else event.revised_at)


def _held(event: Event, counters: Mapping[int, Person]) -> Waiting:
    figures = event.figures
    by = counters.get(figures.entered_by_id) if figures else None
    return Waiting("figures", event, by, figures.entered_at if figures else event.revised_at)


def _changed(change: EventChange) -> Waiting:
    return Waiting("change", change.event, change.by, change.at, change)

