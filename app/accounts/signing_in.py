"""Signing in: by one-time link or by password, with lock-out kept in our own table."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Flask, request
from flask_babel import gettext as _
from flask_security import LoginForm, Security, SQLAlchemyUserDatastore
from flask_security.signals import user_authenticated
from sqlalchemy import select

from app.accounts.models import Grant, Person, SignInFailure
from app.accounts.sessions import Sessions
from app.clock import now
from app.db import Change, db, note
from app.errors import Refused

LOCKED_FOR = timedelta(minutes=15)
WRONG_PER_ACCOUNT = 5
WRONG_PER_ADDRESS = 30


class LinkSpent(Refused):
    """A one-time link that was used, has expired, or never was: the same answer for each."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("这个登录链接已用过或已过期，请向管理员再要一个。"))


class SignInForm(LoginForm):  # type: ignore[misc]
    """Flask-Security's form with a lock in front; the answer does not tell which part was wrong."""

    def validate(self, **kwargs: object) -> bool:
        moment = now()
        keys = failure_keys(self.email.data or "", request.remote_addr or "")
        if is_locked(keys, moment):
            self.email.errors = [_("登录失败次数过多，请 15 分钟后再试。")]
            return False
        if super().validate(**kwargs):
            forget_failures(keys)
            return True
        count_failure(keys, moment)
        db.session.commit()
        self.email.errors, self.password.errors = [_("邮箱或密码不对。")], []
        return False


def init_app(app: Flask) -> None:
    app.config |= {
        "SECURITY_PASSWORD_HASH": "argon2", "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
        "SECURITY_PASSWORD_SALT": app.config["SECRET_KEY"], "SECURITY_RETURN_GENERIC_RESPONSES": False,
        "SECURITY_LOGIN_USER_TEMPLATE": "accounts/sign_in.html", "SECURITY_POST_LOGIN_VIEW": "/console/",
        "SECURITY_POST_LOGOUT_VIEW": "/", "SECURITY_UNAUTHORIZED_VIEW": None,
        "SECURITY_LOGIN_URL": "/sign-in", "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_FLASH_MESSAGES": False, "SECURITY_LOGOUT_CSRF": True, "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_CLI_USERS_NAME": False, "SECURITY_CLI_ROLES_NAME": False, "SECURITY_STATIC_FOLDER": None,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
    }
    app.session_interface = Sessions()
    Security(app, SQLAlchemyUserDatastore(db, Person, Grant), login_form=SignInForm,
             register_blueprint=True)
    user_authenticated.connect(_signed_in, app)


def failure_keys(email: str, address: str) -> dict[str, int]:
    """What failures are counted by, and how many are borne: the account, and the client's network."""
    network = ":".join(address.split(":")[:4]) if ":" in address else address
    return {f"account:{email.strip().lower()[:100]}": WRONG_PER_ACCOUNT,
            f"address:{network}": WRONG_PER_ADDRESS}


def is_locked(keys: dict[str, int], as_of: datetime) -> bool:
    rows = db.session.scalars(select(SignInFailure).where(SignInFailure.key.in_(keys))).all()
    return any(row.count >= keys[row.key] and as_of - row.since < LOCKED_FOR for row in rows)


def count_failure(keys: dict[str, int], as_of: datetime) -> None:
    for key in keys:
        row = db.session.get(SignInFailure, key)
        if row is None:
            row = SignInFailure(key=key, count=0, since=as_of)
            db.session.add(row)
        if as_of - row.since >= LOCKED_FOR:
            row.count = 0
        row.count, row.since = row.count + 1, as_of


def forget_failures(keys: dict[str, int]) -> None:
    for key in keys:
        if key.startswith("account:") and (row := db.session.get(SignInFailure, key)):
            db.session.delete(row)


def _signed_in(app: Flask, user: Person, **_kwargs: object) -> None:
    note(Change(user, "signed_in", now()))
