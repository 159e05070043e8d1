"""What is asked of a task in numbers, and how a number is split among regions."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Region
from app.db import Change, Model, note
from app.plans.registers import Register
from app.plans.settling import Settled
from app.plans.target import Comparison, Counting, Per, Period, Target

if TYPE_CHECKING:
    from app.plans.models import Task


class Basis(enum.StrEnum):
    """Where a number comes from: official wording, the office's own target, or counted by us."""

    STATED = "stated"
    WORKING = "working"
    COUNTED = "counted"


class Measure(enum.StrEnum):
    """What an indicator counts."""

    EVENTS = "events"
    ATTENDANCES = "attendances"  # 人次
    PEOPLE = "people"  # 人数, distinct at each event
    HOURS = "hours"  # 学时
    HOSTS = "hosts"  # distinct schools, firms or bases of a register at which events were held
    REGISTER = "register"
    MILESTONES = "milestones"
    OUTSIDE = "outside"

    @property
    def label(self) -> str:
        return {"events": _("活动场次"), "attendances": _("人次"), "people": _("人数"), "hours": _("学时"),
                "hosts": _("覆盖的学校、企业或基地"), "register": _("台账登记"), "milestones": _("节点"),
                "outside": _("外部平台数字")}[self.value]


class Indicator(Settled, Model):
    """A number asked of a task; a task may have several, or none."""

    __tablename__ = "indicator"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    task: Mapped[Task] = relationship(back_populates="indicators")
    name: Mapped[str] = mapped_column(String(80), default="")  # what is counted, where the task has several
    wording: Mapped[str] = mapped_column(String(120))
    comparison: Mapped[str] = mapped_column(String(16))
    minimum: Mapped[int]
    maximum: Mapped[int | None]
    unit: Mapped[str] = mapped_column(String(12))
    counting: Mapped[str] = mapped_column(String(12), default="things")  # the words of `wording.Counting`
    per: Mapped[str] = mapped_column(String(8), default="total")  # `wording.Per`
    period: Mapped[str] = mapped_column(String(12), default="year")  # `wording.Period`
    basis: Mapped[str] = mapped_column(String(12))
    measure: Mapped[str] = mapped_column(String(12))
    register_id: Mapped[int | None] = mapped_column(ForeignKey("register.id"))
    register: Mapped[Register | None] = relationship()
    # What should be there at the end of each quarter, four rising numbers; null: a straight line.
    quarters: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    is_confirmed: Mapped[bool] = mapped_column(default=True)
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id", ondelete="SET NULL"))  # last year's
    # For a year before the events were kept here: what is known of how it ended, and from where.
    entered_result: Mapped[int | None]
    entered_source: Mapped[str] = mapped_column(String(200), default="")
    allocations: Mapped[list[Allocation]] = relationship(
        back_populates="indicator", order_by="Allocation.region_code", cascade="all, delete-orphan")

    @classmethod
    def asked_of(cls, task: Task, as_of: datetime, **said: Any) -> Indicator:
        """A new number of a task, by the names of the columns; settled, for a person asks it."""
        made = cls(position=max((one.position for one in task.indicators), default=-1) + 1, version=1,
                   **{"name": "", "is_confirmed": True} | said)
        task.indicators.append(made)
        note(Change(task, "target_added", as_of, after=made.as_said()))
        return made

    @property
    def target(self) -> Target:
        """What is asked in each place and period. Of the year's whole, where a row is too new to say."""
        return Target(Comparison(self.comparison), self.minimum, self.maximum, self.unit, self.task.plan.tolerance,
                      Counting(self.counting or Counting.THINGS), Per(self.per or Per.TOTAL),
                      Period(self.period or Period.YEAR))

    @property
    def measured(self) -> str:
        """What it counts, as a word."""
        return Measure(self.measure).label

    @property
    def is_public(self) -> bool:
        """Official wording and our count of a list in it may be shown; working targets may not."""
        return self.basis != Basis.WORKING

    def enter_result(self, result: int | None, source: str, as_of: datetime) -> bool:
        """How a year ended of which the system holds no rows, and who says so; None takes it back. Whether anything
        differs now."""
        before = {"result": self.entered_result, "source": self.entered_source}
        after = {"result": result, "source": source if result is not None else ""}
        if before == after:
            return False
        self.entered_result, self.entered_source = result, str(after["source"])
        about = {"indicator": self.name or self.wording}
        note(Change(self.task, "result_entered", as_of, before=about | before, after=about | after))
        return True

    def rolled_over(self) -> Indicator:
        is_stated = self.basis == Basis.STATED
        return Indicator(name=self.name, wording=self.wording, comparison=self.comparison, minimum=self.minimum,
                         maximum=self.maximum, unit=self.unit, counting=self.counting, per=self.per,
                         period=self.period, measure=self.measure, register=self.register, quarters=self.quarters,
                         position=self.position, source_id=self.id,
                         basis=Basis.WORKING.value if is_stated else self.basis,
                         is_confirmed=False if is_stated else self.is_confirmed)


class Allocation(Model):
    """What of an indicator one region is to bring (分解)."""

    __tablename__ = "allocation"
    __table_args__ = (UniqueConstraint("indicator_id", "region_code"), CheckConstraint("amount >= 0", name="amount"))

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"), index=True)
    indicator: Mapped[Indicator] = relationship(back_populates="allocations")
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    region: Mapped[Region] = relationship()
    amount: Mapped[int]
