"""One state machine: nothing but the first part and then the second opens the door."""

from datetime import timedelta

import pytest
import time_machine
from passlib.totp import TOTP
from sqlalchemy import text

from app.accounts import second_factor
from app.accounts.links import SignInLink
from app.accounts.models import Role
from app.accounts.second_factor import OneTimeCode, RecoveryCode
from app.accounts.sign_in_rules import SignInRules
from app.db import db
from tests.app.accounts.entering import (
    NEW,
    NOW,
    PASSWORD,
    a_phone,
    alive_sessions,
    chen_with_password,
    is_in,
    shown,
    sign_in,
    with_password,
)
from tests.factories import a_city_office, a_person, an_office, wang

ASKED = "/sign-in/second-factor"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def editor(app):
    return chen_with_password()


def later(clock, minutes=1):
    clock.shift(timedelta(minutes=minutes))
    return NOW + timedelta(minutes=minutes)


def give(client, code):
    return client.post(ASKED, data={"code": code})


def test_it_is_set_up_with_a_qr_code_and_shows_recovery_codes_once(client, editor):
    sign_in(client)
    client.post("/console/me/second-factor")
    page = client.get("/console/me/second-factor").text
    phone = TOTP(key=db.session.get(OneTimeCode, editor.id).key, format="base32")
    answer = client.post("/console/me/second-factor/confirmation", data={"code": shown(phone, NOW)})

    assert ("<svg" in page, answer.text.count("<li><code>"), answer.headers["Cache-Control"]) == (
        True, 10, "private, no-store")
    assert "<li><code>" not in client.get("/console/me").text


def test_a_wrong_first_code_switches_nothing_on(client, editor):
    sign_in(client)
    client.post("/console/me/second-factor")

    answer = client.post("/console/me/second-factor/confirmation", data={"code": "000000"})

    assert (answer.status_code, second_factor.is_set_up(editor)) == (422, False)


def test_password_and_code_open_the_door_and_the_password_alone_does_not(client, editor, clock):
    phone, _ = a_phone(editor, NOW)
    moment = later(clock)
    first = sign_in(client, to="?next=/console/events")
    between = (is_in(client), alive_sessions())
    second = give(client, shown(phone, moment))

    assert (first.location, between) == (ASKED, (False, 0))
    assert (second.location, is_in(client)) == ("/console/events", True)


def test_a_code_without_the_password_opens_nothing(client, editor, clock):
    phone, codes = a_phone(editor, NOW)
    moment = later(clock)

    answers = [give(client, shown(phone, moment)).location, give(client, codes[0]).location,
               client.get(ASKED).location]

    assert (answers, is_in(client)) == (["/sign-in"] * 3, False)


def test_both_sent_at_once_are_no_short_cut(client, editor, clock):
    phone, _ = a_phone(editor, NOW)
    moment = later(clock)

    answer = client.post("/sign-in", data={"account": "chen@example.org", "password": "wrong",
                                           "code": shown(phone, moment)})

    assert (answer.status_code, is_in(client)) == (422, False)


def test_the_one_time_link_asks_for_it_too(client, editor, clock):
    phone, _ = a_phone(editor, NOW)
    link, token = SignInLink.issue(editor, NOW)
    db.session.add(link)
    moment = later(clock)
    first = client.post(f"/sign-in/{token}")
    between = is_in(client)
    give(client, shown(phone, moment))

    assert (first.location, between, is_in(client)) == (ASKED, False, True)


def test_a_code_read_over_the_shoulder_is_spent(app, client, editor, clock):
    phone, _ = a_phone(editor, NOW)
    moment = later(clock)
    sign_in(client)
    give(client, shown(phone, moment))
    thief = app.test_client()
    sign_in(thief)

    assert (give(thief, shown(phone, moment)).status_code, is_in(thief)) == (422, False)


