from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.db import db
from app.events.reviewing import announce
from app.outbox.models import Delivery
from app.reminders import due
from tests.app.events.approving import Offices, letters
from tests.conftest import AS_OF

NINE = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)  # Tuesday 09:00 in Chengdu


@pytest.fixture
def offices(app) -> Offices:
    return Offices()


def tick(moment: datetime) -> None:
    due.tick(moment)
    db.session.commit()


def send_in(offices, title: str = "知识产权讲座", at: datetime = AS_OF) -> None:
    announce(offices.event(title, published=False), offices.chen, at)
    db.session.commit()


def test_at_nine_each_reviewer_gets_one_letter_of_what_waits(offices):
    send_in(offices)
    send_in(offices, "第二个")

    tick(NINE - timedelta(minutes=1))
    before_nine = letters()
    for moment in (NINE, NINE + timedelta(seconds=5), NINE + timedelta(hours=8)):
        tick(moment)

    assert (before_nine, letters()) == ([], [("events.waiting", "he@example.org", "等您审核：2 件")])


def test_the_letter_says_what_waits_how_long_and_where_to_go(offices):
    send_in(offices, "讲座{{name}}")

    tick(NINE)

    [letter] = db.session.scalars(select(Delivery))
    assert (letter.fields, letter.about) == ({"name": "He"}, "")
    assert letter.content.text.splitlines()[:8] == [
        "{{name}}，您好：", "", "下面这些等着您审核，等得最久的在最前面。", "", "- 讲座{ {name}}",
        "  新活动 · 锦江区市场监督管理局 · 等了 1 天", "", "去审核：http://wujin.test/console/review"]


def test_nothing_waiting_means_no_letter_also_not_later_that_day(offices):
    tick(NINE)
    send_in(offices, at=NINE)
    tick(NINE + timedelta(hours=1))
    same_day = letters()
    tick(NINE + timedelta(days=1))

    assert (same_day, len(letters())) == ([], 1)


def test_a_machine_that_slept_at_nine_writes_when_it_wakes(offices):
    send_in(offices)

    tick(NINE + timedelta(hours=3))

    assert len(letters()) == 1
