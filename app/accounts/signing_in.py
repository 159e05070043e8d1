"""Signing in, one state machine: something first (password, link, provider), then the second factor of whoever has
one, then a session. Between the two the browser holds only a signed note of who was first right, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask, g, request, session
from flask_babel import gettext as _
from flask_security import Security, SQLAlchemyUserDatastore, login_user
from sqlalchemy import select

from app.accounts import failures, second_factor, sessions
from app.accounts.failures import Bound
from app.accounts.models import Grant, Person
from app.accounts.passwords import is_right
from app.accounts.sessions import Sessions
from app.contact import BadContact, Contact
from app.db import Change, db, note
from app.errors import Refused

HALF, FACTOR, FRESH = "half", "factor", "fs_paa"
HALF_LIVES = timedelta(minutes=5)
FRESH_FOR = timedelta(minutes=15)


class LinkSpent(Refused):
    """A one-time link that was used, has expired, or never was: the same answer for each."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("这个登录链接已用过、已过期或不完整。设过密码的，请直接用密码登录；没有设过的，请向管理员再要一个。"))


class WrongSignIn(Refused):
    """The answer does not tell which part was wrong, nor whether there is such an account."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("账号或密码不对。"))


@dataclass(frozen=True, slots=True)
class UnknownAccount:
    """What the audit says of a try for nobody: the hash of what was typed, as people type passwords there too."""

    id: str


@dataclass(frozen=True, slots=True)
class Half:
    """Who was first right, how, and where he wanted to go."""

    person: Person
    via: str
    target: str
    challenge: str


def init_app(app: Flask) -> None:
    """The pages are ours; of Flask-Security we take who the session's person is, hashing, and recovery tokens."""
    app.config |= {
        "SECURITY_PASSWORD_HASH": "argon2", "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
        "SECURITY_PASSWORD_SALT": app.config["SECRET_KEY"], "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_FLASH_MESSAGES": False, "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CLI_USERS_NAME": False, "SECURITY_CLI_ROLES_NAME": False,
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=1),
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
    }
    app.session_interface = Sessions()
    Security(app, SQLAlchemyUserDatastore(db, Person, Grant), register_blueprint=False)


def find_person(typed: str) -> Person | None:
    """By e-mail address or mobile number, as people type them."""
    try:
        contact = Contact.read(typed)
    except BadContact:
        return None
    wanted = Person.with_email(contact.email) if contact.email else Person.with_mobile(contact.mobile)
    return db.session.scalars(wanted).one_or_none()


def authenticate(typed: str, password: str, as_of: datetime) -> Person:
    """Whose account and password this is. Commits: the try is counted before the password is looked at, and a
    password is never looked at while the database is locked.

    :raises LockedOut: after too many tries.
    :raises WrongSignIn: whatever of it was wrong.
    """
    person = find_person(typed)
    held = bounds_of(person, typed)
    hash = person.password if person and person.active else None
    failures.take_try(held, as_of)
    db.session.commit()
    if not is_right(password, hash) or person is None:
        note(Change(person or UnknownAccount(held[0].key[-16:]), "sign_in_failed", as_of,
                    personal={"address": request.remote_addr or ""} if person else {}))
        db.session.commit()
        raise WrongSignIn
    failures.forgive(held)
    return person


def bounds_of(person: Person | None, typed: str = "") -> list[Bound]:
    account = f"person:{person.id}" if person else typed.strip().lower()[:200]
    return failures.bounds(account, request.remote_addr or "")


def begin(person: Person, via: str, target: str, as_of: datetime, *, is_strong: bool = False) -> bool:
    """The first part was right. Signs in, unless a second factor is to be asked first; whether it did."""
    if is_strong or not second_factor.is_set_up(person):
        finish(person, via, as_of, is_strong=is_strong)
        return True
    session[HALF] = {"who": person.fs_uniquifier, "at": as_of.timestamp(), "via": via, "next": target,
                     "challenge": sessions.new_token()}
    return False


def half(as_of: datetime) -> Half | None:
    """Who was first right in this browser, not long ago."""
    said = session.get(HALF)
    if not said or as_of - datetime.fromtimestamp(said["at"], UTC) >= HALF_LIVES:
        return None
    person = db.session.scalars(select(Person).where(
        Person.fs_uniquifier == said["who"], Person.active.is_(True))).one_or_none()
    return Half(person, said["via"], said["next"], said["challenge"]) if person else None


def finish(person: Person, via: str, as_of: datetime, *, is_strong: bool) -> None:
    """A new session under a new id, whatever the browser held before."""
    for key in list(session):
        session.pop(key)
    g.pop("csrf_token", None)
    sessions.renew(session)
    login_user(person, authn_via=[via])
    session[FACTOR], session[FRESH] = is_strong, as_of.timestamp()
    db.session().info["actor"] = f"person:{person.id}"
    note(Change(person, "signed_in", as_of, after={"via": via, "second_factor": is_strong},
                personal={"address": request.remote_addr or ""}))


def is_fresh(as_of: datetime) -> bool:
    """Whether this person signed in just now: asked before what a borrowed browser must not do."""
    return as_of - datetime.fromtimestamp(session.get(FRESH, 0), UTC) < FRESH_FOR


def has_second_factor_in_session() -> bool:
    return bool(session.get(FACTOR))
