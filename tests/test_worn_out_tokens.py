"""A form that was open for too long: it comes back with its words, a button with a sentence, and nothing was done."""

from __future__ import annotations

import html
import json
import re
import shutil
import sqlite3
from datetime import timedelta

import pytest
from flask import url_for
from sqlalchemy import select

from app import create_app
from app.accounts.browsers import WebSession
from app.accounts.models import Role
from app.accounts.sessions import COOKIE
from app.clock import now
from app.db import db
from app.events.models import Event
from app.signup.models import Enrolment
from tests.app.events.filling import events, the_form
from tests.conftest import settings
from tests.factories import an_event, chen
from tests.matrix.table import ABOVE, ANONYMOUS, OWN, OWNER, PUBLIC, SIGNED_IN, TABLE
from tests.matrix.world import World

SENTENCE = "页面放得太久"
# A mail program stops letters with one POST and nothing else (RFC 8058 3.1); the address is the secret.
TOKENLESS = {"feeds.one_click"}
# Refused for another reason first, as with a good token.
OTHERWISE = {"console.save": "这个活动刚被别人改过", "accounts.add_passkey": "通行密钥",
             "accounts.close_organization": "先", "console_plans.make_next_year": "年的计划已经",
             "console.apply_calendar_import": "没有找到这项后台任务",
             "console.apply_held_import": "没有找到这项后台任务", "console.undo_held_import": "没有找到这项后台任务",
             "console_plans.apply_entry_import": "没有找到这项后台任务",
             "reminders.bring_in_notice": "没有找到这项后台任务",
             "console_plans.apply_figure_import": "没有找到这项后台任务",
             "console_plans.apply_plan_import": "没有找到这项后台任务",
             "console_plans.confirm_target": "别人改过这里", "console_plans.retire_target": "别人改过这里"}


@pytest.fixture(scope="module")
def world(tmp_path_factory, empty_database):
    folder = tmp_path_factory.mktemp("worn-out")
    shutil.copy(empty_database, folder / "wujin.db")
    app = create_app(**settings(folder))
    app.config["WTF_CSRF_ENABLED"] = False
    made = World(app)
    app.config["WTF_CSRF_ENABLED"] = True
    yield made
    made.let_go()


def whoever_may(row):
    if row.roles == PUBLIC:
        return ANONYMOUS, ""
    if row.is_private or row.roles == SIGNED_IN:
        return OWNER
    place = OWN if OWN in row.reach and not row.own else ABOVE
    return sorted(row.roles, key=list(Role).index)[0], place


def everything(file):
    """All rows but the moment a session was last seen."""
    connection = sqlite3.connect(file)
    try:
        return [line for line in connection.iterdump() if "web_session" not in line]
    finally:
        connection.close()


@pytest.mark.parametrize("endpoint", sorted(
    endpoint for method, endpoint in TABLE if method == "POST" and endpoint not in TOKENLESS))
def test_every_post_with_a_worn_out_token_is_told_so_and_does_nothing(world, endpoint):
    row = TABLE["POST", endpoint]
    cell = whoever_may(row)
    with world.app.test_request_context():
        address = url_for(endpoint, **{name: world.things[what] for name, what in row.args.items()})
    browser = world.app.test_client()
    if cell in world.cookies:
        browser.set_cookie(COOKIE, world.cookies[cell])
    data = {name: str(world.things.get(value, value)) for name, value in row.data.items()}
    before = everything(world.file)

    answer = browser.post(address, data=data | {"csrf_token": "worn out"})

    assert (400 <= answer.status_code < 500, OTHERWISE.get(endpoint, SENTENCE) in answer.text) == (True, True)
    assert everything(world.file) == before
    assert "Content-Security-Policy" in answer.headers
    world.let_go()


# ---------------------------------------------------------------- a form comes back


@pytest.fixture
def careful(app):
    """Tokens are looked at; those of `signed_in` are not, as they are made before."""
    def switch_on():
        app.config["WTF_CSRF_ENABLED"] = True
    return switch_on


def token_of(page):
    return html.unescape(re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1])


def test_an_event_that_was_typed_for_an_hour_is_made_at_the_second_try(signed_in, careful):
    browser = signed_in(chen())
    careful()
    typed = the_form(tasks=[], description="一个小时写的介绍", csrf_token="worn out")

    again = browser.post("/console/events", data=typed)
    first = events()
    answer = browser.post("/console/events", data=typed | {"csrf_token": token_of(again.text)})

    assert (again.status_code, f"{SENTENCE}，请再提交一次。" in again.text, "一个小时写的介绍" in again.text) == (
        422, True, True)
    assert (first, answer.status_code, [one.description for one in events()]) == ([], 302, ["一个小时写的介绍"])