def test_a_code_of_two_minutes_ago_is_none(client, editor, clock):
    phone, _ = a_phone(editor, NOW)
    moment = later(clock, 5)
    sign_in(client)

    assert give(client, shown(phone, moment - timedelta(minutes=2))).status_code == 422


def test_a_recovery_code_opens_once(app, client, editor):
    _, codes = a_phone(editor, NOW)
    sign_in(client)
    give(client, codes[3].upper())
    again = app.test_client()
    sign_in(again)

    assert (is_in(client), give(again, codes[3]).status_code, is_in(again)) == (True, 422, False)
    assert len(db.session.scalars(RecoveryCode.left(editor)).all()) == 9


def test_another_persons_code_is_none(client, editor):
    _, codes = a_phone(wang(), NOW)
    a_phone(editor, NOW)
    sign_in(client)

    assert give(client, codes[0]).status_code == 422


def test_five_wrong_codes_lock_it_whichever_browser(app, client, editor, clock):
    phone, _ = a_phone(editor, NOW)
    moment = later(clock)
    sign_in(client)
    wrong = [give(client, "000000").status_code for _ in range(5)]
    fresh = app.test_client()
    sign_in(fresh)

    assert (wrong, give(fresh, shown(phone, moment)).status_code, is_in(fresh)) == ([422] * 5, 429, False)


def test_five_minutes_later_one_begins_again(client, editor, clock):
    phone, _ = a_phone(editor, NOW)
    sign_in(client)
    moment = later(clock, 5)

    assert (give(client, shown(phone, moment)).location, is_in(client)) == ("/sign-in", False)


def test_a_password_changed_meanwhile_takes_the_half_way_back(app, client, editor, clock):
    from app.accounts.passwords import set_password
    phone, _ = a_phone(editor, NOW)
    moment = later(clock)
    sign_in(client)
    set_password(editor, NEW, moment)
    db.session.commit()

    assert (give(client, shown(phone, moment)).location, is_in(client)) == ("/sign-in", False)


def test_setting_it_up_ends_the_other_sessions(app, client, editor):
    other = app.test_client()
    sign_in(client)
    sign_in(other)
    client.post("/console/me/second-factor")
    phone = TOTP(key=db.session.get(OneTimeCode, editor.id).key, format="base32")
    client.post("/console/me/second-factor/confirmation", data={"code": shown(phone, NOW)})

    assert (is_in(client), is_in(other)) == (True, False)


def test_neither_the_secret_nor_a_recovery_code_lies_in_the_database(app, editor):
    phone, codes = a_phone(editor, NOW)
    plain = [phone.base32_key, phone.hex_key, *codes, *(code.replace("-", "") for code in codes)]

    rows = str([db.session.execute(text(f"SELECT * FROM {table}")).all()
                for table in ("one_time_code", "recovery_code", "audit_row")])
    assert [word for word in plain if word in rows] == []


@pytest.mark.parametrize("path", [
    "/console/me/second-factor", "/console/me/second-factor/confirmation", "/console/me/second-factor/removal",
    "/console/me/recovery-codes", "/console/me/passkeys/new", "/console/me/passkeys/1/removal"])
def test_a_browser_left_open_is_asked_for_the_password_first(client, editor, clock, path):
    sign_in(client)
    later(clock, 16)

    answer = client.post(path, data={"code": "123456"})

    assert answer.location == "/sign-in?again=1&next=/console/me"


def test_it_can_be_removed_and_then_the_password_does(app, client, editor, clock):
    phone, _ = a_phone(editor, NOW)
    sign_in(client)
    give(client, shown(phone, later(clock)))
    client.post("/console/me/second-factor/removal")
    again = app.test_client()
    sign_in(again)

    assert (second_factor.is_set_up(editor), is_in(again)) == (False, True)


def demand(office, *roles):
    SignInRules.of(office).change([role.value for role in roles], None, NOW)
    db.session.commit()


