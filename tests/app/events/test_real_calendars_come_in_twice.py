"""Calendars as programs export them (LF, Windows zones, GBK, overridden days): twice, and once more moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.db import db
from app.events.importing.applying import Chosen, bring_in
from app.events.importing.comparing import Comparison, What
from app.events.importing.reading import read
from app.events.models import Event
from app.events.words import EventKind
from tests.conftest import AS_OF
from tests.factories import an_office

CALENDARS = Path(__file__).parents[2] / "data" / "calendars"
ROWS = {"as_from_google": 143, "as_from_outlook": 70}
COURSE = "4k1weekly0course@google.com"


def compare(name):
    found = read((CALENDARS / f"{name}.ics").read_bytes(), lambda *_: None, zone="Asia/Shanghai", since="2026-03-01",
                 until="2027-08-31")
    assert (found["problems"], found["is_complete"]) == ([], True)
    return Comparison.of(found["rows"], an_office(), "Asia/Shanghai")


def bring(name, as_of=AS_OF):
    comparison = compare(name)
    bring_in([Chosen(line, EventKind.LECTURE) for line in comparison.lines if line.is_chosen_at_first], an_office(),
             name, as_of)
    db.session.commit()
    return comparison


def drafts():
    return db.session.scalar(select(func.count()).select_from(Event).where(Event.deleted_at.is_(None)))


def course():
    """The days of the weekly course, in local time, with their ids."""
    events = db.session.scalars(select(Event).where(
        Event.title.startswith("知识产权公开课")).order_by(Event.starts_at))
    return [(one.id, one.starts_at + timedelta(hours=8), one.title) for one in events]


@pytest.mark.parametrize("name", ROWS)
def test_a_calendar_that_comes_twice_doubles_nothing(either_app, name):
    first = bring(name)
    made = drafts()
    second = bring(name)

    assert (len(first.lines), made, drafts()) == (ROWS[name], first.count(What.NEW), made)
    assert second.count(What.SAME) + second.count(What.NOT_ON) == ROWS[name]


def test_windows_zones_and_gbk_are_read_as_they_were_meant(app):
    bring("as_from_outlook")
    at = {one.title: (one.starts_at, one.location) for one in db.session.scalars(select(Event))}

    assert at["企业知识产权诊断第1场"] == (datetime(2026, 3, 9, 1, tzinfo=UTC), "1号会议室")
    assert at["园区企业接待日（改在下午）"] == (datetime(2026, 5, 7, 6, 30, tzinfo=UTC), "服务中心二楼")
    # 9 o'clock in Berlin, in April and at the end of October
    assert [at[f"中欧专利视频会第{number}场"][0].hour for number in (10, 60)] == [7, 8]


def test_one_day_of_a_series_that_was_put_off_is_that_day(app):
    bring("as_from_google")

    assert [day for day in course() if "调课" in day[2]] == [
        (course()[2][0], datetime(2026, 3, 18, 18, tzinfo=UTC), "知识产权公开课（调课）")]
    assert len(course()) == 14  # of sixteen one is taken out and one cancelled


def test_a_series_that_moved_at_its_source_moves_its_drafts(either_app):
    """From Mondays at 14:00 to Tuesdays at 19:00: every RECURRENCE-ID is another."""
    bring("as_from_google")
    before, made = course(), drafts()
    kept = db.session.get(Event, before[0][0])
    kept.revise(AS_OF, description="我们写得更好的介绍")
    db.session.commit()

    moved = bring("as_from_google_moved", AS_OF + timedelta(days=1))

    assert (moved.count(What.NEW), moved.count(What.CHANGED), drafts()) == (0, 14, made)
    assert [(id, at + timedelta(days=1, hours=5), title) for id, at, title in before] == course()
    assert kept.description == "我们写得更好的介绍"
    assert bring("as_from_google_moved").count(What.CHANGED) == 0


def test_the_older_calendar_after_it_moves_nothing_back(app):
    bring("as_from_google")
    bring("as_from_google_moved", AS_OF + timedelta(days=1))
    there = course()

    older = bring("as_from_google", AS_OF + timedelta(days=2))

    assert (older.count(What.NEW), older.count(What.OLDER), course()) == (0, 14, there)


def test_what_was_announced_meanwhile_stays_and_is_shown_as_changed_there(app):
    bring("as_from_google")
    event = db.session.get(Event, course()[0][0])
    event.publish(AS_OF)
    at = event.starts_at

    moved = bring("as_from_google_moved", AS_OF + timedelta(days=1))

    assert (moved.count(What.NEW), moved.count(What.ANNOUNCED), moved.count(What.CHANGED), event.starts_at) == (
        0, 1, 13, at)
