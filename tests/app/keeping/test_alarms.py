"""A red word in the console while letters cannot leave; it goes away by itself."""

import re
from datetime import timedelta

import pytest

from app.accounts.installation import Installation
from app.accounts.models import Role
from app.clock import now
from app.db import db
from app.outbox import relay, sending
from app.outbox.answers import Answer, Outcome
from app.reminders.models import Heartbeat
from tests.factories import a_person, an_office, chen
from tests.letters import posted

DOWN = Answer(Outcome.NO_RELAY, words="[Errno 111] Connection refused")


def alarms(browser):
    return re.findall(r'(?s)<div class="alarm".*?<b>(.*?)</b>', browser.get("/console/").text)


def beat(ago=0):
    Heartbeat.beat("tick", "here:1", now() - timedelta(seconds=ago))
    db.session.commit()


@pytest.mark.parametrize(("ago", "told"), [(0, 0), (45, 0), (90, 1)])
def test_a_silent_scheduler_is_said_within_a_minute_or_two(app, signed_in, ago, told):
    beat(ago)

    assert len(alarms(signed_in(chen()))) == told


@pytest.mark.parametrize(("ago", "told"), [(30, 0), (90, 1)])
def test_a_scheduler_that_never_ran_is_said_once_the_place_is_a_minute_old(app, signed_in, ago, told):
    db.session.add(Installation(made_at=now() - timedelta(seconds=ago)))
    db.session.commit()

    assert len(alarms(signed_in(chen()))) == told


def test_a_mail_server_gone_is_said_at_once_and_no_longer_once_a_letter_leaves(app, signed_in, client):
    beat()
    relay.hear([DOWN], now() - timedelta(minutes=1))
    browser = signed_in(chen())

    while_down = alarms(browser), client.get("/healthz").json["outbox"]["state"]
    posted(as_of=now()).sent_at = now()
    db.session.commit()
    beat()

    assert while_down == (["邮件服务器连不上或不让寄信，信件都在等，接通以后自动寄出。"], "failed")
    assert (alarms(browser), client.get("/healthz").json["outbox"]["state"]) == ([], "ok")


def test_it_is_said_since_when_nothing_left(app):
    began = now() - timedelta(minutes=9)
    for minutes in (0, 1, 2):
        relay.hear([DOWN], began + timedelta(minutes=minutes))

    assert relay.trouble(began + timedelta(minutes=3)).since == began


def test_letters_that_left_by_a_clock_ahead_hide_no_mail_server_that_is_down_now(app):
    posted(as_of=now()).sent_at = now() + timedelta(hours=3)
    relay.hear([DOWN], now())

    assert relay.trouble(now()) is not None


def test_a_refused_letter_is_no_fault_of_the_mail_server(app):
    relay.hear([Answer(Outcome.REFUSED, 550, "5.1.1 no such user")], now())

    assert relay.trouble(now()) is None


def test_a_mail_server_that_answers_again_is_no_trouble_though_it_pauses_a_house(app):
    relay.hear([DOWN], now() - timedelta(minutes=1))
    relay.hear([Answer(Outcome.UNKNOWN)], now())
    unanswered = relay.trouble(now()) is not None
    relay.hear([Answer(Outcome.POLICY, 550, "5.7.1 not from you")], now())

    assert (unanswered, relay.trouble(now())) == (True, None)


def test_letters_long_overdue_are_said(app, signed_in):
    beat()
    posted(as_of=now() - timedelta(minutes=20))

    assert alarms(signed_in(chen())) == ["有信件该寄而没有寄出。"]


def test_who_sends_no_letters_is_not_alarmed(app, signed_in):
    beat(300)

    assert alarms(signed_in(a_person("Leader", Role.LEADER, an_office()))) == []


def test_a_letter_that_finds_no_mail_server_tells_of_it(app):
    app.config["MAIL_URL"] = "smtp://127.0.0.1:9"
    posted(as_of=now())

    sending.deliver(now())

    assert relay.trouble(now()) is not None
