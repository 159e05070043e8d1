"""Supervision slips (督办单): the facts prepared, sent by a person, closed when the fact is there."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import pgettext
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Select,
    String,
    Text,
    UniqueConstraint,
    case,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from app.accounts.models import Person, Role
from app.accounts.places import Organization, below
from app.clock import local_day
from app.db import Change, Model, db, note
from app.errors import Refused
from app.events.approval import NotForYou
from app.events.models import Event
from app.plans.milestones import Milestone
from app.plans.models import Task

if TYPE_CHECKING:
    from app.accounts.models import Actor


class SlipCause(enum.StrEnum):
    """What is missing; each is closed by its own fact."""

    NOTHING_SCHEDULED = "nothing_scheduled"
    BEHIND = "behind"
    FIGURES = "figures"
    RETURN = "return"
    MILESTONE = "milestone"

    @property
    def label(self) -> str:
        return {"nothing_scheduled": _("任务没有安排活动"), "behind": _("进度落后"), "figures": _("办完没有登记人数"),
                "return": _("月报没有报"), "milestone": _("节点过期")}[self.value]


class SlipState(enum.StrEnum):
    PREPARED = "prepared"
    SENT = "sent"
    CLOSED = "closed"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        return {"prepared": _("待发"), "sent": _("已发，待办"), "closed": _("已办结"),
                "dropped": pgettext("state", "不发了")}[self.value]


OPEN = (SlipState.PREPARED.value, SlipState.SENT.value)
SENDERS = (Role.REVIEWER.value, Role.PLANNER.value)


class WrongSlipState(Refused):
    """The slip is not in a state that allows this."""


class StaleSlip(Refused):
    """Somebody acted on it since the form was opened."""


class DayIsOver(Refused):
    """A deadline in the past."""

    status = 422


class SupervisionSlip(Model):
    """One slip to one office about one thing."""

    __tablename__ = "supervision_slip"
    __table_args__ = (
        CheckConstraint("state IN ('prepared','sent','closed','dropped')", name="state"),
        UniqueConstraint("sender_id", "year", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)  # to whom
    organization: Mapped[Organization] = relationship(foreign_keys=[organization_id])
    sender_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))  # from whom
    sender: Mapped[Organization] = relationship(foreign_keys=[sender_id])
    cause: Mapped[str] = mapped_column(String(20))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    task: Mapped[Task | None] = relationship()
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    event: Mapped[Event | None] = relationship()
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id"))
    milestone: Mapped[Milestone | None] = relationship()
    month: Mapped[date | None]
    facts: Mapped[list[Any]] = mapped_column(JSON, default=list)  # sentences, as they were when prepared
    words: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date]
    year: Mapped[int | None]  # with its number what a slip goes by: 督办〔2026〕3号, the sender's third of that year
    number: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(12), default=SlipState.PREPARED.value, index=True)
    prepared_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    sent_by: Mapped[Person | None] = relationship(foreign_keys=[sent_by_id])
    closed_at: Mapped[datetime | None]
    closing_fact: Mapped[str] = mapped_column(String(300), default="")
    version: Mapped[int] = mapped_column(default=1)

    @classmethod
    def scoped(cls, actor: Actor) -> Select[SupervisionSlip]:
        """Those that offices in the actor's reach prepared or sent, and those that reached such an office: what is
        only prepared is nobody's business below."""
        sender = aliased(Organization)
        arrived = below(actor.paths) & cls.state.in_((SlipState.SENT.value, SlipState.CLOSED.value)) & (
            cls.sent_at.is_not(None))
        return (select(cls).join(cls.organization).join(sender, sender.id == cls.sender_id)
                .where(arrived | _lies_below(sender.path, actor.paths))
                .order_by(_IN_ORDER, cls.due_on, cls.id))

    @classmethod
    def open(cls) -> Select[SupervisionSlip]:
        return select(cls).where(cls.state.in_(OPEN))

    @classmethod
    def prepare(cls, *, organization: Organization, sender: Organization, cause: SlipCause, facts: Sequence[str],
                due_on: date, as_of: datetime, **about: Any) -> SupervisionSlip:
        """A suggestion for somebody of the sender's to look at, word and send."""
        made = cls(organization=organization, sender=sender, cause=cause.value, facts=list(facts), due_on=due_on,
                   state=SlipState.PREPARED.value, words="", prepared_at=as_of, closing_fact="", version=1, **about)
        db.session.add(made)
        note(Change(made, "prepared", as_of, after={"facts": list(facts)}))
        return made

    @property
    def key(self) -> tuple[Any, ...]:
        """What it is about: two slips of one key ask for the same thing."""
        return self.organization_id, self.cause, self.task_id, self.event_id, self.milestone_id, self.month

    @property
    def called(self) -> str:
        """督办〔2026〕3号; nothing until it is sent."""
        return _("督办〔%(year)d〕%(number)d号", year=self.year, number=self.number) if self.number else ""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def is_overdue(self, today: date) -> bool:
        return self.state == SlipState.SENT and self.due_on < today

    def may_be_sent_by(self, person: Person) -> bool:
        """By a reviewer or planner of the office above, or of one above that."""
        return any(grant.role in SENDERS and self.sender.path.startswith(grant.organization.path)
                   for grant in person.grants)

    # ------------------------------------------------------------ verbs

    def send(self, by: Person, as_of: datetime, *, words: str, due_on: date) -> None:
        """Numbered within the sender's year, in one line without gaps."""
        self.require_sender(by)
        self._must_be(SlipState.PREPARED)
        today = local_day(as_of)
        if due_on < today:
            raise DayIsOver(_("要求办结的日子已经过了，请定今天或以后的一天。"))
        # The office is held: of two who send at once, one waits for the other's number.
        db.session.execute(select(Organization.id).where(Organization.id == self.sender_id).with_for_update())
        last = db.session.scalar(select(func.max(SupervisionSlip.number)).where(
            SupervisionSlip.sender_id == self.sender_id, SupervisionSlip.year == today.year))
        self.words, self.due_on, self.year, self.number = words, due_on, today.year, (last or 0) + 1
        self.state, self.sent_at, self.sent_by = SlipState.SENT.value, as_of, by
        self._note("sent", as_of, {"words": words, "due_on": due_on, "facts": list(self.facts)})

    def drop(self, by: Person, as_of: datetime) -> None:
        """Not sent; what it is about is not suggested again."""
        self.require_sender(by)
        if self.state == SlipState.DROPPED:
            return
        self._must_be(SlipState.PREPARED)
        self.state, self.closed_at = SlipState.DROPPED.value, as_of
        self._note("dropped", as_of)

    def close(self, fact: str, as_of: datetime) -> None:
        """By the fact itself, in words. One that was never sent just goes."""
        if not self.is_open:
            return
        was_sent = self.state == SlipState.SENT
        self.state = (SlipState.CLOSED if was_sent else SlipState.DROPPED).value
        self.closed_at, self.closing_fact = as_of, fact[:300]
        self._note("slip_closed" if was_sent else "dropped", as_of, {"closing_fact": self.closing_fact})

    def close_by_hand(self, by: Person, fact: str, as_of: datetime) -> None:
        """Where the fact lies outside the system, or what was asked for is no longer wanted."""
        self.require_sender(by)
        self._must_be(SlipState.SENT)
        self.close(fact, as_of)

    # ------------------------------------------------------------ what the verbs share

    def must_be_fresh(self, version: str | None) -> None:
        if version != str(self.version):
            raise StaleSlip(_("这份督办单刚被别人动过。您填的内容还在，请核对后再来一次。"))

    def require_sender(self, by: Person) -> None:
        if not self.may_be_sent_by(by):
            raise NotForYou(_("这份督办单由“%(office)s”的审核人或计划管理处理。", office=self.sender.name))

    def _must_be(self, *states: SlipState) -> None:
        if self.state not in states:
            raise WrongSlipState(_("督办单现在是“%(state)s”，不能这样做。", state=SlipState(self.state).label))

    def _note(self, what: str, as_of: datetime, after: dict[str, Any] | None = None) -> None:
        self.version += 1
        note(Change(self, what, as_of, after=after or {}))


# What is still to be done first: sent, prepared, then what is over.
_IN_ORDER = case((SupervisionSlip.state == SlipState.SENT.value, 0),
                 (SupervisionSlip.state == SlipState.PREPARED.value, 1), else_=2)


def _lies_below(path: Any, paths: frozenset[str]) -> ColumnElement[bool]:
    return or_(false(), *(path.startswith(one, autoescape=True) for one in sorted(paths)))
