"""`flask reminders tick`."""

from datetime import timedelta

import pytest

from app.db import db
from app.outbox.transport import keep_when
from tests.conftest import AS_OF
from tests.factories import an_event
from tests.letters import enrolled, reminders


@pytest.fixture
def run(app):
    event = an_event(takes_enrolments=True)
    enrolled(event)
    db.session.commit()
    # Seen from the command the event lies in the past or to come; its rules were dated at AS_OF.
    return lambda *words: app.test_cli_runner().invoke(args=["reminders", "tick", *words])


def test_it_does_what_is_due_at_a_moment_to_come_and_says_how_much(run):
    answer = run("--as-of", (AS_OF + timedelta(days=9)).isoformat())

    assert answer.stdout == "0 reminders missed, 1 letters written, 1 taken up for sending\n"
    assert [one.state for one in reminders()] == ["accepted"]


def test_a_moment_without_a_zone_is_one_of_the_installation(run):
    answer = run("--as-of", "2026-03-11T08:59")
    later = run("--as-of", "2026-03-11T09:00")

    assert answer.stdout == "0 reminders missed, 0 letters written, 0 taken up for sending\n"
    assert later.stdout == "0 reminders missed, 1 letters written, 1 taken up for sending\n"


def test_twice_is_once(run):
    run("--as-of", "2026-03-11T09:00")
    answer = run("--as-of", "2026-03-11T09:00")

    assert answer.stdout == "0 reminders missed, 0 letters written, 0 taken up for sending\n"


@pytest.mark.parametrize("address", ["smtp://mail.example.org", "smtp://127.0.0.1:25", "smtp://localhost",
                                     "smtps://[::1]:465"])
def test_a_moment_to_come_is_refused_where_letters_would_leave(run, app, address):
    app.config["MAIL_URL"] = address

    answer = run("--as-of", "2126-03-11T09:00")

    assert answer.exit_code == 1
    assert answer.stderr == ("Error: a moment to come is tried only where no letter can leave: "
                             "set MAIL_URL=outbox:\n")
    assert reminders() == []


def test_a_demonstration_may_try_a_moment_to_come_whatever_relay_is_set(run, app):
    app.config["MAIL_URL"] = "smtp://127.0.0.1:9"
    keep_when(app, lambda: True)

    answer = run("--as-of", (AS_OF + timedelta(days=9)).isoformat())

    assert answer.stdout == "0 reminders missed, 1 letters written, 1 taken up for sending\n"
    assert [one.state for one in reminders()] == ["accepted"]


def test_words_that_are_no_moment_are_refused_in_a_sentence(run):
    answer = run("--as-of", "tomorrow")

    assert answer.exit_code == 2
    assert answer.stderr.endswith("“tomorrow” is no date and time; write 2026-04-20T09:00\n")
