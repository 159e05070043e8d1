"""Figures of platforms elsewhere (选课人数…): a month's number, its source and the day it was true."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.accounts.places import Region
from app.clock import local_day
from app.db import Change, Model, db, note
from app.errors import Refused
from app.plans.indicators import Indicator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.plans.models import Plan

MOST = 2_000_000_000


class BadFigure(Refused):
    """A figure that cannot be; `field` says where."""

    status = 422

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class OutsideFigure(Model):
    """One number from elsewhere. The same indicator, month, region and source again replaces it, never adds.

    `is_running_total`: the number is what was reached by then, not what the month brought.
    """

    __tablename__ = "outside_figure"
    __table_args__ = (
        UniqueConstraint("indicator_id", "month", "region_code", "source"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"), index=True)
    indicator: Mapped[Indicator] = relationship()
    month: Mapped[date]  # its first day
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    region: Mapped[Region] = relationship()
    source: Mapped[str] = mapped_column(String(120))
    true_on: Mapped[date]  # 截至
    amount: Mapped[int]
    is_running_total: Mapped[bool] = mapped_column(default=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_by: Mapped[Person | None] = relationship()
    entered_at: Mapped[datetime]

    @classmethod
    def of_indicator(cls, indicator: Indicator) -> Select[OutsideFigure]:
        return select(cls).where(cls.indicator_id == indicator.id).order_by(
            cls.month, cls.region_code, cls.source)

    @classmethod
    def find(cls, indicator: Indicator, month: date, region: Region, source: str) -> OutsideFigure | None:
        return db.session.scalars(cls.of_indicator(indicator).where(
            cls.month == month, cls.region_code == region.code, cls.source == source)).one_or_none()

    @classmethod
    def record(cls, indicator: Indicator, as_of: datetime, by: Person | None, *, month: date, region: Region,
               source: str, true_on: date, amount: int, is_running_total: bool = True) -> OutsideFigure:
        """The number of a month; what stood there for it is replaced. Safe to call twice.

        :raises BadFigure: naming the field.
        """
        require_days(indicator, month, true_on, local_day(as_of))
        require_apart(region, source, taken_by(indicator))
        found = cls.find(indicator, month, region, source)
        before = found.facts() if found else {}
        found = found or cls(indicator=indicator, month=month, region=region, source=source)
        found.true_on, found.amount, found.is_running_total = true_on, amount, is_running_total
        if before == found.facts():
            return found
        found.entered_by, found.entered_at = by, as_of
        db.session.add(found)
        db.session.flush()
        note(Change(found, "figure_replaced" if before else "figure_entered", as_of, before=before,
                    after=found.facts()))
        return found

    def remove(self, as_of: datetime) -> None:
        """It should never have stood there."""
        note(Change(self.plan, "figure_removed", as_of, before=self.facts()))
        db.session.delete(self)

    @property
    def plan(self) -> Plan:
        return self.indicator.task.plan

    def facts(self) -> dict[str, Any]:
        return {"tasks": [self.indicator.task.code], "indicator": self.indicator.wording,
                "month": f"{self.month:%Y-%m}", "regions": [self.region.code], "source": self.source,
                "true_on": self.true_on, "amount": self.amount, "is_running_total": self.is_running_total}


def require_days(indicator: Indicator, month: date, true_on: date, today: date) -> None:
    """:raises BadFigure: a month of another year, one to come, or a day that does not fit it."""
    year = indicator.task.plan.year
    if month > today:
        raise BadFigure("month", _("这个月还没有到。"))
    if month.year != year and not (indicator.period == "cumulative" and month.year < year):
        raise BadFigure("month", _("这是 %(year)d 年的指标，月份要在 %(year)d 年里。", year=year))
    if true_on > today:
        raise BadFigure("true_on", _("截至的日期还没有到。"))
    if true_on < month:
        raise BadFigure("true_on", _("截至的日期早于这个月。"))


def require_apart(region: Region, source: str, taken: Iterable[tuple[str, Region]]) -> None:
    """Of one source a region and one within it would be counted twice.

    :raises BadFigure: naming the other region.
    """
    for other_source, other in taken:
        is_within = region.code != other.code and (
            region.code.startswith(other.stem) or other.code.startswith(region.stem))
        if other_source == source and is_within:
            raise BadFigure("region", _("“%(source)s”已经有“%(other)s”的数字，再填“%(region)s”会重复计算。",
                                        source=source, other=other.name, region=region.name))


class SourcesAdd(BadFigure):
    """A second source: its numbers would add to those of the first, and nobody has said that they should."""

    def __init__(self, field: str, source: str, others: Iterable[str]) -> None:
        super().__init__(field, _(
            "已有来源%(others)s，“%(source)s”的数字会和它相加。请说明是另一个平台，还是同一个换了名称。",
            others=_("、").join(f"“{one}”" for one in others), source=source))


def sources_of(indicator: Indicator) -> list[str]:
    return sorted({source for source, _region in taken_by(indicator)})


def rename_source(indicator: Indicator, before: str, after: str, as_of: datetime) -> None:
    """What was told under one name was the same platform: its figures stand under the other from now on.

    :raises BadFigure: where both names have told of the same month and place.
    """
    figures = db.session.scalars(OutsideFigure.of_indicator(indicator).where(
        OutsideFigure.source.in_((before, after)))).all()
    places = [(one.month, one.region_code) for one in figures]
    if len(set(places)) < len(places):
        raise BadFigure("beside", _("“%(before)s”和“%(after)s”有同一个月的数字，不能合成一个来源。",
                                    before=before, after=after))
    for one in figures:
        if one.source == before:
            was = one.facts()
            one.source = after
            note(Change(one, "figure_replaced", as_of, before=was, after=one.facts()))
    db.session.flush()


def taken_by(indicator: Indicator) -> list[tuple[str, Region]]:
    """Each source with each region that it has told of."""
    rows = db.session.execute(select(OutsideFigure.source, Region).join(OutsideFigure.region).where(
        OutsideFigure.indicator_id == indicator.id).distinct())
    return [(source, region) for source, region in rows]
