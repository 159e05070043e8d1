"""The thirty days ahead count what leaves by the calendar: summaries, the board, reminders of a plan's days."""

from datetime import date, timedelta

import pytest

from app.accounts.models import Role
from app.clock import now
from app.db import db
from app.feeds.following.rhythm import Rhythm
from app.outbox.views.ahead import by_day, everything_due
from app.outbox.views.kinds import Kind
from app.plans.milestones import Milestone, Step
from app.reminders.rules import ReminderRule
from tests.app.feeds.test_following_by_mail import confirmed
from tests.conftest import AS_OF
from tests.factories import a_person, a_plan, a_task, an_office


def foreseen(kind):
    """By how many days ahead, how many of that kind."""
    position = list(Kind).index(kind)
    return {number: day.counts[position] for number, day in enumerate(by_day(everything_due(AS_OF), AS_OF))
            if day.counts[position]}


def a_milestone(due_on, as_of=AS_OF, count=1):
    """Reminded of so many days before, and one day less, and so on."""
    for lead in range(5, 5 + count):
        ReminderRule.lay_down(as_of, organization=an_office(), anchor="milestone_due", lead_amount=lead,
                              lead_unit="days", at_time="09:00", audience="organizers", useful_for=1440)
    made = Milestone.planned(a_task(), an_office(), as_of, step=Step.REVIEW, due_on=due_on)
    db.session.commit()
    return made


def test_a_day_s_and_a_week_s_summaries_are_counted_on_each_of_their_days(either_app):
    confirmed("kind=lecture")
    confirmed("kind=lecture", address="he@example.org", rhythm=Rhythm.WEEKLY)

    found = foreseen(Kind.SIGNUP)

    assert {day: found[day] for day in (1, 6, 7, 8, 29)} == {1: 1, 6: 1, 7: 2, 8: 1, 29: 1}


def test_the_board_is_counted_on_the_first_working_day_of_each_week(either_app):
    a_plan()
    a_person("He", Role.LEADER, an_office())
    db.session.commit()

    assert foreseen(Kind.STAFF) == {7: 1, 14: 1, 21: 1, 28: 1}


def test_a_milestone_s_reminder_is_counted(either_app):
    a_milestone(date(2026, 3, 20))

    assert foreseen(Kind.STAFF) == {13: 1}


@pytest.mark.parametrize(("count", "leads"), [(1, False), (9, True)])
def test_a_milestone_s_reminder_stands_on_the_page_with_a_way_to_it_and_to_the_rest(app, signed_in, count, leads):
    one = a_milestone(now().date() + timedelta(days=20), now(), count)
    browser = signed_in(a_person("Ann", Role.ADMINISTRATOR, an_office()))

    page, whole = (browser.get(f"/console/letters{asked}").text for asked in ("", "?coming=all"))

    way = f'<a href="/console/plan/milestones/{one.id}">'
    assert (page.count(way), whole.count(way)) == (min(count, 8), count)
    assert ("?coming=all#coming" in page, "?coming=all#coming" in whole) == (leads, False)
