"""Reads of events for those who make them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.accounts.places import Organization
from app.db import db
from app.errors import NotThere
from app.events.models import Event, event_task
from app.events.words import EventKind, EventState, Part
from app.plans.models import DeliveredBy, Plan, Task
from app.plans.programmes import Programme
from app.plans.registers import RegisterEntry

if TYPE_CHECKING:
    from app.accounts.models import Actor, Person

AFTERMATH = timedelta(days=62)
OWN_DAYS = (Part.STAGE.value, Part.SESSION.value)


def get_event(actor: Actor, id: int, *, lock: bool = False) -> Event:
    """The actor's event; `lock` holds its row until the transaction ends.

    :raises NotThere: for one that is not there and for a stranger's alike.
    """
    wanted = Event.scoped(actor).where(Event.id == id)
    wanted = wanted.with_for_update(of=Event) if lock else wanted.options(
        joinedload(Event.organization), joinedload(Event.parent), joinedload(Event.figures),
        selectinload(Event.hosts).joinedload(RegisterEntry.organization), selectinload(Event.programmes),
        selectinload(Event.in_regions), selectinload(Event.photos), selectinload(Event.parts),
        selectinload(Event.tasks).joinedload(Task.plan), selectinload(Event.tasks).joinedload(Task.category))
    event = db.session.scalars(wanted).unique().one_or_none()
    if event is None:
        raise NotThere(_("没有找到这个活动，或者它不归您管。"))
    return event


def made_by_form(actor: Actor, key: str) -> Event | None:
    """The event that a form already made: sent twice, it makes one."""
    return db.session.scalars(Event.scoped(actor).where(Event.form_key == key)).one_or_none()


def on_their_own(actor: Actor) -> Select[Event]:
    """Without stages and sessions, which show under their parents."""
    return Event.scoped(actor).where(Event.part.is_(None) | Event.part.not_in(OWN_DAYS))


def ahead(actor: Actor, as_of: datetime) -> Select[Event]:
    return on_their_own(actor).where(Event.ends_at > as_of)


def ahead_naming(actor: Actor, words: Sequence[str], as_of: datetime) -> Select[Event]:
    """Not yet over nor cancelled, and one of `words` (a name, an address, a number) stands as its contact."""
    return ahead(actor, as_of).where(
        or_(*(Event.contact.contains(word, autoescape=True) for word in words)),
        Event.state != EventState.CANCELLED.value)


def of_person(person: Person) -> ColumnElement[bool]:
    """What the person made or is the contact of, and the stages and sessions of that."""
    words = [word for word in (person.name, person.email, person.mobile) if word]

    def own(one: Any) -> ColumnElement[bool]:
        return or_(one.made_by_id == person.id, *(one.contact.contains(word, autoescape=True) for word in words))

    parent = aliased(Event)
    return or_(own(Event), and_(Event.part.is_not(None), Event.part.in_(OWN_DAYS), Event.parent_id.in_(
        select(parent.id).where(parent.deleted_at.is_(None), own(parent)))))


def past(actor: Actor, as_of: datetime) -> Select[Event]:
    return on_their_own(actor).where(Event.ends_at <= as_of).order_by(None).order_by(
        Event.starts_at.desc(), Event.id)


def in_next_days(actor: Actor, as_of: datetime, days: int = 7) -> Select[Event]:
    """Announced, and touching the next `days` days; with stages and sessions."""
    return Event.scoped(actor).where(
        Event.state.in_((EventState.PUBLISHED.value, EventState.POSTPONED.value)),
        Event.ends_at > as_of, Event.starts_at < as_of + timedelta(days=days))


def without_figures(actor: Actor, as_of: datetime) -> Select[Event]:
    """Over, and nobody has said how many came."""
    return past(actor, as_of).where(Event.state == EventState.PUBLISHED.value)


def own_drafts(actor: Actor, organization: Organization) -> Select[Event]:
    return on_their_own(actor).where(
        Event.state == EventState.DRAFT.value, Event.organization_id == organization.id)


def tasks_without_events(plan: Plan) -> Select[Task]:
    """Tasks met by events for which nothing is held, announced or drafted."""
    linked = (select(event_task.c.task_id).join(Event, Event.id == event_task.c.event_id)
              .where(event_task.c.task_id == Task.id, Event.deleted_at.is_(None),
                     Event.state != EventState.CANCELLED.value))
    return Task.of_plan(plan).where(
        Task.delivered_by != DeliveredBy.MILESTONES.value, ~exists(linked)).options(joinedload(Task.plan))


def of_task(actor: Actor, task: Task) -> Select[Event]:
    """What the actor may see of a task: the public events of everybody, and his own drafts."""
    return (select(Event).where(
        Event.tasks.contains(task), seen_by(actor),
        Event.part.is_(None) | Event.part.not_in(OWN_DAYS))
            .options(joinedload(Event.organization), joinedload(Event.figures), selectinload(Event.in_regions))
            .order_by(Event.starts_at.desc(), Event.id))


def held_at(actor: Actor | None, entry: RegisterEntry) -> Select[Event]:
    """What was or will be held at a school, firm or base; of it what the actor may see, or everything."""
    wanted = select(Event).where(Event.hosts.contains(entry), Event.deleted_at.is_(None))
    if actor is not None:
        wanted = wanted.where(seen_by(actor))
    return (wanted.options(joinedload(Event.organization), selectinload(Event.in_regions))
            .order_by(Event.starts_at.desc(), Event.id))


def of_programme(actor: Actor, programme: Programme, first: datetime, last: datetime) -> Select[Event]:
    """What counts or may come to count for it and begins from `first` until before `last`; of it what the actor may
    see, the latest first. A campaign or series that has parts among them is these parts, and not one more."""
    of_it = (Event.programmes.contains(programme), Event.starts_at >= first, Event.starts_at < last)
    wholes = (Event.countable().with_only_columns(Event.parent_id).order_by(None)
              .where(Event.parent_id.is_not(None), *of_it).correlate(None))
    return (Event.countable().where(*of_it, Event.id.not_in(wholes), seen_by(actor))
            .options(joinedload(Event.organization), joinedload(Event.figures), selectinload(Event.in_regions),
                     selectinload(Event.tasks))
            .order_by(Event.starts_at.desc(), Event.id))


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The public events of everybody, and the actor's own."""
    own = Event.scoped(actor).with_only_columns(Event.id).order_by(None)
    return Event.id.in_(own) | Event.id.in_(Event.public().with_only_columns(Event.id))


