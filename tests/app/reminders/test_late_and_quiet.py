"""What downtime, nights, and a clock that jumps do to reminders: late ones that help, others missed with a reason."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.db import db
from app.events.rolling import Shell
from app.outbox import claiming, sending
from app.outbox.models import Delivery
from app.plans.yearly import DateRule
from app.reminders import due
from app.reminders.following import arrange
from app.reminders.models import Occurrence
from app.reminders.rules import ReminderRule
from app.reminders.writing import MERGED
from tests.conftest import AS_OF
from tests.factories import an_event
from tests.letters import enrolled, ledger

START = AS_OF + timedelta(days=10)  # Thursday 12 March 2026, 09:00 in Chengdu
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEADS = {"7d": (7, "days", 3 * 1440), "1d": (1, "days", 22 * 60), "2h": (2, "hours", 120)}
SHANGHAI = ZoneInfo("Asia/Shanghai")


def reminded_by(*names, starts_at=START):
    """A lecture with these rules alone, one enrolled."""
    event = an_event(takes_enrolments=True, starts_at=starts_at, published=False)
    for name in names:
        amount, unit, useful_for = LEADS[name]
        ReminderRule.lay_down(AS_OF, event=event, lead_amount=amount, lead_unit=unit, useful_for=useful_for)
    event.publish(AS_OF)
    enrolled(event)
    db.session.commit()
    return event


def rung(as_of, owner="test:1"):
    while not due.tick(as_of, owner).is_finished:
        db.session.commit()
    db.session.commit()


def sent(as_of):
    rung(as_of)
    while sending.deliver(as_of):
        pass
    db.session.expire_all()


def firings():
    db.session.expire_all()
    return [(one.state, one.reason != "") for one in db.session.scalars(select(Occurrence).order_by(Occurrence.id))]


def states() -> list[str]:
    return [one.state for one in ledger()]


@pytest.mark.parametrize(("lead", "outage", "state"), [
    ("7d", HOUR, "accepted"), ("7d", DAY, "accepted"), ("7d", 8 * DAY, "missed"),
    ("1d", HOUR, "accepted"), ("1d", 21 * HOUR, "accepted"), ("1d", DAY, "missed"), ("1d", 8 * DAY, "missed"),
    ("2h", HOUR, "accepted"), ("2h", 2 * HOUR, "missed"), ("2h", DAY, "missed"), ("2h", 8 * DAY, "missed")])
def test_after_an_outage_what_helps_goes_and_the_rest_says_why_not(either_app, lead, outage, state):
    reminded_by(lead)
    occurrence = db.session.scalars(select(Occurrence)).one()
    stopped = occurrence.due_at - timedelta(minutes=1)
    rung(stopped)

    sent(occurrence.due_at + outage)

    if state == "missed":
        assert firings() == [("missed", True)]
        assert db.session.scalars(select(Occurrence.reason)).one() == (
            f"系统停运：{stopped.astimezone(SHANGHAI):%m-%d %H:%M} 之后没有运行，错过了提醒")
        assert states() == []
    else:
        assert states() == [state]


def test_of_several_late_ones_only_the_latest_is_sent_and_the_others_say_so(either_app):
    reminded_by("1d", "2h")

    sent(START - 110 * timedelta(minutes=1))
    first_missed = firings()

    assert first_missed == [("missed", True), ("expanded", False)]
    assert states() == ["accepted"]


def test_a_week_s_and_a_day_s_that_are_both_late_make_one_letter(either_app):
    event = reminded_by("1d")
    ReminderRule.lay_down(AS_OF, event=event, lead_amount=3, lead_unit="days", useful_for=3 * 1440)
    arrange(event, AS_OF)
    db.session.commit()

    sent(START - 20 * HOUR)

    assert sorted((one.state, one.reason) for one in ledger()) == [
        ("accepted", "留在发件箱，没有寄出"), ("merged", MERGED)]


def test_what_no_mail_server_took_makes_room_for_the_next_one(either_app):
    event = reminded_by("1d")
    ReminderRule.lay_down(AS_OF, event=event, lead_amount=3, lead_unit="days", useful_for=3 * 1440)
    arrange(event, AS_OF)
    db.session.commit()
    rung(START - 3 * DAY)

    rung(START - DAY)

    assert [(one.state, one.reason) for one in ledger()] == [("merged", MERGED), ("pending", "")]


def test_what_comes_late_at_night_waits_for_the_morning(app):
    reminded_by("7d")
    due_at = START - 7 * DAY
    rung(due_at - HOUR)

    sent(due_at + 14 * HOUR)  # 23:00
    asleep = states()
    sent(due_at + 23 * HOUR)  # 08:00

    assert [asleep, states()] == [["pending"], ["accepted"]]


def test_what_would_not_help_in_the_morning_goes_at_night(app):
    reminded_by("1d")
    rung(START - DAY - HOUR)

    sent(START - 10 * HOUR)  # 23:00; it helps until seven

    assert states() == ["accepted"]


def test_a_clock_that_jumps_a_day_ahead_and_back_makes_no_flood_and_repeats_nothing(either_app):
    reminded_by("7d", "1d")
    sent(START - 7 * DAY)

    sent(START - 7 * DAY + DAY)
    sent(START - 7 * DAY - HOUR)
    sent(START - DAY - HOUR)
    before = states()
    sent(START - DAY)
    sent(START - DAY - HOUR)
    sent(START - DAY + HOUR)

    assert before == ["accepted"]
    assert states() == ["accepted", "accepted"]


def test_a_lease_does_not_end_early_for_a_clock_set_back(app):
    reminded_by("1d")
    rung(START - DAY)
    _token, held = claiming.claim(START - DAY, 10)
    db.session.commit()

    assert [claiming.reap(START - DAY - HOUR), len(held)] == [0, 1]
    assert db.session.scalars(select(Delivery.state)).one() == "claimed"


def test_after_an_outage_what_was_due_last_leaves_first(either_app):
    starts = [START, START + 2 * HOUR, START + HOUR]
    for number, starts_at in enumerate(starts):
        event = reminded_by("1d", starts_at=starts_at)
        event.title = f"讲座{number}"
    db.session.commit()

    back = START - DAY + 5 * HOUR
    rung(back)
    left = [one.content.subject for one in db.session.scalars(Delivery.due(back))]

    assert [subject[3:6] for subject in left] == ["讲座1", "讲座2", "讲座0"]


def test_a_copy_for_another_year_reminds_nobody_until_somebody_publishes_it(app):
    event = reminded_by("1d")
    shell = Shell.of(event, 2027, DateRule.WEEK).make(AS_OF)
    db.session.commit()
    of_draft = db.session.scalars(ReminderRule.of_event(shell.id)).all()

    shell.publish(AS_OF)
    db.session.commit()

    assert of_draft == []
    assert [one.lead_amount for one in db.session.scalars(ReminderRule.of_event(shell.id))] == [1, 1]


def test_one_whose_address_stands_twice_gets_one_letter(app):
    event = reminded_by("1d")
    enrolled(event, "He", "li@example.org")
    db.session.commit()

    sent(START - DAY)

    assert [(one.state, one.name) for one in ledger()] == [("accepted", "Li、He")]