def test_who_signs_up_keeps_the_words(client, app, careful):
    event = an_event(takes_enrolments=True, starts_at=now() + timedelta(days=3))
    db.session.commit()
    careful()
    typed = {"name": "李老师示例", "contact": "li@example.org", "consent": "y", "form_key": "k" * 32}

    again = client.post(f"/events/{event.id}/signup", data=typed | {"csrf_token": "worn out"})
    answer = client.post(f"/events/{event.id}/signup", data=typed | {"csrf_token": token_of(again.text)})

    assert (again.status_code, 'value="李老师示例"' in again.text, answer.status_code) == (422, True, 303)
    assert [one.name for one in db.session.scalars(select(Enrolment))] == ["李老师示例"]


# ---------------------------------------------------------------- what has no form of its own


def test_a_remark_comes_back_with_its_words_and_goes_at_the_second_try(signed_in, careful):
    event = an_event(published=False)
    db.session.commit()
    browser = signed_in(chen())
    careful()
    typed = {"text": "主讲人的姓名写错了，请核对一下。"}

    again = browser.post(f"/console/events/{event.id}/remarks", data=typed | {"csrf_token": "worn out"})
    browser.post(f"/console/events/{event.id}/remarks", data=typed | {"csrf_token": token_of(again.text)})

    assert (again.status_code, SENTENCE in again.text, typed["text"] in again.text) == (422, True, True)
    assert [one.text for one in db.session.get(Event, event.id).comments] == [typed["text"]]


@pytest.mark.parametrize(("referrer", "back"), [
    ("http://localhost/console/events/1?x=2", ["/console/events/1?x=2"]), ("https://evil.example/console/", []),
    ("http://localhost//evil.example/", []), ("", [])])
def test_a_button_is_told_and_led_back_to_its_page_and_to_no_other_site(signed_in, careful, referrer, back):
    event = an_event(published=False)
    db.session.commit()
    browser = signed_in(chen())
    careful()

    answer = browser.post(f"/console/events/{event.id}/publication", data={"csrf_token": "worn out"},
                          headers={"Referer": referrer} if referrer else {})

    links = re.findall(r'href="([^"]+)"[^>]*>(?:<svg.*?</svg>)?回到刚才的页面', answer.text)
    assert (answer.status_code, "请回到刚才的页面，再点一次。" in answer.text, links) == (400, True, back)
    assert event.state == "draft"


def test_nobody_is_signed_out_by_a_worn_out_button(signed_in, careful):
    browser = signed_in(chen())
    careful()

    browser.post("/sign-out", data={"csrf_token": "worn out"})

    assert browser.get("/console/").status_code == 200


def test_what_the_session_holds_stays_what_it_was(signed_in, careful):
    def held():
        data = json.loads(db.session.scalars(select(WebSession.data)).one())
        return {key: value for key, value in data.items() if key != "csrf_token"}

    browser = signed_in(chen())
    row = db.session.scalars(select(WebSession)).one()
    row.data = json.dumps(json.loads(row.data) | {"factor": True})
    db.session.commit()
    careful()
    before = held()

    browser.post("/console/me/second-factor/removal", data={"csrf_token": "worn out"})

    assert held() == before


# ---------------------------------------------------------------- the session is gone as well


def test_what_was_typed_waits_until_one_has_signed_in_again(signed_in, careful):
    person = chen()
    browser = signed_in(person)
    for row in db.session.scalars(select(WebSession)):
        row.end(row.created_at)
    careful()
    typed = the_form(tasks=[], description="一个小时写的“介绍”<b>", csrf_token="worn out")

    waiting = browser.post("/console/events", data=typed)
    kept = {html.unescape(name): html.unescape(value) for name, value in re.findall(
        r'type="hidden" name="(\w+)" value="([^"]*)"', waiting.text)}

    assert (waiting.status_code, "登录已过期，您填的内容还在。" in waiting.text, events()) == (403, True, [])
    assert {name: kept.get(name) for name in ("title", "description", "then", "regions")} == {
        "title": typed["title"], "description": typed["description"], "then": "draft", "regions": "510100"}


def test_no_password_waits_in_a_page(signed_in, careful):
    browser = signed_in(chen())
    for row in db.session.scalars(select(WebSession)):
        row.end(row.created_at)
    careful()

    answer = browser.post("/console/me/password", data={"current": "geheim-42", "csrf_token": "worn out"})

    assert (answer.status_code, "geheim-42" in answer.text) == (302, False)
