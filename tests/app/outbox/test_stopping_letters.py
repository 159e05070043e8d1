"""One click, from a mail program or on a page, and no more letters of that kind leave; what is owed still does."""

from datetime import timedelta

import pytest
import time_machine

from app.db import db
from app.outbox import sending
from app.outbox.models import address_hash
from app.outbox.unsubscribing import STOPPED, Reader, Unsubscribe
from app.reminders import due
from app.reminders.models import Occurrence
from tests.conftest import AS_OF
from tests.factories import an_event
from tests.letters import enrolled, ledger, reminders

CLICK = {"List-Unsubscribe": "One-Click"}


def a_reminder(*addresses):
    """Of one event, written and not yet sent."""
    event = an_event(takes_enrolments=True)
    for address in addresses or ("li@example.org",):
        enrolled(event, email=address)
    db.session.commit()
    moment = db.session.scalars(Occurrence.waiting().order_by(Occurrence.due_at).limit(1)).one().due_at
    due.tick(moment)
    db.session.commit()
    return event, moment


def link_in(letter):
    return letter["List-Unsubscribe"].strip("<>").removeprefix("http://wujin.test")


@pytest.mark.feeds(37)
def test_a_reminder_carries_one_click_and_the_click_needs_no_cookie_and_can_be_repeated(sink, app, client):
    event, moment = a_reminder("li@example.org", "chen@example.org")
    sending.deliver(moment, limit=1)
    mail = sink.letters[0]
    app.config["WTF_CSRF_ENABLED"] = True
    stranger = app.test_client(use_cookies=False)
    looked = client.get(link_in(mail))
    after_looking = db.session.scalars(db.select(Unsubscribe)).all()

    answers = [stranger.post(link_in(mail), data=CLICK, headers={"Origin": "https://mail.example.net"})
               for _ in range(2)]

    assert (mail["List-Unsubscribe-Post"], "@" in link_in(mail)) == ("List-Unsubscribe=One-Click", False)
    assert (looked.status_code, after_looking) == (200, [])
    assert [(one.status_code, one.headers.get("Set-Cookie")) for one in answers] == [(200, None), (200, None)]
    assert [(one.address_hash, one.scope) for one in db.session.scalars(db.select(Unsubscribe))] == [
        (address_hash(str(mail["To"]).split("<")[-1].strip(">")), f"event:{event.id}")]
    assert link_in(mail) in mail.get_body(("plain",)).get_content()


@pytest.mark.feeds(37)
def test_a_letter_that_waits_is_stopped_at_once_and_everybody_else_has_his(sink, app, client):
    event, moment = a_reminder("li@example.org", "chen@example.org")
    client.post(f"/u/{Reader(address_hash('li@example.org'), f'event:{event.id}').token}", data=CLICK)

    sending.deliver(moment)

    assert sorted((one.address, one.state, one.reason) for one in reminders()) == [
        ("chen@example.org", "accepted", ""), ("li@example.org", "cancelled", STOPPED)]


@pytest.mark.parametrize("scope", ["event:{id}", "office:{office}", "all"])
def test_an_event_an_office_or_all_can_be_stopped_and_each_taken_back(sink, client, scope):
    event, moment = a_reminder()
    page = f"/u/{Reader(address_hash('li@example.org'), f'event:{event.id}').token}"
    chosen = scope.format(id=event.id, office=event.organization_id)

    stopped = client.post(f"{page}/choice", data={"scope": chosen})
    shown = client.get(page).text
    client.post(f"{page}/choice", data={"scope": chosen, "again": "1"})
    sending.deliver(moment)

    assert (stopped.status_code, shown.count("已停")) == (303, 1)
    assert [one.state for one in reminders()] == ["accepted"]


def test_what_is_owed_comes_whatever_was_stopped(sink, app):
    event, _moment = a_reminder()
    Reader(address_hash("li@example.org"), "all").stop("all", AS_OF)
    event.cancel(AS_OF + timedelta(minutes=1))
    db.session.commit()

    sending.deliver(AS_OF + timedelta(hours=1))

    assert [(one.letter, one.state) for one in ledger() if one.letter == "signup.cancelled"] == [
        ("signup.cancelled", "accepted")]
    assert sink.letters[-1]["List-Unsubscribe"] is None


def test_another_events_reminder_and_a_strangers_letter_still_come(sink, client):
    _event, moment = a_reminder("li@example.org", "wang@example.org")
    Reader(address_hash("li@example.org"), "event:999").stop("event:999", AS_OF)
    db.session.commit()

    sending.deliver(moment)

    assert sorted((one.address, one.state) for one in reminders()) == [
        ("li@example.org", "accepted"), ("wang@example.org", "accepted")]


@pytest.mark.parametrize("change", [lambda token: token[:-2], lambda token: "A" + token[1:], lambda token: "x",
                                    lambda token: token.swapcase(), lambda token: "é"])
def test_a_link_that_we_did_not_sign_opens_nothing(client, change):
    token = Reader(address_hash("li@example.org"), "event:1").token

    answers = [client.get(f"/u/{change(token)}"), client.post(f"/u/{change(token)}", data=CLICK)]

    assert [one.status_code for one in answers] == [404, 404]
    assert db.session.scalars(db.select(Unsubscribe)).all() == []


def test_a_post_that_says_nothing_and_a_scope_of_others_change_nothing(client):
    page = f"/u/{Reader(address_hash('li@example.org'), 'event:1').token}"

    answers = [client.post(page), client.post(f"{page}/choice", data={"scope": "event:2"})]

    assert [one.status_code for one in answers] == [400, 400]
    assert db.session.scalars(db.select(Unsubscribe)).all() == []


def test_two_clicks_at_the_same_time_are_one(either_app):
    reader = Reader(address_hash("li@example.org"), "event:1")
    with time_machine.travel(AS_OF, tick=False):
        reader.stop("all", AS_OF)
        db.session.execute(db.text("DELETE FROM unsubscribe WHERE scope = 'all'"))  # half of it was another's
        reader.stop("all", AS_OF)
        db.session.commit()

    assert sorted(one.scope for one in db.session.scalars(db.select(Unsubscribe))) == ["all", "following"]