def test_a_role_that_must_have_it_opens_no_page_without(client, editor):
    demand(an_office(), Role.ORGANIZER)
    sign_in(client)

    answers = [client.get("/console/").location, client.post("/console/events", data={}).location]

    assert answers == ["/console/me/second-factor"] * 2
    assert (client.get("/console/me").status_code, client.get("/console/me/second-factor").status_code) == (200, 200)


def test_a_role_that_need_not_is_left_alone(client, editor):
    demand(an_office(), Role.SECURITY_ADMIN)
    sign_in(client)

    assert is_in(client) is True


def test_the_demand_reaches_down_and_not_up_or_across(app, editor):
    demand(a_city_office("绵阳"), Role.ORGANIZER)
    below = with_password(a_person("Li", Role.ORGANIZER, an_office("涪城区局", "绵阳", parent=a_city_office("绵阳"))))
    browsers = {}
    for account in (editor.email, below.email):
        browsers[account] = app.test_client()
        sign_in(browsers[account], account=account)

    assert [is_in(browser) for browser in browsers.values()] == [True, False]


def test_who_has_it_passes_the_demand(client, editor, clock):
    demand(an_office(), Role.ORGANIZER)
    phone, _ = a_phone(editor, NOW)
    moment = later(clock)
    sign_in(client)
    give(client, shown(phone, moment))

    assert is_in(client) is True


def test_the_security_administrator_sets_the_demand(client, app):
    guard = chen_with_password(Role.SECURITY_ADMIN)
    sign_in(client)

    answer = client.post(f"/console/admin/sign-in-rules/{guard.organization_id}",
                         data={"roles": ["leader", "planner"], "password_days": "90"})

    rules = db.session.get(SignInRules, guard.organization_id)
    assert (answer.location, rules.second_factor_roles, rules.password_days) == (
        "/console/admin/sign-in-rules", ["leader", "planner"], 90)


@pytest.mark.parametrize("data", [{"roles": ["emperor"]}, {"password_days": "0"}, {"password_days": "ninety"}])
def test_a_demand_that_cannot_be_is_refused(client, app, data):
    guard = chen_with_password(Role.SECURITY_ADMIN)
    sign_in(client)

    answer = client.post(f"/console/admin/sign-in-rules/{guard.organization_id}", data=data)

    assert (answer.status_code, db.session.get(SignInRules, guard.organization_id)) == (422, None)


def test_nobody_else_sets_it_and_not_for_a_strangers_office(app, client, editor):
    sign_in(client)
    stranger = with_password(a_person("Wang", Role.SECURITY_ADMIN, a_city_office("绵阳")))
    his = app.test_client()
    sign_in(his, account=stranger.email)
    path = f"/console/admin/sign-in-rules/{an_office().id}"

    assert [client.get("/console/admin/sign-in-rules").status_code, client.post(path, data={}).status_code,
            his.post(path, data={}).status_code] == [403, 403, 404]


def test_who_lost_the_phone_is_helped_by_the_security_administrator_only(app, editor):
    a_phone(editor, NOW)
    answers, path = [], f"/console/admin/second-factors/{editor.id}/removal"
    for role, office in ((Role.SECURITY_ADMIN, a_city_office("绵阳")), (Role.ADMINISTRATOR, an_office()),
                         (Role.SECURITY_ADMIN, an_office())):
        person = with_password(a_person(f"H{role.value}{office.id}", role, office))
        browser = app.test_client()
        sign_in(browser, account=person.email)
        answers.append((browser.post(path).status_code, second_factor.is_set_up(editor)))

    assert answers == [(404, True), (403, True), (302, False)]


def test_the_wrong_password_is_answered_alike_whoever_has_a_second_factor(client, editor):
    a_phone(editor, NOW)

    pages = [sign_in(client, "wrong", account).text.replace(account, "") for account in (
        "chen@example.org", "nobody@example.org")]

    assert pages[0] == pages[1]
    assert PASSWORD not in pages[0]
