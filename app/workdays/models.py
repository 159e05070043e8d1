"""What offices enter of days: days off and days worked, school terms and weeks of exams."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Change, Model, db, note
from app.errors import Refused
from app.workdays import kept
from app.workdays.calendar import COUNTRY, Entered, regions_along

LONGEST_STRETCH = 400  # days of a term, a holiday or a stretch of days off


class DayKind(enum.StrEnum):
    OFF = "off"
    WORK = "work"

    @property
    def label(self) -> str:
        return {"off": _("休"), "work": _("班")}[self.value]


class DaySource(enum.StrEnum):
    NOTICE = "notice"  # the State Council's, uploaded
    HAND = "hand"

    @property
    def label(self) -> str:
        return {"notice": _("放假通知"), "hand": _("手工登记")}[self.value]


class TermKind(enum.StrEnum):
    TERM = "term"
    EXAMS = "exams"
    VACATION = "vacation"

    @property
    def label(self) -> str:
        return {"term": _("学期"), "exams": _("考试周"), "vacation": _("假期")}[self.value]


class BadDays(Refused):
    """Days that cannot be; `field` says which."""

    status = 422

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Days:
    """The calendar of one region, as the audit names it."""

    id: str = COUNTRY


class CalendarDay(Model):
    """A day that is off or worked in a region and all below it, whatever the package says. `CN` is the country."""

    __tablename__ = "calendar_day"
    __table_args__ = (CheckConstraint("kind IN ('off','work')", name="kind"),)

    region: Mapped[str] = mapped_column(String(6), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(40), default="")
    source: Mapped[str] = mapped_column(String(8))
    entered_at: Mapped[datetime]

    @classmethod
    def of_year(cls, year: int, regions: Iterable[str]) -> Select[CalendarDay]:
        within = cls.day.between(date(year, 1, 1), date(year, 12, 31))
        return select(cls).where(within, cls.region.in_(list(regions))).order_by(cls.day, cls.region)

    @classmethod
    def enter(cls, region: str, days: Mapping[date, Entered], as_of: datetime) -> None:
        """Sets each of `days`; told in one sentence of the audit. Safe to call twice."""
        there = {one.day: one for one in db.session.scalars(
            select(cls).where(cls.region == region, cls.day.in_(list(days))))}
        before, after = [], []
        for day, one in sorted(days.items()):
            kind = DayKind.WORK if one.is_work else DayKind.OFF
            source = DaySource.NOTICE if one.is_of_notice else DaySource.HAND
            row = there.get(day)
            if row is not None and (row.kind, row.name, row.source) == (kind, one.name, source):
                continue
            before += [row.said] if row else []
            if row is None:
                row = cls(region=region, day=day)
                db.session.add(row)
            row.kind, row.name, row.source, row.entered_at = kind.value, one.name, source.value, as_of
            after.append(row.said)
        if after:
            db.session.flush()
            kept.forget()
            note(Change(Days(region), "days_entered", as_of, before={"days": before}, after={"days": after}))

    @property
    def said(self) -> str:
        """In the language of the data, for the audit."""
        return f"{self.day.isoformat()} {'班' if self.kind == DayKind.WORK else '休'}"

    def remove(self, as_of: datetime) -> None:
        """What was entered holds no longer; the known calendar does."""
        db.session.delete(self)
        db.session.flush()
        kept.forget()
        note(Change(Days(self.region), "days_removed", as_of, before={"days": [self.said]}))


class SchoolTerm(Model):
    """A term, a week of exams or a holiday of the schools of a region and all below it."""

    __tablename__ = "school_term"
    __table_args__ = (CheckConstraint("last >= first", name="days"),
                      CheckConstraint("kind IN ('term','exams','vacation')", name="kind"),
                      Index("ix_school_term_region_last", "region", "last"))

    id: Mapped[int] = mapped_column(primary_key=True)
    region: Mapped[str] = mapped_column(String(6), ForeignKey("region.code"))
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(60))
    first: Mapped[date]
    last: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)

    @classmethod
    def planned(cls, region: str, kind: TermKind, name: str, first: date, last: date, as_of: datetime) -> SchoolTerm:
        """:raises BadDays: when it ends before it begins, is too long, or is there already."""
        require_stretch(first, last)
        if db.session.scalar(select(cls.id).where(cls.region == region, cls.kind == kind.value, cls.first <= last,
                                                  cls.last >= first).limit(1)):
            raise BadDays("first", _("这个地区这几天已经登记过%(kind)s。", kind=kind.label))
        made = cls(region=region, kind=kind.value, name=name or kind.label, first=first, last=last, version=1)
        db.session.add(made)
        db.session.flush()
        note(Change(made, "term_entered", as_of, after=made.facts()))
        return made

    @classmethod
    def touching(cls, region: str, first: date, last: date) -> Select[SchoolTerm]:
        """Those that hold in `region` on any of these days, the widest region's first."""
        return (select(cls).where(cls.region.in_(regions_along(region)), cls.first <= last, cls.last >= first)
                .order_by(cls.first, cls.region, cls.id))

    @classmethod
    def around(cls, stem: str, above: Iterable[str], first: date, last: date) -> Select[SchoolTerm]:
        """Of the regions that begin with `stem`, and of those above."""
        return (select(cls).where(or_(cls.region.startswith(stem, autoescape=True), cls.region.in_(list(above))),
                                  cls.first <= last, cls.last >= first).order_by(cls.first, cls.region, cls.id))

    def discard(self, as_of: datetime) -> None:
        note(Change(self, "term_removed", as_of, before=self.facts()))
        db.session.delete(self)

    def facts(self) -> dict[str, Any]:
        return {"name": self.name, "kind": self.kind, "region": self.region, "first": self.first, "last": self.last}


def require_stretch(first: date, last: date) -> None:
    """:raises BadDays: for days the wrong way round, or more than a year of them."""
    if last < first:
        raise BadDays("last", _("最后一天不能早于第一天。"))
    if last - first > timedelta(days=LONGEST_STRETCH):
        raise BadDays("last", _("最多 %(count)d 天。", count=LONGEST_STRETCH))
