"""A change to a public event that waits for a reviewer: kept apart, so that nothing of it shows before."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Index, Select, String, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.accounts.places import Region
from app.db import Change, Model, db, note
from app.errors import Refused
from app.events.models import Event
from app.events.span import Span
from app.events.words import EventState
from app.plans.models import Task
from app.plans.programmes import Programme
from app.plans.registers import RegisterEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

ANNULLED = "annulled"  # what was entered afterwards is to be taken back; no state of an event
KEPT: dict[str, Any] = {"hosts": RegisterEntry, "programmes": Programme}
TIMES = ("starts_at", "ends_at", "is_all_day", "zone")


class ChangeState(enum.StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Overtaken(Refused):
    """The event was changed meanwhile in the very fields that this change is about."""


class Decided(Refused):
    """Somebody was quicker."""

    def __init__(self) -> None:
        super().__init__(_("这个改动已经处理过，或者已经撤回。"))


class EventChange(Model):
    """What somebody who must submit wants changed: the fields before and after, until a reviewer decides.

    Besides columns of the event `after` may hold `state`: taking place after all (published), taken back (draft), or
    `ANNULLED`.
    """

    __tablename__ = "event_change"
    __table_args__ = (
        Index("ix_event_change_waiting", "event_id", unique=True, sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    event: Mapped[Event] = relationship()
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(300), default="")  # for those enrolled, as in a move
    is_quiet: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    by: Mapped[Person] = relationship(foreign_keys=by_id)
    at: Mapped[datetime]
    base_version: Mapped[int]  # of the event, when this was written
    version: Mapped[int] = mapped_column(default=1)  # of this, so that what is approved is what was read
    state: Mapped[str] = mapped_column(String(12), default=ChangeState.WAITING.value)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decided_reason: Mapped[str] = mapped_column(String(300), default="")

    @classmethod
    def waiting(cls) -> Select[EventChange]:
        return select(cls).where(cls.state == ChangeState.WAITING.value).order_by(cls.at, cls.id)

    @classmethod
    def of_event(cls, event: Event) -> Select[EventChange]:
        """Newest first."""
        return select(cls).where(cls.event_id == event.id).order_by(cls.id.desc())

    @classmethod
    def find_waiting(cls, event: Event) -> EventChange | None:
        return db.session.scalars(cls.waiting().where(cls.event_id == event.id)).one_or_none()

    @property
    def wanted(self) -> dict[str, Any]:
        return {name: unpacked(value) for name, value in self.after.items()}

    def approve(self, by: Person, as_of: datetime) -> None:
        """Does to the event what was wanted, by the same verbs, so that letters, feeds and reminders follow.

        :raises Overtaken: naming what was changed meanwhile.
        """
        self._must_wait()
        if overtaken := [name for name in self.after if packed(name, getattr(self.event, name)) != self.before[name]]:
            words = _("、").join(dict.fromkeys(word_of(name) for name in overtaken))
            raise Overtaken(_("送审以后，活动的这几项又被改过：%(fields)s。请退回，让送审的人按现在的内容再改。",
                              fields=words))
        self._apply(as_of)
        self._decide(ChangeState.APPROVED, "change_approved", by, as_of)

    def refuse(self, by: Person, as_of: datetime, reason: str) -> None:
        self._must_wait()
        self._decide(ChangeState.REFUSED, "change_refused", by, as_of, reason)

    def withdraw(self, by: Person, as_of: datetime) -> None:
        """Its author no longer wants it."""
        if self.state != ChangeState.WITHDRAWN:
            self._must_wait()
            self._decide(ChangeState.WITHDRAWN, "change_withdrawn", by, as_of)

    def _apply(self, as_of: datetime) -> None:
        event, wanted = self.event, self.wanted
        state = wanted.pop("state", None)
        moves = {name: wanted.pop(name) for name in (*TIMES, "location") if name in wanted}
        if state == EventState.PUBLISHED and not moves:
            event.restore(as_of)
        if wanted:
            event.revise(as_of, quiet=self.is_quiet or bool(moves), **wanted)
        if moves:  # time and place together, so that those enrolled get one letter
            times = {name: moves.get(name, getattr(event, name)) for name in TIMES}
            event.reschedule(Span(**times), as_of, location=moves.get("location"), reason=self.reason,
                             quiet=self.is_quiet)
        if state == EventState.DRAFT:
            event.unpublish(as_of, self.reason)
        if state == ANNULLED:
            event.annul(as_of, self.reason)

    def _must_wait(self) -> None:
        if self.state != ChangeState.WAITING:
            raise Decided

    def _decide(self, state: ChangeState, what: str, by: Person, as_of: datetime, reason: str = "") -> None:
        self.state, self.decided_by_id, self.decided_at, self.decided_reason = state.value, by.id, as_of, reason
        note(Change(self.event, what, as_of,
                    after={"change": self.id, "fields": sorted(self.after), "decided_reason": reason}))


class Proposed:
    """An event as its author wants it. It reads like the event with what waits laid over it, and takes the event's
    verbs, but only remembers what they would change; `keep` makes of that the change that waits."""

    def __init__(self, event: Event) -> None:
        self.event, self.change = event, EventChange.find_waiting(event)
        self._wanted: dict[str, Any] = self.change.wanted if self.change else {}
        self._touched: set[str] = set()
        self._why = self.change.reason if self.change else ""
        self._is_quiet = bool(self.change and self.change.is_quiet)

    def __getattr__(self, name: str) -> Any:
        wanted = self.__dict__["_wanted"]
        return wanted[name] if name in wanted and name != "state" else getattr(self.__dict__["event"], name)

    @property
    def span(self) -> Span:
        return Span(**{name: getattr(self, name) for name in TIMES})

    @property
    def version(self) -> str:
        """Of both, so that nobody overwrites unseen what another proposed."""
        return f"{self.event.version}-{self.change.id}-{self.change.version}" if self.change else str(
            self.event.version)

    def revise(self, as_of: datetime, *, quiet: bool = False, **fields: Any) -> None:
        self.event._must_not_be(EventState.CANCELLED)
        self._is_quiet = quiet
        for name, value in fields.items():
            self._want(name, value)

    def reschedule(self, span: Span, as_of: datetime, *, location: str | None = None, reason: str = "",
                   quiet: bool = False) -> None:
        if span != self.event.span or location not in (None, self.event.location):
            self.event._must_be(EventState.PUBLISHED, EventState.POSTPONED)
        for name in TIMES:
            self._want(name, getattr(span, name))
        if location is not None:
            self._want("location", location)
        if self.event.state == EventState.POSTPONED:
            self._want("state", EventState.PUBLISHED.value)
        self._why, self._is_quiet = reason, quiet

    def restore(self, as_of: datetime) -> None:
        self.event._must_be(EventState.CANCELLED, EventState.POSTPONED)
        self._want("state", EventState.PUBLISHED.value)

    def unpublish(self, as_of: datetime, reason: str = "") -> None:
        self.event._must_be(EventState.PUBLISHED, EventState.POSTPONED)
        self._want("state", EventState.DRAFT.value)
        self._why = reason

    def annul(self, as_of: datetime, reason: str) -> None:
        self.event.require_annullable()
        self._want("state", ANNULLED)
        self._why = reason

    def keep(self, by: Person, as_of: datetime) -> EventChange | None:
        """The change that waits now; None when nothing is to be changed."""
        change = self.change
        if not self._touched:
            return change
        if not self._wanted:
            if change:
                change.withdraw(by, as_of)
            return None
        if change is None:
            change = self.change = EventChange(event=self.event, state=ChangeState.WAITING.value, version=0)
            db.session.add(change)
        earlier = change.before or {}
        change.before = {name: earlier[name] if name in earlier and name not in self._touched
                         else packed(name, getattr(self.event, name)) for name in self._wanted}
        change.after = {name: packed(name, value) for name, value in self._wanted.items()}
        change.reason, change.is_quiet, change.by, change.at = self._why, self._is_quiet, by, as_of
        change.base_version, change.version = self.event.version, change.version + 1
        db.session.flush()
        note(Change(self.event, "change_submitted", as_of, before={"wanted": change.before},
                    after={"change": change.id, "fields": sorted(change.after), "wanted": change.after}))
        return change

    def _want(self, name: str, value: Any) -> None:
        self._touched.add(name)
        if packed(name, value) == packed(name, getattr(self.event, name)):
            self._wanted.pop(name, None)
        else:
            self._wanted[name] = value


def packed(name: str, value: Any) -> Any:
    """A field's value as JSON that tells its type."""
    if isinstance(value, datetime):
        return {"moment": value.astimezone(UTC).isoformat()}
    if name == "tasks":
        return {"tasks": sorted(task.id for task in value)}
    if name in KEPT:
        return {name: sorted(one.id for one in value)}
    if name == "regions":
        return {"regions": sorted(region.code for region in value)}
    return value


