"""A security key in twenty lines answers what a browser would ask it; the library judges the answers."""

import hashlib
import json
import os

import cbor2
import pytest
import time_machine
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from markupsafe import Markup
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from app.accounts import passkeys, second_factor
from app.accounts.passkeys import Passkey
from app.db import db
from tests.app.accounts.entering import NOW, chen_with_password, is_in, sign_in, with_password
from tests.factories import wang

ORIGIN = "https://events.example.org"


class SecurityKey:
    """ES256, no attestation; signs whatever page asks, like a real one for the page it is on."""

    def __init__(self, origin=ORIGIN):
        self.origin, self.id, self.count = origin, os.urandom(32), 0
        self._key = ec.generate_private_key(ec.SECP256R1())

    def make(self, options):
        point = self._key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(options["rp"]["id"], 0x45) + attested
        return self._answer({
            "clientDataJSON": self._client("webauthn.create", options),
            "attestationObject": cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})})

    def use(self, options):
        self.count += 1
        data, client = self._data(options["rpId"], 0x05), self._client("webauthn.get", options)
        signed = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({"clientDataJSON": client, "authenticatorData": data, "signature": signed})

    def _data(self, domain, flags):
        return hashlib.sha256(domain.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind, options):
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _answer(self, response):
        id = bytes_to_base64url(self.id)
        return json.dumps({"id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
                           "response": {name: bytes_to_base64url(value) for name, value in response.items()}})


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def app(make_app):
    app = make_app(BASE_URL=ORIGIN)
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def client(app):
    return a_browser(app)


@pytest.fixture
def editor(app):
    return chen_with_password()


def a_browser(app):
    browser = app.test_client()
    browser.environ_base["wsgi.url_scheme"] = "https"
    return browser


def options_of(page):
    text = page.text.split('data-options="', 1)[1].split('"', 1)[0]
    return json.loads(Markup(text).unescape())


def add(client, key, name="办公室电脑"):
    options = options_of(client.get("/console/me/passkeys/new"))
    return client.post("/console/me/passkeys/new", data={"name": name, "answer": key.make(options)})


def use(client, answer):
    return client.post("/sign-in/second-factor/passkey", data={"answer": answer})


def a_key(client):
    sign_in(client)
    key = SecurityKey()
    assert add(client, key).status_code == 200
    client.post("/sign-out")
    return key


def test_a_passkey_is_added_and_asked_for_at_the_next_sign_in(client, editor):
    sign_in(client)
    key = SecurityKey()
    added = add(client, key)
    client.post("/sign-out")
    first = sign_in(client, to="?next=/console/events")
    second = use(client, key.use(options_of(client.get(first.location))))

    assert (added.text.count("<li><code>"), first.location) == (10, "/sign-in/second-factor")
    assert (second.location, is_in(client)) == ("/console/events", True)
    assert [(row.name, row.sign_count) for row in db.session.scalars(Passkey.of(editor))] == [("办公室电脑", 1)]


def test_the_password_alone_does_not_do_any_more(client, editor):
    a_key(client)
    sign_in(client)

    assert is_in(client) is False


@pytest.mark.parametrize("spoil", [
    lambda key: setattr(key, "origin", "https://evil.example"), lambda key: setattr(key, "count", -1),
    lambda key: setattr(key, "id", os.urandom(32)),
    lambda key: setattr(key, "_key", ec.generate_private_key(ec.SECP256R1()))])
def test_an_answer_from_elsewhere_or_by_another_key_opens_nothing(client, editor, spoil):
    key = a_key(client)
    sign_in(client)
    use(client, key.use(options_of(client.get("/sign-in/second-factor"))))
    client.post("/sign-out")
    sign_in(client)
    options = options_of(client.get("/sign-in/second-factor"))
    spoil(key)

    assert (use(client, key.use(options)).status_code, is_in(client)) == (422, False)


def test_an_answer_overheard_opens_nothing_again(app, client, editor):
    key = a_key(client)
    sign_in(client)
    overheard = key.use(options_of(client.get("/sign-in/second-factor")))
    use(client, overheard)
    thief = a_browser(app)
    sign_in(thief)

    assert (use(thief, overheard).status_code, is_in(thief)) == (422, False)


@pytest.mark.parametrize("answer", ["", "{", "[]", "{}", '{"id": 5}', '{"id": "x", "response": null}', "x" * 30_000])
def test_nonsense_gets_a_sentence(client, editor, answer):
    a_key(client)
    sign_in(client)

    assert (use(client, answer).status_code, is_in(client)) == (422, False)


def test_a_passkey_is_not_made_without_being_asked_for(client, editor):
    sign_in(client)
    options = options_of(client.get("/console/me/passkeys/new"))
    key = SecurityKey()
    client.post("/console/me/passkeys/new", data={"name": "x", "answer": key.make(options)})

    again = client.post("/console/me/passkeys/new", data={"name": "y", "answer": SecurityKey().make(options)})

    assert (again.status_code, len(db.session.scalars(Passkey.of(editor)).all())) == (422, 1)


def test_nobody_removes_a_strangers_passkey(app, client, editor):
    a_key(client)
    with_password(wang())
    his = a_browser(app)
    sign_in(his, account="wang@example.org")
    id = db.session.scalars(Passkey.of(editor)).one().id

    refused = his.post(f"/console/me/passkeys/{id}/removal").status_code
    assert (refused, second_factor.is_set_up(editor)) == (404, True)


@pytest.mark.parametrize("address, possible", [
    ("https://events.example.org", True), ("http://localhost:8000", True), ("http://127.0.0.1:8000", False),
    ("http://events.example.org", False), ("https://192.0.2.7", False), ("https://[2001:db8::1]", False)])
def test_passkeys_need_a_domain(app, address, possible):
    app.config["BASE_URL"] = address

    assert passkeys.are_possible() is possible


def test_the_handle_tells_nothing_of_the_person(client, editor):
    sign_in(client)

    handle = base64url_to_bytes(options_of(client.get("/console/me/passkeys/new"))["user"]["id"])

    assert (len(handle), b"chen" in handle.lower()) == (32, False)
