"""How far an entry of a register is: the steps of a recognition, each with the day on which it was taken."""

from __future__ import annotations

import enum
from dataclasses import astuple, dataclass, fields
from datetime import date

from flask_babel import gettext as _

from app.errors import Refused


class Standing(enum.StrEnum):
    """From application to plaque; only approved ones count. A school that merely hosts events is listed, no more."""

    LISTED = "listed"
    APPLIED = "applied"
    REVIEWED = "reviewed"
    ANNOUNCED = "announced"  # 公示
    APPROVED = "approved"
    PLAQUE = "plaque"  # 授牌
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {"listed": _("在册"), "applied": _("已申报"), "reviewed": _("已评审"), "announced": _("公示中"),
                "approved": _("已批复"), "plaque": _("已授牌"), "withdrawn": _("已撤销")}[self.value]

    @property
    def step(self) -> str:
        """The word for the step that leads here."""
        return {"listed": _("登记"), "applied": _("申报"), "reviewed": _("评审"), "announced": _("公示"),
                "approved": _("批复"), "plaque": _("授牌"), "withdrawn": _("撤销")}[self.value]


COUNTED = (Standing.APPROVED.value, Standing.PLAQUE.value)
UNDER_WAY = (Standing.APPLIED.value, Standing.REVIEWED.value, Standing.ANNOUNCED.value)
STEPS = tuple(Standing)[1:]  # those that happen on a day


class OutOfOrder(Refused):
    """The days do not follow each other, or one of them has not come; `field` says which."""

    status = 422

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Course:
    """The days of the steps that an entry has taken. A step may be left out: often nobody knows any more when
    something was reviewed. What the days come to is the standing."""

    applied_on: date | None = None
    reviewed_on: date | None = None
    announced_on: date | None = None
    approved_on: date | None = None
    plaque_on: date | None = None
    withdrawn_on: date | None = None

    @property
    def standing(self) -> Standing:
        return max(self._taken(), default=(0, Standing.LISTED, None))[1]

    def day_of(self, standing: Standing) -> date | None:
        return None if standing is Standing.LISTED else getattr(self, field_of(standing))

    def require_order(self, today: date) -> None:
        """:raises OutOfOrder: naming the first step that cannot have been taken on its day."""
        before: tuple[Standing, date] | None = None
        for _number, standing, day in self._taken():
            if day > today:
                raise OutOfOrder(field_of(standing), _("%(step)s的日期还没有到。", step=standing.step))
            if before and day < before[1]:
                raise OutOfOrder(field_of(standing), _(
                    "%(step)s不会早于%(earlier)s（%(day)s）。", step=standing.step, earlier=before[0].step,
                    day=before[1]))
            before = standing, day
        if self.plaque_on and not self.approved_on:
            raise OutOfOrder("plaque_on", _("先有批复，才能授牌。请先填批复日期。"))

    def _taken(self) -> list[tuple[int, Standing, date]]:
        return [(number, standing, day) for number, (standing, day)
                in enumerate(zip(STEPS, astuple(self), strict=True)) if day]


DAYS = tuple(one.name for one in fields(Course))


def field_of(standing: Standing) -> str:
    return f"{standing.value}_on"
