"""Passkeys (WebAuthn level 2) as a second factor: the library judges, this file keeps what it found."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import BigInteger, ForeignKey, LargeBinary, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.links import hashed
from app.accounts.models import Person
from app.db import Change, Model, db, note
from app.errors import Refused

MOST = 10
LONGEST_ANSWER = 20_000


class BadPasskey(Refused):
    """The device's answer does not hold."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("没有通过验证，请再试一次，或者换一种方式。"))


class TooManyPasskeys(Refused):
    def __init__(self) -> None:
        super().__init__(_("最多保存 %(count)d 个通行密钥，请先删去不用的。", count=MOST))


class Passkey(Model):
    """One device's public key."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    @classmethod
    def of(cls, person: Person) -> Select[Passkey]:
        return select(cls).where(cls.person_id == person.id).order_by(cls.id)

    def discard(self, person: Person, as_of: datetime) -> None:
        db.session.delete(self)
        note(Change(person, "passkey_removed", as_of, before={"name": self.name}))


def are_possible() -> bool:
    """Browsers bind a passkey to a domain, over https or on this machine; an IP address is none."""
    parts = urlsplit(current_app.config["BASE_URL"])
    try:
        ipaddress.ip_address(parts.hostname or "")
        return False
    except ValueError:
        return parts.hostname == "localhost" or parts.scheme == "https"


def offer(person: Person, challenge: str) -> str:
    """What the browser is told to make a new passkey; JSON."""
    held = db.session.scalars(Passkey.of(person)).all()
    if len(held) >= MOST:
        raise TooManyPasskeys
    library = _library()
    return str(library.options_to_json(library.generate_registration_options(
        rp_id=_domain(), rp_name="Wujin", user_name=person.email or person.mobile or person.name,
        user_display_name=person.name, user_id=_handle(person), challenge=challenge.encode(),
        exclude_credentials=_described(held))))


def add(person: Person, answer: str, challenge: str, name: str, as_of: datetime) -> Passkey:
    """:raises BadPasskey: when the answer is not to this challenge, from this site, or not well made."""
    try:
        found = _library().verify_registration_response(
            credential=_read(answer), expected_challenge=challenge.encode(), expected_rp_id=_domain(),
            expected_origin=_origin())
    except _not_good() as error:
        raise BadPasskey from error
    key = Passkey(
        person_id=person.id, name=name, credential_id=_library().helpers.bytes_to_base64url(found.credential_id),
        public_key=found.credential_public_key, sign_count=found.sign_count, created_at=as_of)
    if len(key.credential_id) > 1400 or db.session.scalar(
            select(Passkey.id).where(Passkey.credential_id == key.credential_id)):
        raise BadPasskey
    db.session.add(key)
    note(Change(person, "second_factor_added", as_of, after={"kind": "passkey", "name": name}))
    return key


def ask(person: Person, challenge: str) -> str:
    """What the browser is told to use one of the person's passkeys; JSON, or nothing when there is none."""
    held = db.session.scalars(Passkey.of(person)).all()
    if not held or not are_possible():
        return ""
    library = _library()
    return str(library.options_to_json(library.generate_authentication_options(
        rp_id=_domain(), challenge=challenge.encode(), allow_credentials=_described(held))))


def check(person: Person, answer: str, challenge: str, as_of: datetime) -> None:
    """:raises BadPasskey: when it is not one of the person's, or its answer does not hold."""
    try:
        said = _read(answer)
        key = db.session.scalars(Passkey.of(person).where(
            Passkey.credential_id == said["id"]).with_for_update()).one_or_none()
        if key is None:
            raise BadPasskey
        found = _library().verify_authentication_response(
            credential=said, expected_challenge=challenge.encode(), expected_rp_id=_domain(),
            expected_origin=_origin(), credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count)
    except _not_good() as error:
        raise BadPasskey from error
    key.sign_count, key.used_at = found.new_sign_count, as_of


def _read(answer: str) -> dict[str, object]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long")
    try:
        said = json.loads(answer)
    except RecursionError as error:  # brackets within brackets, thousands deep
        raise ValueError("too deep") from error
    if not isinstance(said, dict):
        raise ValueError("no object")
    return said


def _described(keys: Iterable[Passkey]) -> list[Any]:
    helpers = _library().helpers
    return [helpers.structs.PublicKeyCredentialDescriptor(id=helpers.base64url_to_bytes(key.credential_id))
            for key in keys]


def _library() -> Any:
    import webauthn  # slow to load, and few requests need it

    return webauthn


def _not_good() -> tuple[type[Exception], ...]:
    return _library().helpers.exceptions.WebAuthnException, ValueError, KeyError, TypeError


def _handle(person: Person) -> bytes:
    """Tells nothing of the person, and is the same each time."""
    return bytes.fromhex(hashed(f"passkey {person.id} {current_app.config['UID_HOST']}"))


def _domain() -> str:
    return urlsplit(current_app.config["BASE_URL"]).hostname or ""


def _origin() -> str:
    parts = urlsplit(current_app.config["BASE_URL"])
    return f"{parts.scheme}://{parts.netloc}"
