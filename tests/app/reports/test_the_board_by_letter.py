"""Leaders get the board once a week, on its first working day from half past eight, unless they switched it off."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.accounts.models import Role
from app.db import db
from app.outbox import sending
from app.outbox.unsubscribing import STOPPED
from app.reports import mondays
from tests.conftest import AS_OF
from tests.factories import a_person, a_plan, an_office
from tests.letters import ledger, words_of

HALF_PAST_EIGHT = AS_OF - timedelta(minutes=30)  # Monday 2 March 2026, 08:30 in Chengdu


@pytest.fixture
def leader(app):
    return a_leader()


def a_leader(name="Zhou", **more):
    a_plan()
    person = a_person(name, Role.LEADER, an_office())
    db.session.commit()
    return person


def looked(as_of):
    count = mondays.look(as_of)
    db.session.commit()
    return count


def boards():
    return [one for one in ledger() if one.letter == "reports.board"]


def test_a_week_makes_one_letter_for_each_leader_however_often_the_clock_rings(either_app):
    leader = a_leader()
    a_person("Chen", Role.ORGANIZER, an_office())
    db.session.commit()

    counts = [looked(HALF_PAST_EIGHT + timedelta(minutes=minutes)) for minutes in (-1, 0, 1, 60, 60 * 24)]
    following = looked(HALF_PAST_EIGHT + timedelta(days=7))

    assert (counts, following) == ([0, 1, 0, 0, 0], 1)
    assert [(one.address, one.cause) for one in boards()] == [
        (leader.email, "board:2026-03-02"), (leader.email, "board:2026-03-09")]


def test_it_says_the_four_figures_and_what_needs_attention(leader):
    looked(HALF_PAST_EIGHT)

    told = words_of(boards()[0])
    assert told.subject == "本周看板：省知识产权促进中心，3月2日"
    assert [word for word in ("已办活动（场）：", "参与人次：", "覆盖市（州）：0 / 21", "任务达标：", "需要关注",
                              "http://wujin.test/console/board?office=") if word not in told.text] == []


def test_a_monday_that_is_no_working_day_waits_and_a_week_of_holidays_has_none(app):
    assert [mondays.first_workday(day) for day in (date(2026, 3, 2), date(2026, 4, 6), date(2026, 2, 16))] == [
        date(2026, 3, 2), date(2026, 4, 7), date(2026, 2, 24)]


def test_nobody_is_written_to_on_the_holiday_itself(leader):
    tomb_sweeping = datetime(2026, 4, 6, 1, tzinfo=UTC)

    assert [looked(tomb_sweeping), looked(tomb_sweeping + timedelta(days=1))] == [0, 1]


def test_a_machine_that_slept_writes_later_but_not_at_night(leader):
    assert [looked(AS_OF + timedelta(hours=hours)) for hours in (11, 12, 24)] == [0, 0, 1]


def test_the_switch_stops_what_waits_and_on_brings_the_next(leader, signed_in):
    browser = signed_in(leader)
    browser.post("/console/board/letter")
    off = browser.get("/console/board/letter").text
    looked(HALF_PAST_EIGHT)
    sending.deliver(HALF_PAST_EIGHT + timedelta(minutes=1))
    stopped = [(one.state, one.reason) for one in boards()]
    browser.post("/console/board/letter", data={"on": "1"})
    looked(HALF_PAST_EIGHT + timedelta(days=7))
    sending.deliver(HALF_PAST_EIGHT + timedelta(days=7, minutes=1))

    assert ("已关闭" in off, stopped) == (True, [("cancelled", STOPPED)])
    assert [one.state for one in boards()] == ["cancelled", "accepted"]


def test_who_leads_no_more_is_not_told(leader):
    looked(HALF_PAST_EIGHT)
    leader.grants = []
    db.session.commit()

    sending.deliver(HALF_PAST_EIGHT + timedelta(minutes=1))

    assert [(one.state, one.reason) for one in boards()] == [("cancelled", "不再是这个单位的领导")]
