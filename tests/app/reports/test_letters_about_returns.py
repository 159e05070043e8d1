"""When a return is due, late or sent back its office is written to, once each, unless it was filed meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.models import Role
from app.db import db
from app.outbox import sending
from app.reminders import due
from app.reports import letters
from tests.app.reports.filing import Offices, filed
from tests.factories import a_person
from tests.letters import ledger, states, words_of

THURSDAY = datetime(2026, 4, 23, 1, 0, tzinfo=UTC)  # 09:00, three working days before Tuesday the 28th
WEDNESDAY = datetime(2026, 4, 29, 1, 0, tzinfo=UTC)


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


def tick(*moments: datetime) -> None:
    for moment in moments:
        due.tick(moment)
        db.session.commit()


def sent() -> list[tuple[str, str]]:
    return [(one.letter, one.address) for one in ledger()
            if one.letter.startswith("reports.") and one.letter != "reports.board"]


def test_three_working_days_before_at_nine_the_organizers_are_written_to_once(offices):
    tick(THURSDAY - timedelta(seconds=1))
    before = sent()
    tick(THURSDAY, THURSDAY + timedelta(seconds=5), THURSDAY + timedelta(days=1), THURSDAY + timedelta(days=4))

    assert (before, sent()) == ([], [(letters.DUE, "chen@example.org")])


def test_on_the_first_working_day_after_the_late_are_written_to_once(offices):
    tick(WEDNESDAY - timedelta(days=1), WEDNESDAY, WEDNESDAY + timedelta(days=1), WEDNESDAY + timedelta(days=5))

    assert sent() == [(letters.DUE, "chen@example.org"), (letters.LATE, "chen@example.org")]


def test_the_letter_says_which_office_which_month_and_until_when(offices):
    tick(THURSDAY)

    [letter] = ledger()
    content = words_of(letter)
    assert content.subject == "请报月报：2026年3月，4月28日前"
    assert letter.about == f"return:{offices.county.id}:2026-03"
    assert content.text.splitlines()[:7] == [
        "{{name}}，您好：", "", "“锦江区市场监督管理局”2026年3月的月报还没有报，4月28日（含当天）以前报都算按时。",
        "活动和人数已经替您列好，核对一下，写几句话就能报。", "", "",
        f"打开月报：http://wujin.test/console/returns/2026-03?office={offices.county.id}"]


def test_each_is_written_to_in_his_own_language(offices):
    smith = a_person("Smith", Role.ORGANIZER, offices.county)
    smith.language = "en"
    db.session.commit()

    tick(THURSDAY)

    assert [(one.address, words_of(one).language) for one in ledger()] == [
        ("chen@example.org", "zh"), ("smith@example.org", "en")]


def test_who_has_filed_is_left_alone_and_so_are_other_roles(offices):
    a_person("Leader", Role.LEADER, offices.wuhou)
    filed(offices.county, offices.chen)

    tick(THURSDAY, WEDNESDAY)

    assert sent() == []


def test_a_returned_one_has_had_its_letter(offices):
    found = filed(offices.county, offices.chen)
    found.send_back(offices.he, THURSDAY - timedelta(hours=1), "人次对不上{{name}}")
    letters.tell_returned(found, THURSDAY - timedelta(hours=1))
    db.session.commit()

    tick(THURSDAY, WEDNESDAY)

    [letter] = ledger()
    assert (letter.letter, letter.address) == (letters.RETURNED, "chen@example.org")
    assert words_of(letter).subject == "退回修改：锦江区市场监督管理局2026年3月月报"
    assert "原因：人次对不上{ {name}}" in words_of(letter).text.splitlines()


def test_a_letter_that_waits_does_not_leave_once_the_return_is_filed(offices):
    tick(THURSDAY)
    filed(offices.county, offices.chen, at=THURSDAY)

    sending.deliver(THURSDAY + timedelta(minutes=1))

    assert (states(), ledger()[0].reason) == ([("chen@example.org", "cancelled")], "月报已经报了")


def test_otherwise_it_leaves(offices):
    tick(THURSDAY)

    sending.deliver(THURSDAY + timedelta(minutes=1))

    assert states() == [("chen@example.org", "accepted")]


def test_nor_does_it_leave_for_an_office_that_was_closed(offices):
    tick(THURSDAY)
    offices.chen.deactivate(THURSDAY)
    offices.county.close(THURSDAY)
    db.session.commit()

    sending.deliver(THURSDAY + timedelta(minutes=1))

    assert (states(), ledger()[0].reason) == ([("chen@example.org", "cancelled")], "单位已关闭")


def test_a_letter_that_a_return_is_due_is_of_no_use_when_it_is_late(offices):
    tick(THURSDAY)

    tick(WEDNESDAY - timedelta(hours=9))
    sending.deliver(WEDNESDAY - timedelta(hours=9))

    assert states() == [("chen@example.org", "missed")]


def test_a_machine_that_slept_writes_when_it_wakes_but_not_a_week_later(offices):
    tick(WEDNESDAY + timedelta(days=7))
    long_after = sent()
    tick(WEDNESDAY + timedelta(days=2))

    assert (long_after, sent()) == ([], [(letters.LATE, "chen@example.org")])


def test_a_mistake_in_what_another_room_rings_holds_up_no_reminder(app, caplog):
    def broken(as_of: datetime) -> int:
        raise RuntimeError("a room's mistake")

    due.ring_too(app, broken)

    done = due.tick(THURSDAY)

    assert (done.is_finished, [one.message for one in caplog.records]) == (
        True, ["tests.app.reports.test_letters_about_returns.broken failed"])
