"""Figures of platforms elsewhere (选课人数…): a month's number, its source and the day it was true."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.places import Region
from app.db import Model
from app.plans.indicators import Indicator


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
    entered_at: Mapped[datetime]

    @classmethod
    def of_indicator(cls, indicator: Indicator) -> Select[OutsideFigure]:
        return select(cls).where(cls.indicator_id == indicator.id).order_by(
            cls.month, cls.region_code, cls.source)