def campaigns_open_to(actor: Actor, as_of: datetime) -> Select[Event]:
    """Campaigns under which the actor may put an item now: members' events run on for weeks after."""
    return Event.campaigns_open_to(actor).where(Event.ends_at > as_of - AFTERMATH).order_by(Event.starts_at)


def get_parent(actor: Actor, id: int) -> Event:
    """A campaign open to the actor, or a series of his own, to put an item or an issue under.

    :raises NotThere: for anything else.
    """
    own = Event.scoped(actor).with_only_columns(Event.id).order_by(None).where(
        Event.kind == EventKind.LECTURE.value)
    open_campaigns = Event.campaigns_open_to(actor).with_only_columns(Event.id)
    parent = db.session.scalars(select(Event).where(
        Event.id == id, Event.parent_id.is_(None), Event.id.in_(own) | Event.id.in_(open_campaigns))).one_or_none()
    if parent is None:
        raise NotThere(_("没有找到这个宣传周或系列，或者它不对您开放。"))
    return parent


def find_parent_again(actor: Actor, event: Event, as_of: datetime) -> Event | None:
    """What `event` stands under, if the actor may put another there: a campaign open to him that is not over, or a
    series of his own that goes on."""
    if event.parent is None:
        return None
    try:
        parent = get_parent(actor, event.parent.id)
    except NotThere:
        return None
    is_off = parent.state in (EventState.CANCELLED.value, EventState.CLOSED.value)
    return None if is_off or (parent.kind == EventKind.CAMPAIGN and parent.is_over(as_of)) else parent
