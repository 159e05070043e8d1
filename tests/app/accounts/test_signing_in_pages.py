import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask_security import hash_password

from app.accounts.browsers import WebSession
from app.accounts.links import SignInLink
from app.clock import now
from app.db import db
from tests.factories import chen

PASSWORD = "correct horse battery"


@pytest.fixture
def editor(app):
    person = chen()
    person.password = hash_password(PASSWORD)
    db.session.commit()
    return person


def a_link(person, **changes):
    link, token = SignInLink.issue(person, now())
    for name, value in changes.items():
        setattr(link, name, value)
    db.session.add(link)
    db.session.commit()
    return f"/sign-in/{token}"


def sign_in(client, password=PASSWORD, email="chen@example.org", to=""):
    return client.post(f"/sign-in{to}", data={"account": email, "password": password})


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(client, editor):
    answer = client.get("/console/events?when=all")

    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/console/events?when%3Dall")
    assert sign_in(client, to="?next=/console/events?when%3Dall").location == "/console/events?when=all"


def test_a_link_shows_a_button_and_signs_in_once(client, editor):
    address = a_link(editor)

    page = client.get(address)
    answers = [client.post(address), client.post(address)]

    assert (page.status_code, f'action="{address}"' in page.text) == (200, True)
    assert [(answer.status_code, answer.location) for answer in answers] == [(302, "/console/"), (410, None)]


def test_looking_at_a_link_does_not_spend_it(client, editor):
    address = a_link(editor)

    for _ in range(3):
        client.get(address)

    assert client.post(address).location == "/console/"


def test_a_link_from_last_week_is_refused_with_a_sentence(client, editor):
    address = a_link(editor, expires_at=now() - timedelta(minutes=1))

    answers = [client.get(address), client.post(address)]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert ["这个登录链接已用过、已过期或不完整。" in answer.text for answer in answers] == [True, True]


def test_the_right_password_opens_the_console(client, editor):
    answer = sign_in(client)

    assert (answer.status_code, client.get("/console/").status_code) == (302, 200)


@pytest.mark.parametrize("email, password", [("chen@example.org", "wrong"), ("nobody@example.org", PASSWORD)])
def test_a_wrong_password_and_an_unknown_address_sound_alike(client, editor, email, password):
    answer = sign_in(client, password, email)

    assert answer.text.count("账号或密码不对。") == 1
    assert f'value="{email}"' in answer.text
    assert client.get("/console/").status_code == 302


def test_five_wrong_passwords_lock_the_account_for_a_while(client, editor):
    for _ in range(5):
        sign_in(client, "wrong")

    answer = sign_in(client)

    assert "登录失败次数过多，请 15 分钟后再试。" in answer.text
    assert client.get("/console/").status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_to_no_other_site(client, editor, target):
    answer = sign_in(client, to=f"?next={target}")

    leads_to = answer.location or "/"
    assert (urlsplit(leads_to).netloc, leads_to[:2] in ("//", "/\\")) == ("", False)


def test_signing_out_ends_the_session(app, signed_in, editor):
    browser = signed_in(editor)
    app.config["WTF_CSRF_ENABLED"] = True
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/console/").text)[1]

    browser.post("/sign-out", data={"csrf_token": token})

    assert browser.get("/console/").status_code == 302
    assert [row.revoked_at is not None for row in db.session.query(WebSession)] == [True]


def test_another_sites_form_is_refused(signed_in, editor):
    browser = signed_in(editor)

    answer = browser.post("/console/events", data={"title": "x"}, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
