"""One month of the console: whose days, what falls on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, g, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.places import Region
from app.db import db
from app.events.board import place_of
from app.events.models import Event
from app.events.month import DatedEntry, by_day, month_grid
from app.events.span import midnight
from app.events.words import EventState
from app.languages import language
from app.plans.milestones import Milestone
from app.workdays.calendar import Mark, regions_along
from app.workdays.kept import present
from app.workdays.models import CalendarDay, SchoolTerm

MOST = 400


def month_of(first: date, today: date, own: Region) -> dict[str, Any]:
    """What the month's page shows."""
    following = (first + timedelta(days=31)).replace(day=1)
    monday = first - timedelta(days=first.weekday())
    sunday = following + timedelta(days=(7 - following.weekday()) % 7)
    calendar = present()
    terms = db.session.scalars(SchoolTerm.around(
        own.stem, own.above, date(first.year, 1, 1), date(first.year, 12, 31))).all()
    shown = [*_events(monday, sunday), *_milestones(monday, sunday), *_terms(terms, monday, sunday, own)]
    days = [monday + timedelta(days=number) for number in range((sunday - monday).days)]
    marks = {day: word(mark) for day in days if (mark := calendar.mark(day, own.code))}
    listed = [one for one in shown if one.starts_on < following and one.ends_on >= first]
    return {
        "weeks": month_grid(first, shown, marks=marks), "days": by_day(listed, since=first), "first": first,
        "earlier": (first - timedelta(days=1)).replace(day=1), "later": following, "terms": terms,
        "is_provisional": calendar.is_provisional(first.year), "named": _named(first.year, own),
        "entered": db.session.scalars(CalendarDay.of_year(first.year, _near(own))).all(),
        "workdays": calendar.workdays(first, following - timedelta(days=1), own.code)}


def word(mark: Mark) -> str:
    """休 or 班, with the feast's name."""
    return f"{_('班') if mark.is_work else _('休')} {mark.name}".strip()


def _near(own: Region) -> list[str]:
    """The regions whose entries are shown: those above, its own and all below."""
    below = db.session.scalars(db.select(Region.code).where(Region.code.startswith(own.stem, autoescape=True)))
    return [*regions_along(own.code), *below]


def _named(year: int, own: Region) -> list[tuple[date, date, Mark]]:
    """Stretches of days of one mark, the year through."""
    calendar = present()
    stretches: list[tuple[date, date, Mark]] = []
    day = date(year, 1, 1)
    while day.year == year:
        mark = calendar.mark(day, own.code)
        last = stretches[-1] if stretches and stretches[-1][1] == day - timedelta(days=1) else None
        # A weekend within a feast belongs to it.
        is_weekend_of_it = mark is None and not calendar.is_workday(day, own.code) and last and not last[2].is_work
        if last and (is_weekend_of_it or (mark and mark.is_work == last[2].is_work)):
            stretches[-1] = (last[0], day, last[2])
        elif mark is not None:
            stretches.append((day, day, mark))
        day += timedelta(days=1)
    return stretches


def _events(monday: date, sunday: date) -> list[DatedEntry]:
    zone = current_app.config["TIMEZONE"]
    found = db.session.scalars(
        Event.scoped(g.actor).where(Event.starts_at < midnight(sunday, zone), Event.ends_at > midnight(monday, zone))
        .options(joinedload(Event.parent), selectinload(Event.in_regions)).limit(MOST)).all()
    return [_entry(one) for one in found]


def _entry(event: Event) -> DatedEntry:
    span = event.span
    return DatedEntry(
        starts_on=span.starts_on, ends_on=span.ends_on, title=event.titled(language()), kind=event.kind,
        url=url_for("console.show", id=event.id), state=event.state, place=place_of(event, language()),
        time_label="" if span.is_all_day else f"{span.starts_at.astimezone(ZoneInfo(span.zone)):%H:%M}",
        note=_("草稿") if event.state == EventState.DRAFT else "")


def _milestones(monday: date, sunday: date) -> list[DatedEntry]:
    found = db.session.scalars(
        Milestone.marked_between(g.actor, monday, sunday - timedelta(days=1)).options(joinedload(Milestone.task)))
    return [DatedEntry(starts_on=one.due_on, ends_on=one.due_on, kind="deadline",
                       title=f"{one.task.code} {one.title}", url=url_for("console_plans.milestone", id=one.id),
                       note=ngettext("晚了 %(num)d 天", "晚了 %(num)d 天", one.days_late) if one.days_late else "")
            for one in found if one.due_on]


def _terms(terms: Sequence[SchoolTerm], monday: date, sunday: date, own: Region) -> list[DatedEntry]:
    """Of the schools of the region itself; a province does not draw the bars of all its cities."""
    along = regions_along(own.code)
    return [DatedEntry(starts_on=one.first, ends_on=one.last, kind="deadline", title=one.name,
                       url=url_for("reminders.calendar_days", month=f"{monday:%Y-%m}") + "#terms")
            for one in terms if one.region in along and one.kind != "term"
            and one.first < sunday and one.last >= monday]
