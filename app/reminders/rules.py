"""A rule: whom to write to, so long before or after what, on which day and at what time."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import CheckConstraint, ForeignKey, Select, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Organization
from app.accounts.settings import settings_of
from app.db import Change, Model, db, note
from app.errors import Refused
from app.events.models import Event

START, ENROLLED = "start", "enrolled"  # the anchor and audience of the usual reminders
A_DAY = 1440  # minutes
SHORT = 3  # hours before: by morning it would be too late
OF_PLANS = frozenset({"milestone_due", "task_due"})
THE_SAME = ("event_id", "organization_id", "event_kind", "anchor", "lead_amount", "lead_unit", "audience", "is_after")


class LeadUnit(enum.StrEnum):
    """Days and working days keep the wall time of the anchor's zone; hours are elapsed time."""

    DAYS = "days"
    WORKDAYS = "workdays"
    HOURS = "hours"

    @property
    def label(self) -> str:
        return {"days": _("天"), "workdays": _("个工作日"), "hours": _("小时")}[self.value]


class DayRule(enum.StrEnum):
    """Where a day that is no working day leads."""

    ANY = "any"
    BEFORE = "before"
    AFTER = "after"

    @property
    def label(self) -> str:
        return {"any": _("休息日照样发"), "before": _("挪到前一个工作日"), "after": _("挪到后一个工作日")}[self.value]


@dataclass(frozen=True, slots=True)
class Lead:
    """How long before: 3d, 1h."""

    amount: int
    unit: LeadUnit

    @classmethod
    def of(cls, word: str) -> Lead:
        return cls(int(word[:-1]), LeadUnit.DAYS if word.endswith("d") else LeadUnit.HOURS)

    @property
    def minutes(self) -> int:
        return self.amount * (60 if self.unit is LeadUnit.HOURS else A_DAY)

    def useful_for(self, following: int) -> int:
        """Minutes for which it helps: until the next reminder would come, and to be read two hours ahead if it
        was to come earlier than that."""
        spare = 120 if self.minutes > 120 else 0
        return self.minutes - max(spare, following)


class AlreadyThere(Refused):
    """The very same rule, a form sent twice; or one that differs in its hour or its days off alone."""

    def __init__(self, *, is_same: bool) -> None:
        super().__init__(_("已经有一条一样的提醒。") if is_same else _(
            "已经有一条提前天数和收信人都一样的提醒；只有钟点或休息日的办法不同，不能再加一条。"))


class SpeaksOfWhatIsToCome(Refused):
    """A letter that says that something is near cannot come after it."""

    field = "direction"

    def __init__(self) -> None:
        super().__init__(_("这封信说的是还没到的事，要在之前发。"))


