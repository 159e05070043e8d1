"""Signing in through a provider of its own process, on loopback."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask_security import hash_password

from app.accounts.models import Person
from app.accounts.oidc import is_strong, person_of
from app.clock import now
from app.db import db
from config import SettingError, load
from tests.app.accounts.entering import a_phone, alive_sessions, is_in, shown
from tests.factories import chen

BACK = "/sign-in/provider/callback"


@pytest.fixture(scope="session")
def provider():
    """A real OpenID Connect provider; who signs in there, and with which claims, is told by `as_`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(address + "/.well-known/openid-configuration", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


@pytest.fixture
def app(make_app, provider):
    app = make_app(OIDC_ISSUER=provider, OIDC_CLIENT_ID="wujin", OIDC_CLIENT_SECRET="a secret of the tests")
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def editor(app):
    person = chen()
    db.session.commit()
    return person


def agreed(provider, address, subject="someone", **claims):
    """Where the provider leads back to once its user has signed in there."""
    requests.put(f"{provider}/users/{subject}", json=claims, timeout=10).raise_for_status()
    answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def through(client, provider, to="", **claims):
    start = client.get(f"/sign-in/provider{to}")
    return client.get(agreed(provider, start.location, **claims))


VERIFIED = {"email": "Chen@Example.org", "email_verified": True}


def test_a_verified_address_of_somebody_known_signs_in(client, provider, editor):
    answer = through(client, provider, "?next=/console/events", **VERIFIED)

    assert (answer.location, is_in(client)) == ("/console/events", True)


def test_it_is_asked_for_with_state_nonce_and_proof_key(client, provider, editor):
    asked = parse_qs(urlsplit(client.get("/sign-in/provider").location).query)

    assert {name: len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge")} == {
        "state": True, "nonce": True, "code_challenge": True}
    assert (asked["code_challenge_method"], asked["redirect_uri"]) == (["S256"], [f"http://wujin.test{BACK}"])


@pytest.mark.parametrize("claims", [
    {"email": "chen@example.org", "email_verified": False}, {"email": "chen@example.org"},
    {"email": "chen@example.org", "email_verified": "true"}, {"email": "nobody@example.org", "email_verified": True},
    {"email_verified": True}])
def test_nobody_is_let_in_or_made_by_what_a_provider_says(client, provider, editor, claims):
    answer = through(client, provider, **claims)

    assert (answer.status_code, is_in(client)) == (403, False)
    assert [person.email for person in db.session.query(Person)] == ["chen@example.org"]


def test_nothing_of_the_person_is_overwritten(client, provider, editor):
    editor.password = before = hash_password("correct horse battery")
    through(client, provider, name="Somebody Else", preferred_username="root", **VERIFIED)

    assert (editor.name, editor.email, editor.password) == ("Chen", "chen@example.org", before)


def test_somebody_deactivated_stays_out(client, provider, editor):
    editor.deactivate(now())

    assert (through(client, provider, **VERIFIED).status_code, is_in(client)) == (403, False)


def test_another_browsers_answer_signs_nobody_in(app, client, provider, editor):
    back = agreed(provider, client.get("/sign-in/provider").location, **VERIFIED)
    other = app.test_client()

    assert (other.get(back).status_code, is_in(other), alive_sessions()) == (400, False, 0)


def test_an_answer_is_taken_once(client, provider, editor):
    back = agreed(provider, client.get("/sign-in/provider").location, **VERIFIED)
    client.get(back)
    client.post("/sign-out")

    assert (client.get(back).status_code, is_in(client)) == (400, False)


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=y", "?error=access_denied",
                                   "?error=x&error_description=<script>"])
def test_an_answer_nobody_asked_for_gets_a_sentence(client, provider, editor, query):
    client.get("/sign-in/provider")
    answer = client.get(BACK + query)

    assert (answer.status_code, "统一身份认证没有成功，请回到登录页再试一次。" in answer.text) == (400, True)
    assert "<script>" not in answer.text


def test_another_answers_nonce_does_not_do(client, provider, editor):
    first = parse_qs(urlsplit(client.get("/sign-in/provider").location).query)
    second = client.get("/sign-in/provider").location
    swapped = re.sub(r"nonce=[^&]+", f"nonce={first['nonce'][0]}", second)

    answer = client.get(agreed(provider, swapped, **VERIFIED))

    assert (answer.status_code, is_in(client)) == (400, False)


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_way_back_leads_to_this_site_only(client, provider, editor, target):
    client.get("/sign-in/provider", query_string={"next": target})

    answer = through(client, provider, "?next=" + target, **VERIFIED)

    assert answer.location == "/console/"


def test_a_second_factor_is_asked_here_unless_the_provider_asked_for_one(app, client, provider, editor):
    phone, _ = a_phone(editor, now())
    plain = through(client, provider, **VERIFIED).location
    other = app.test_client()
    strong = through(other, provider, amr=["pwd", "mfa"], **VERIFIED).location

    assert (plain, is_in(client), strong, is_in(other)) == ("/sign-in/second-factor", False, "/console/", True)
    assert len(shown(phone, now())) == 6


@pytest.mark.parametrize("claims, strong", [({"amr": ["mfa"]}, True), ({"amr": ["pwd"]}, False), ({}, False),
                                            ({"amr": "mfa"}, False), ({"amr": ["otp"]}, False)])
def test_what_counts_as_two_factors(claims, strong):
    assert is_strong(claims) is strong


def test_a_provider_that_is_away_is_said_to_be(make_app):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    app = make_app(OIDC_ISSUER=address, OIDC_CLIENT_ID="wujin")
    with app.app_context():
        answer = app.test_client().get("/sign-in/provider")

    assert (answer.status_code, "统一身份认证暂时连不上" in answer.text) == (503, True)


def test_without_a_provider_there_is_no_such_door(make_app):
    app = make_app()
    with app.app_context():
        client = app.test_client()
        page = client.get("/sign-in").text
        answers = [client.get("/sign-in/provider").location, client.get(BACK + "?code=x&state=y").status_code]

    assert ("统一身份认证" in page, answers) == (False, ["/sign-in", 400])


@pytest.mark.parametrize("issuer, client_id", [
    ("http://sso.example.org", "wujin"), ("ftp://sso.example.org", "wujin"), ("https://sso.example.org", "")])
def test_a_provider_that_cannot_be_trusted_is_refused_at_the_start(tmp_path, issuer, client_id):
    with pytest.raises(SettingError):
        load({}, INSTANCE_PATH=str(tmp_path), SECRET_KEY="k" * 48, OIDC_ISSUER=issuer, OIDC_CLIENT_ID=client_id)


def test_an_address_that_is_none_is_nobodys(app):
    from app.accounts.oidc import NobodyHere

    with pytest.raises(NobodyHere):
        person_of({"email": "a\r\nb@x", "email_verified": True})
