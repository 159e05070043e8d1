"""A log tells what happened, and nothing of who came or what they hold."""

from __future__ import annotations

import io
import json
import logging

import pytest

from app.db import db
from app.errors import NotThere
from app.keeping import logs
from tests.factories import an_event, chen
from tests.letters import enrolled


@pytest.fixture
def log():
    """What a serving process writes."""
    stream, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.begin("info", stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("wujin", "app"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_is_one_line_with_its_number(client, log):
    answer = client.get("/plans/2020?q=Li")

    [line] = lines(log)

    assert {name: line[name] for name in line if name not in ("time", "ms")} == {
        "level": "info", "logger": "wujin.requests", "request": answer.headers["X-Request-Id"], "method": "GET",
        "endpoint": "plans.show", "path": "/plans/2020", "status": 404}


def test_who_is_signed_in_is_a_number_and_nothing_more(app, signed_in, log):
    person = chen()
    browser = signed_in(person)

    browser.get("/console/events")

    assert (lines(log)[-1]["person"], "chen" in log.getvalue().lower()) == (person.id, False)


def test_no_token_of_a_ticket_reaches_the_log(app, client, log):
    enrolment = enrolled(an_event(takes_enrolments=True))
    db.session.commit()
    token = enrolment.token

    for path in (f"/t/{token}", f"/t/{token}.ics", f"/t/{token}/withdrawal", f"/t/{token}?lang=en", f"/T/{token}"):
        client.get(path)
    client.post("/sign-in/" + "Ab1_" * 10)

    assert token not in log.getvalue() and "Ab1_Ab1_" not in log.getvalue()
    assert [line["path"] for line in lines(log)] == ["/t/…", "/t/….ics", "/t/…/withdrawal", "/t/…", "…", "/sign-in/…"]


def test_a_form_leaves_no_word_in_the_log(app, client, log):
    event = an_event(takes_enrolments=True)
    db.session.commit()

    client.post(f"/events/{event.id}/signup",
                data={"name": "李老师", "contact": "li@example.org", "form_key": "k" * 32})

    assert [word for word in ("李老师", "example.org", "k" * 32) if word in log.getvalue()] == []


def test_an_error_tells_its_place_and_not_its_words(app, log):
    @app.get("/broken")
    def broken():
        raise ValueError("li@example.org already exists")

    app.testing = False
    answer = app.test_client().get("/broken")
    found = lines(log)

    assert answer.status_code == 500
    assert [(line.get("error"), line.get("status"), line["request"]) for line in found] == [
        ("ValueError", None, answer.headers["X-Request-Id"]), (None, 500, answer.headers["X-Request-Id"])]
    assert found[0]["at"][-1].endswith(" broken")
    assert "li@example.org" not in log.getvalue()


@pytest.mark.parametrize(("words", "told"), [
    ("550 <li@example.org> unknown", "550 <…> unknown"),
    ("call 13812345678 now", "call … now"),
    ("GET http://x.test/t/abc?d=1 gone", "GET http://x.test/t/… gone"),
    ("letter 7 could not be sent", "letter 7 could not be sent"),
    ("token 9f8e7d6c5b4a39281706f5e4d3c2b1a0", "token …"),
    ("/sign-in/recovery/abc", "/sign-in/recovery/…"),
    ("/feeds/abc.ics", "/feeds/….ics"),
])
def test_words_of_others_are_cleaned(words, told):
    assert logs.without_people(words) == told


def test_a_kind_of_error_of_ours_is_no_fault_in_the_log(app, log):
    @app.get("/missing")
    def missing():
        raise NotThere("没有找到")

    app.test_client().get("/missing")

    assert [(line["level"], line["status"]) for line in lines(log)] == [("info", 404)]



def test_a_fault_in_front_of_flask_is_answered_and_told_without_its_words(app, log):
    watch = app.wsgi_app

    def broken(environ, start_response):
        raise ValueError("li@example.org")

    watch.inner = broken
    answer = app.test_client().get("/")

    assert (answer.status_code, answer.text) == (500, "系统出错了，内容没有保存。请稍后再试。\n")
    assert [(line.get("error"), line.get("status")) for line in lines(log)] == [("ValueError", None), (None, 500)]
    assert "li@example.org" not in log.getvalue()


def test_a_host_name_that_is_none_of_ours_is_refused_without_a_fault(make_app, log):
    client = make_app(TRUSTED_HOSTS="wujin.test").test_client()

    answers = [client.get(path, headers={"Host": "evil.test"}) for path in ("/", "/calendar.ics", "/t/abc")]

    assert [(answer.status_code, answer.text) for answer in answers] == [
        (400, "请求有误，没有处理。请返回上一页重试。\n")] * 3
    assert [line["level"] for line in lines(log)] == ["info"] * 3
