"""Where no letter leaves the house, no page says that one did."""

from datetime import timedelta

import pytest

from app.clock import now
from app.db import db
from app.outbox import holding, relay
from app.outbox.answers import Answer, Outcome
from app.signup.enrolling import enrol
from tests.factories import an_event

TO = {"outbox:": False, "smtp://127.0.0.1:2525": True}


@pytest.mark.parametrize(("mail", "leaves"), TO.items())
def test_a_ticket_speaks_of_a_letter_only_where_one_can_leave(make_app, mail, leaves):
    app = make_app(MAIL_URL=mail)
    with app.app_context():
        li = enrol(an_event(takes_enrolments=True, starts_at=now() + timedelta(days=9)), name="李某示例",
                   email="li@example.org", as_of=now())
        db.session.commit()

        page = app.test_client().get(f"/t/{li.token}").text
        db.session.remove()

    assert ("确认信正寄往 li@example.org" in page, "不会收到确认信" in page) == (leaves, not leaves)


@pytest.mark.parametrize(("mail", "leaves"), TO.items())
def test_who_lost_a_password_is_sent_to_the_administrator_where_no_letter_can_leave(make_app, mail, leaves):
    app = make_app(MAIL_URL=mail)
    with app.app_context():
        answer = app.test_client().post("/sign-in/recovery", data={"account": "chen@example.org"})
        db.session.remove()

    assert ("请看邮箱" in answer.text, "向管理员要一个一次性登录链接" in answer.text) == (leaves, not leaves)


@pytest.mark.parametrize("stops", [
    lambda: holding.hold(holding.BY_HAND, now()), lambda: relay.hear([Answer(Outcome.NO_RELAY)], now())])
def test_a_ticket_says_that_the_letter_comes_later_while_none_can_leave(make_app, stops):
    app = make_app(MAIL_URL="smtp://127.0.0.1:2525")
    with app.app_context():
        li = enrol(an_event(takes_enrolments=True, starts_at=now() + timedelta(days=9)), name="李某示例",
                   email="li@example.org", as_of=now())
        stops()
        db.session.commit()
        browser = app.test_client()

        page = browser.get(f"/t/{li.token}").text
        asked = browser.post(f"/t/{li.token}/link", follow_redirects=True).text
        db.session.remove()

    assert "确认信稍后自动寄往 li@example.org" in page
    assert ("正寄往" in asked, "耽搁，信稍后自动寄往 l***@" in asked) == (False, True)


def test_a_ticket_opened_days_later_speaks_of_no_letter_on_its_way(make_app):
    app = make_app(MAIL_URL="smtp://127.0.0.1:2525")
    with app.app_context():
        li = enrol(an_event(takes_enrolments=True, starts_at=now() + timedelta(days=9)), name="李某示例",
                   email="li@example.org", as_of=now() - timedelta(days=2))
        db.session.commit()

        page = app.test_client().get(f"/t/{li.token}").text
        db.session.remove()

    assert ("确认信寄到 li@example.org" in page, "正寄往" in page) == (True, False)