def unpacked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    [(kind, kept)] = value.items()
    if kind == "moment":
        return datetime.fromisoformat(kept)
    if kind == "tasks":
        return _found(select(Task).where(Task.id.in_(kept)).order_by(Task.position, Task.id))
    if kind in KEPT:
        noun = KEPT[kind]
        return _found(select(noun).where(noun.id.in_(kept)).order_by(noun.name, noun.id))
    return _found(select(Region).where(Region.code.in_(kept)).order_by(Region.code))


def word_of(name: str) -> str:
    """What a field is called where old and new stand side by side."""
    return {"title": _("名称"), "title_en": _("英文名称"), "kind": _("类型"), "description": _("介绍"),
            "starts_at": _("时间"), "ends_at": _("时间"), "is_all_day": _("时间"), "zone": _("时间"),
            "location": _("地点"), "online_url": _("线上链接"), "speaker": _("主讲"), "audience": _("对象"),
            "contact": _("联系人"), "tasks": _("计划任务"), "regions": _("地区"), "capacity": _("名额"),
            "takes_enrolments": _("接受网上报名"), "signup_closes_at": _("报名截止"),
            "is_for_children": _("面向未满14周岁的孩子"), "credit_hours": _("学时"),
            "advance_count": _("晋级数"), "hosts": _("举办地"), "programmes": _("品牌活动"),
            "state": _("状态"), "slug": _("网址")}.get(name, name)


def _found(wanted: Select[Any]) -> list[Any]:
    rows: Iterable[Any] = db.session.scalars(wanted)
    return list(rows)
