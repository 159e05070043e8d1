import re
from datetime import timedelta

import pytest
import time_machine

from app.accounts.browsers import SignInFailure, WebSession
from app.accounts.forgetting import forget_old
from app.accounts.models import Role
from app.accounts.programs import named
from app.accounts.settings import OfficeSettings
from app.db import db
from tests.app.accounts.entering import NEW, NOW, PASSWORD, alive_sessions, chen_with_password, is_in, sign_in
from tests.app.accounts.entering import with_password as given_a_password
from tests.factories import an_office, wang

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def editor(app):
    return chen_with_password()


def a_browser(app, account="chen@example.org"):
    browser = app.test_client()
    assert sign_in(browser, account=account).status_code == 302
    return browser


def test_half_an_hour_of_nothing_ends_a_session(client, editor, clock):
    sign_in(client)
    clock.shift(timedelta(minutes=29))
    used = is_in(client)
    clock.shift(timedelta(minutes=30))

    assert (used, client.get("/console/").location) == (True, "/sign-in?next=/console/")


def test_an_office_may_shorten_it(client, editor, clock):
    OfficeSettings.of(an_office()).change(NOW, idle_minutes=10)
    sign_in(client)
    clock.shift(timedelta(minutes=10))

    assert is_in(client) is False


def test_twelve_hours_end_it_however_busy(client, editor, clock):
    sign_in(client)
    seen = []
    for _ in range(36):
        clock.shift(timedelta(minutes=20))
        seen.append(is_in(client))

    assert seen == [True] * 35 + [False]


def test_changing_the_password_ends_every_other_session(app, editor):
    here, there = a_browser(app), a_browser(app)
    old = here.get_cookie("wujin_id").value

    answer = here.post("/console/me/password", data={"current": PASSWORD, "password": NEW, "again": NEW})

    assert (answer.location, is_in(here), is_in(there)) == ("/console/me", True, False)
    assert (here.get_cookie("wujin_id").value == old, alive_sessions()) == (False, 1)


@pytest.mark.parametrize("change", [
    lambda person: person.give(Role.PLANNER, person.organization, NOW),
    lambda person: person.take(person.grants[0], NOW), lambda person: person.deactivate(NOW)])
def test_another_role_or_none_and_leaving_end_every_session(app, editor, change):
    browser = a_browser(app)

    change(editor)
    db.session.commit()

    assert (is_in(browser), alive_sessions()) == (False, 0)


def test_what_an_ended_session_held_is_wiped(app, editor):
    browser = a_browser(app)
    a_browser(app)
    browser.post("/sign-out")
    WebSession.end_all(editor.id, NOW)
    db.session.commit()

    assert [row.data for row in db.session.query(WebSession)] == ["{}", "{}"]


def test_my_page_shows_where_i_am_signed_in_and_ends_one(app, editor):
    here = a_browser(app)
    there = app.test_client()
    there.post("/sign-in", data={"account": "chen@example.org", "password": PASSWORD}, headers={"User-Agent": EDGE},
               environ_base={"REMOTE_ADDR": "203.0.113.9"})
    page = here.get("/console/me").text
    endings = re.findall(r'action="(/console/me/sessions/[0-9a-f]{16}/ending)"', page)

    here.post(endings[0])

    assert (page.count("Edge · Windows"), page.count("203.0.113.9"), len(endings)) == (1, 1, 1)
    assert (is_in(here), is_in(there)) == (True, False)


def test_all_others_are_ended_at_once(app, editor):
    here, there, elsewhere = a_browser(app), a_browser(app), a_browser(app)

    here.post("/console/me/sessions/others/ending")

    assert [is_in(one) for one in (here, there, elsewhere)] == [True, False, False]


def test_nobody_ends_a_strangers_session(app, editor):
    given_a_password(wang())
    mine, stranger = a_browser(app), a_browser(app, "wang@example.org")
    handle = db.session.query(WebSession).filter(WebSession.person_id == editor.id).one().id_hash[:16]

    answers = [stranger.post(f"/console/me/sessions/{handle}/ending"), stranger.post("/console/me/sessions/a/ending")]

    assert ([answer.status_code for answer in answers], is_in(mine)) == ([404, 404], True)


def test_my_page_is_for_those_signed_in(client):
    assert client.get("/console/me").location == "/sign-in?next=/console/me"


def test_the_session_keeps_no_id_in_clear(app, editor):
    browser = a_browser(app)

    rows = db.session.query(WebSession).all()
    assert [browser.get_cookie("wujin_id").value in str(vars(row)) for row in rows] == [False]


@pytest.mark.parametrize("agent, name", [
    (EDGE, "Edge · Windows"), ("", ""), ("curl/8.1", ""),
    ("Mozilla/5.0 (Linux; Android 14) Chrome/116 Mobile Safari/537.36 MicroMessenger/8.0", "微信 · Android"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari · iPhone")])
def test_programs_have_names_people_know(agent, name):
    assert named(agent) == name


def test_what_signing_in_left_behind_goes_after_a_while(app, client, editor, clock):
    sign_in(client, "wrong")
    sign_in(client)
    client.post("/console/me/second-factor")
    kept = forget_old(NOW + timedelta(hours=23))
    gone = forget_old(NOW + timedelta(days=2, seconds=1))

    assert (kept, gone, db.session.query(WebSession).count(), db.session.query(SignInFailure).count()) == (0, 4, 0, 0)
