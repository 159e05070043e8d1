"""What the tests of signing in share: somebody with a password, and the forms he fills in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_security import hash_password
from passlib.totp import TOTP

from app.accounts import second_factor
from app.accounts.browsers import WebSession
from app.accounts.models import Person, Role
from app.accounts.second_factor import OneTimeCode
from app.db import db
from tests.factories import a_person, an_office, chen

PASSWORD = "correct horse battery"
NEW = "staple the blue mountain"
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_hashes: list[str] = []


def chen_with_password(role: Role = Role.ORGANIZER) -> Person:
    person = chen() if role is Role.ORGANIZER else a_person("Chen", role, an_office())
    return with_password(person)


def with_password(person: Person) -> Person:
    _hashes[:] = _hashes or [hash_password(PASSWORD)]
    person.password = _hashes[0]
    db.session.commit()
    return person


def sign_in(client: Any, password: str = PASSWORD, account: str = "chen@example.org", to: str = "",
            address: str = "127.0.0.1") -> Any:
    return client.post(f"/sign-in{to}", data={"account": account, "password": password},
                       environ_base={"REMOTE_ADDR": address})


def is_in(client: Any) -> bool:
    return client.get("/console/").status_code == 200


def a_phone(person: Person, as_of: datetime) -> tuple[Any, list[str]]:
    """An authenticator app that is set up, and the recovery codes."""
    row = OneTimeCode.begin(person, as_of)
    phone = TOTP(key=row.key, format="base32")
    codes = second_factor.confirm(person, shown(phone, as_of), as_of)
    db.session.commit()
    return phone, codes


def shown(phone: Any, as_of: datetime) -> str:
    return str(phone.generate(as_of).token)


def alive_sessions() -> int:
    return db.session.query(WebSession).filter(WebSession.revoked_at.is_(None)).count()
