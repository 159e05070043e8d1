"""security.md is met here for signing in: fixation, enumeration, brute force, open redirects."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine

from app.accounts.access import safe_next
from app.accounts.browsers import SignInFailure
from app.accounts.failures import network_of
from app.audit.models import AuditRow
from app.db import db
from tests.app.accounts.entering import NOW, PASSWORD, chen_with_password, is_in, sign_in, with_password
from tests.factories import wang

WRONG = "账号或密码不对。"
LOCKED = "登录失败次数过多，请 15 分钟后再试。"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def editor(app):
    return chen_with_password()


def told(answer):
    """What the page says is wrong."""
    return [word for word in (WRONG, LOCKED) if word in answer.text]


def test_a_mobile_number_does_as_well_as_an_address(client, editor):
    editor.mobile = "13800138000"

    answer = sign_in(client, account="+86 138-0013-8000")

    assert (answer.location, is_in(client)) == ("/console/", True)


@pytest.mark.parametrize("account, password", [
    ("chen@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("13900139000", PASSWORD), ("陈", PASSWORD),
    ("wang@example.org", PASSWORD)])
def test_whatever_was_wrong_the_answer_is_the_same(client, editor, account, password):
    wang()  # has no password

    answer = sign_in(client, password, account)

    assert (answer.status_code, told(answer), is_in(client)) == (422, [WRONG], False)


def test_an_unknown_account_costs_as_much_looking_as_a_known_one(client, editor, monkeypatch):
    asked = []
    from app.accounts import passwords
    for name in ("hash_password", "verify_password"):
        real = getattr(passwords, name)
        monkeypatch.setattr(passwords, name, lambda *args, real=real: asked.append(1) or real(*args))

    counts = []
    for account in ("chen@example.org", "nobody@example.org"):
        asked.clear()
        sign_in(client, "wrong", account)
        counts.append(len(asked))

    assert counts == [1, 1]


def test_somebody_deactivated_is_nobody(client, editor):
    editor.deactivate(NOW)

    assert told(sign_in(client)) == [WRONG]


@pytest.mark.parametrize("account", ["chen@example.org", "nobody@example.org"])
def test_the_sixth_try_is_not_looked_at_for_a_quarter_of_an_hour(client, editor, clock, account):
    tries = [told(sign_in(client, "wrong", account)) for _ in range(6)]
    clock.shift(timedelta(minutes=14, seconds=59))
    still = told(sign_in(client, account=account))
    clock.shift(timedelta(seconds=1))
    free = sign_in(client, account=account)

    assert (tries, still) == ([[WRONG]] * 5 + [[LOCKED]], [LOCKED])
    assert free.status_code == (302 if account == "chen@example.org" else 422)


def test_a_lock_holds_whichever_name_the_account_is_called_by(client, editor):
    editor.mobile = "13800138000"
    for _ in range(5):
        sign_in(client, "wrong")

    assert told(sign_in(client, account="138 0013 8000")) == [LOCKED]


def test_the_right_password_forgets_the_wrong_ones(client, editor):
    for _ in range(4):
        sign_in(client, "wrong")
    sign_in(client)
    client.post("/sign-out")

    assert [told(sign_in(client, "wrong")) for _ in range(4)] == [[WRONG]] * 4


def test_one_network_has_thirty_tries_in_five_minutes_whatever_it_tries(client, editor, clock):
    for number in range(30):
        sign_in(client, "wrong", f"n{number}@example.org", address=f"2001:db8:1:2::{number + 1:x}")
    same = sign_in(client, address="2001:db8:1:2:ffff::1")
    other = sign_in(client, "wrong", address="2001:db8:1:3::1")
    clock.shift(timedelta(minutes=5))

    assert (told(same), told(other)) == ([LOCKED], [WRONG])
    assert sign_in(client, address="2001:db8:1:2:ffff::1").status_code == 302


def test_forty_people_of_one_office_may_come_in_from_one_address(app, editor):
    answers = {sign_in(app.test_client()).status_code for _ in range(40)}

    assert answers == {302}


@pytest.mark.parametrize("address, network", [
    ("203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"), ("2001:db8::1", "2001:db8::/64"),
    ("2001:0db8:0:0:ffff::2", "2001:db8::/64"), ("fe80::1%eth0", "fe80::/64"), ("", ""), ("unix:", "unix:")])
def test_what_counts_as_one_network(address, network):
    assert network_of(address) == network


def test_a_forwarded_address_is_not_believed_without_a_proxy(client, editor):
    client.post("/sign-in", data={"account": "chen@example.org", "password": "wrong"},
                headers={"X-Forwarded-For": "198.51.100.7"})

    assert [row.key for row in db.session.query(SignInFailure) if row.key.startswith("address")] == [
        "address:127.0.0.1"]


def test_the_second_wall_stands_before_the_database(make_app):
    app = make_app(RATE_LIMITS="on")
    with app.app_context():
        client = app.test_client()
        answers = [client.post("/sign-in", data={}).status_code for _ in range(61)]

    assert answers == [422] * 60 + [429]


def test_neither_a_wrong_password_nor_what_was_typed_is_kept(client, editor):
    sign_in(client, "hunter2-hunter2", "hunter2-hunter2")
    sign_in(client, "hunter2-hunter2")

    failed = db.session.query(AuditRow).filter(AuditRow.what == "sign_in_failed").all()
    assert [row.subject_type for row in failed] == ["UnknownAccount", "Person"]
    assert [row.key for row in db.session.query(SignInFailure) if "hunter2" in row.key] == []


def test_an_id_set_before_signing_in_is_worth_nothing(app, editor):
    client = app.test_client()
    client.set_cookie("wujin_id", "x" * 43)
    client.get("/sign-in")
    sign_in(client)
    mine = client.get_cookie("wujin_id").value
    thief = app.test_client()
    thief.set_cookie("wujin_id", "x" * 43)

    assert (len(mine), mine == "x" * 43, is_in(client), is_in(thief)) == (43, False, True, False)


def test_signing_in_again_makes_a_new_id_and_ends_the_old(app, client, editor):
    other = with_password(wang())
    sign_in(client)
    old = client.get_cookie("wujin_id").value
    sign_in(client, account=other.email)
    thief = app.test_client()
    thief.set_cookie("wujin_id", old)

    assert (client.get_cookie("wujin_id").value == old, is_in(thief)) == (False, False)
    assert "Wang" in client.get("/console/me").text


def test_a_copied_cookie_opens_nothing_after_signing_out(app, client, editor):
    sign_in(client)
    thief = app.test_client()
    thief.set_cookie("wujin_id", client.get_cookie("wujin_id").value)
    before = is_in(thief)
    client.post("/sign-out")

    assert (before, is_in(thief)) == (True, False)


TRAPS = ["//evil.example", "/\\evil.example", "\\/evil.example", "javascript:alert(1)", "https:evil.example",
         "https://evil.example/", "HTTPS://evil.example", "/%5cevil.example/../..//evil.example", "///evil.example",
         "/\t/evil.example", "\t//evil.example", " //evil.example", "/\r\nLocation: https://evil.example",
         "data:text/html,x", "http:/\\evil.example", "/console/@evil.example\\", "evil.example"]


@pytest.mark.parametrize("target", TRAPS)
def test_signing_in_leads_to_this_site_only(client, editor, target):
    answer = client.post("/sign-in", query_string={"next": target},
                         data={"account": "chen@example.org", "password": PASSWORD})

    location = urlsplit(answer.location)
    assert (answer.status_code, location.scheme, location.netloc, answer.location[:2] in ("//", "/\\")) == (
        302, "", "", False)
    assert "evil.example" not in answer.location or answer.location.startswith("/%5c")


@pytest.mark.parametrize("target, led", [("/console/events?when=all", "/console/events?when=all"),
                                         ("/plans/2026", "/plans/2026"), (None, ""), ("", "")])
def test_a_path_of_this_site_is_kept(target, led):
    assert safe_next(target) == led


def test_the_form_comes_back_with_the_account_and_without_the_password(client, editor):
    page = sign_in(client, "wrong-wrong-wrong").text

    assert ('value="chen@example.org"' in page, "wrong-wrong-wrong" in page) == (True, False)


def test_a_page_asked_for_in_english_speaks_english(client, editor):
    page = client.get("/sign-in?lang=en").text

    assert [word for word in ("登录", "密码", "邮箱") if word in page.replace('lang="zh-CN"', "")] == []
