"""A new installation tells its staff of figures, milestones and tasks without anybody laying down a rule."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.accounts import setup
from app.accounts.models import Role
from app.accounts.places import Organization
from app.db import db
from app.plans.milestones import Milestone, Step
from app.reminders import due
from app.reminders.rules import ReminderRule, set_for, standing
from tests.conftest import AS_OF
from tests.factories import a_person, a_task, an_event
from tests.letters import ledger, words_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def root(app):
    root = setup.found(office="省知识产权促进中心", region="四川", as_of=AS_OF)
    db.session.commit()
    return root


def said(rules):
    return [(one.anchor, one.label, one.at_time, one.audience) for one in rules]


def test_a_root_office_has_the_staff_s_rules_once_and_those_below_inherit(root):
    below = Organization.founded("成都市知识产权局", root, AS_OF)
    db.session.commit()

    assert said(set_for(below, "lecture")) == [("figures_due", "后 1 个工作日", "09:00", "organizers")]
    assert said(standing(below, "milestone_due")) == [("milestone_due", "前 5 个工作日", "09:00", "organizers")]
    assert said(standing(below, "task_due")) == [("task_due", "前 10 个工作日", "09:00", "leads")]
    assert db.session.query(ReminderRule).count() == 3


def test_figures_are_asked_for_on_the_next_working_day_by_a_letter_that_opens_their_form(root, app, signed_in):
    organizer = a_person("Chen", Role.ORGANIZER, root)
    event = an_event("专利讲座", organization=root, starts_at=AS_OF + timedelta(days=4), as_of=AS_OF)  # a Friday
    db.session.commit()

    for _ in range(4):
        due.tick(AS_OF + timedelta(days=7))
        db.session.commit()

    letters = [one for one in ledger() if one.letter == "events.figures_due"]
    assert [(one.address, one.next_at.astimezone(SHANGHAI).isoformat()[:16]) for one in letters] == [
        (organizer.email, "2026-03-09T09:00")]
    link = f"/console/events/{event.id}/figures"
    assert f"{app.config['BASE_URL']}{link}" in words_of(letters[0]).text
    assert "<form" in signed_in(organizer).get(link).text


def test_a_milestone_is_told_of_a_week_ahead(root):
    organizer = a_person("Chen", Role.ORGANIZER, root)
    Milestone.planned(a_task(), root, AS_OF, step=Step.REVIEW, due_on=date(2026, 3, 20))
    db.session.commit()

    due.tick(AS_OF + timedelta(days=11))
    db.session.commit()

    assert [(one.letter, one.address) for one in ledger()] == [("plans.milestone_due", organizer.email)]
