"""Where no letter leaves the house, no page says that one did."""

from datetime import timedelta

import pytest

from app.clock import now
from app.db import db
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

    assert ("确认信已发到 li@example.org" in page, "不会收到确认信" in page) == (leaves, not leaves)


@pytest.mark.parametrize(("mail", "leaves"), TO.items())
def test_who_lost_a_password_is_sent_to_the_administrator_where_no_letter_can_leave(make_app, mail, leaves):
    app = make_app(MAIL_URL=mail)
    with app.app_context():
        answer = app.test_client().post("/sign-in/recovery", data={"account": "chen@example.org"})
        db.session.remove()

    assert ("请看邮箱" in answer.text, "向管理员要一个一次性登录链接" in answer.text) == (leaves, not leaves)