class ReminderRule(Model):
    """Of one event; or of an office: for its events of a kind from publishing on, for its tasks and milestones."""

    __tablename__ = "reminder_rule"
    __table_args__ = (
        UniqueConstraint("event_id", "anchor", "lead_amount", "lead_unit", "audience", "is_after",
                         name="uq_reminder_rule_of_event"),
        UniqueConstraint("organization_id", "event_kind", "anchor", "lead_amount", "lead_unit", "audience",
                         "is_after", name="uq_reminder_rule_of_office"),
        CheckConstraint("(event_id IS NULL) != (organization_id IS NULL)", name="owner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    event: Mapped[Event | None] = relationship()
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    organization: Mapped[Organization | None] = relationship()
    event_kind: Mapped[str] = mapped_column(String(16), default="")  # of an office's: empty for every kind
    anchor: Mapped[str] = mapped_column(String(16), default=START)
    is_after: Mapped[bool] = mapped_column(default=False)
    lead_amount: Mapped[int]
    lead_unit: Mapped[str] = mapped_column(String(8))
    day_rule: Mapped[str] = mapped_column(String(8), default=DayRule.ANY.value)
    at_time: Mapped[str] = mapped_column(String(5), default="")  # 09:00; empty: the anchor's own time
    audience: Mapped[str] = mapped_column(String(16), default=ENROLLED)
    letter: Mapped[str] = mapped_column(String(32), default="")  # empty: the usual one of the anchor and audience
    is_enabled: Mapped[bool] = mapped_column(default=True)
    useful_for: Mapped[int]  # minutes after its due time during which it still helps
    effective_from: Mapped[datetime]

    @classmethod
    def of_event(cls, event_id: int) -> Select[ReminderRule]:
        return select(cls).where(cls.event_id == event_id).order_by(cls.id)

    @classmethod
    def of_offices(cls, ids: Iterable[int]) -> Select[ReminderRule]:
        return (select(cls).join(cls.organization).where(cls.organization_id.in_(list(ids)))
                .order_by(func.length(Organization.path), cls.id))

    @classmethod
    def defaults(cls, event: Event, as_of: datetime) -> list[ReminderRule]:
        """What publishing switches on: the set of the nearest office for the kind; and where it says nothing of who
        is enrolled, the leads of its settings for them."""
        its_set = set_for(event.organization, event.kind)
        copies = [one.copied(event, as_of) for one in its_set if one.is_enabled]
        if any((one.anchor, one.audience) == (START, ENROLLED) for one in its_set):
            return copies
        leads = sorted(map(Lead.of, settings_of(event.organization).reminder_leads), key=lambda one: -one.minutes)
        following = [*(one.minutes for one in leads[1:]), 0]
        return [cls(event_id=event.id, lead_amount=lead.amount, lead_unit=lead.unit.value, effective_from=as_of,
                    useful_for=lead.useful_for(after), **cls._plain())
                for lead, after in zip(leads, following, strict=True)] + copies

    @classmethod
    def lay_down(cls, as_of: datetime, *, event: Event | None = None, organization: Organization | None = None,
                 **words: Any) -> ReminderRule:
        """A new rule, told in the audit. Nobody is written to by it yet: `following.arm` does that.

        :raises AlreadyThere: when there is one that says the same.
        :raises SpeaksOfWhatIsToCome: when its letter would be untrue by then.
        """
        from app.reminders.registry import registry  # it speaks of rules

        made = cls(event_id=event.id if event else None, organization_id=organization.id if organization else None,
                   effective_from=as_of, **cls._plain() | words)
        if registry().untimely(made):
            raise SpeaksOfWhatIsToCome
        twin = db.session.scalars(select(cls).where(*(
            getattr(cls, name).is_not_distinct_from(getattr(made, name)) for name in THE_SAME))).first()
        if twin is not None:
            raise AlreadyThere(is_same=(twin.at_time, twin.day_rule) == (made.at_time, made.day_rule))
        db.session.add(made)
        db.session.flush()
        note(Change(made, "rule_laid_down", as_of, after=made.facts()))
        return made

    def copied(self, event: Event, as_of: datetime) -> ReminderRule:
        words = {name: getattr(self, name) for name in (
            "anchor", "is_after", "lead_amount", "lead_unit", "day_rule", "at_time", "audience", "letter",
            "is_enabled", "useful_for")}
        return ReminderRule(event_id=event.id, event_kind="", effective_from=as_of, **words)

    def switch(self, is_enabled: bool, as_of: datetime) -> None:
        """Off or on again. Safe to call twice."""
        if self.is_enabled != is_enabled:
            self.is_enabled = is_enabled
            note(Change(self, "rule_switched_on" if is_enabled else "rule_switched_off", as_of, after=self.facts()))

    @property
    def label(self) -> str:
        if self.lead_amount == 0:
            return _("当天")
        words = {
            ("days", False): ngettext("前 %(num)d 天", "前 %(num)d 天", self.lead_amount),
            ("days", True): ngettext("后 %(num)d 天", "后 %(num)d 天", self.lead_amount),
            ("hours", False): ngettext("前 %(num)d 小时", "前 %(num)d 小时", self.lead_amount),
            ("hours", True): ngettext("后 %(num)d 小时", "后 %(num)d 小时", self.lead_amount),
            ("workdays", False): ngettext("前 %(num)d 个工作日", "前 %(num)d 个工作日", self.lead_amount),
            ("workdays", True): ngettext("后 %(num)d 个工作日", "后 %(num)d 个工作日", self.lead_amount)}
        return words[self.lead_unit, self.is_after]

    @property
    def time(self) -> time | None:
        return time.fromisoformat(self.at_time) if self.at_time else None

    @property
    def is_by_the_hour(self) -> bool:
        """Elapsed time, not the hands of a clock."""
        return self.lead_unit == LeadUnit.HOURS

    @property
    def may_wake(self) -> bool:
        """Short before the thing itself: it may come at night, too."""
        return self.is_by_the_hour and not self.is_after and self.lead_amount <= SHORT

    @property
    def hangs_on_workdays(self) -> bool:
        return self.lead_unit == LeadUnit.WORKDAYS or self.day_rule != DayRule.ANY

    def facts(self) -> dict[str, Any]:
        return {"anchor": self.anchor, "lead": f"{'+' if self.is_after else '-'}{self.lead_amount} {self.lead_unit}",
                "audience": self.audience, "event_id": self.event_id, "organization_id": self.organization_id}

    @staticmethod
    def _plain() -> dict[str, Any]:
        return {"event_kind": "", "anchor": START, "is_after": False, "day_rule": DayRule.ANY.value, "at_time": "",
                "audience": ENROLLED, "letter": "", "is_enabled": True}


def set_for(office: Organization, kind: str) -> list[ReminderRule]:
    """The rules that the nearest office has for events of `kind`; those for just this kind before those for all."""
    rules = _along(office)
    for wanted in (kind, ""):
        ours = [one for one in rules if one.event_kind == wanted and one.anchor not in OF_PLANS]
        if ours:
            nearest = ours[-1].organization_id
            return [one for one in ours if one.organization_id == nearest]
    return []


def standing(office: Organization, anchor: str) -> list[ReminderRule]:
    """The rules that hold in `office` for something of a plan: those of the nearest office that has any."""
    ours = [one for one in _along(office) if one.anchor == anchor]
    return [one for one in ours if one.organization_id == ours[-1].organization_id]


def _along(office: Organization) -> list[ReminderRule]:
    ids = [int(part) for part in office.path.split("/") if part]
    return list(db.session.scalars(ReminderRule.of_offices(ids)))
