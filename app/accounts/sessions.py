"""Sessions: on the server once somebody is signed in, a signed cookie for anonymous forms before that."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from sqlalchemy import insert, select, update
from werkzeug.datastructures import CallbackDict

from app.accounts.browsers import WebSession
from app.accounts.links import hashed
from app.accounts.models import Person
from app.accounts.settings import settings_of
from app.clock import now
from app.db import Change, db, reading, writing

ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
COOKIE = "wujin_id"
ROLE_CHANGES = frozenset({"role_given", "role_taken"})
SIGNED_IN = "_user_id"  # Flask-Login's mark of a signed-in session


class StaffSession(CallbackDict[str, Any], SessionMixin):
    """What one signed-in browser holds; `token` is its opaque id, known in clear only to the browser, `seen_at` when
    it was last noted as seen."""

    def __init__(self, initial: dict[str, Any], token: str, seen_at: datetime) -> None:
        super().__init__(initial, lambda _: setattr(self, "modified", True))
        self.token, self.seen_at, self.modified, self.accessed = token, seen_at, False, True
        self.is_renewed = False


class Sessions(SecureCookieSessionInterface):
    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        if token := request.cookies.get(COOKIE):
            # Looked up before the door of the route is reached: read only, and in a transaction of its own.
            with reading():
                row = db.session.get(WebSession, hashed(token))
                found = None
                if row and is_alive(row, now()):
                    found = StaffSession(json.loads(row.data), token, row.seen_at)
            db.session.rollback()
            if found is not None:
                return found
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if response.cache_control.public:
            return  # shared by caches: nothing of one reader, not even Vary: Cookie
        token = getattr(session, "token", None)
        if SIGNED_IN not in session:
            if token:
                _end(token)
                response.delete_cookie(COOKIE)
                return
            super().save_session(app, session, response)  # type: ignore[arg-type]
            return
        if token is None:
            self._begin(app, session, response)
        elif getattr(session, "is_renewed", False):
            _end(token)
            self._begin(app, session, response)
        else:
            _keep(session)  # type: ignore[arg-type]

    def _begin(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Signing in makes a new id, so that one set before is worth nothing."""
        token, moment = new_token(), now()
        person = db.session.scalar(select(Person).where(Person.fs_uniquifier == session[SIGNED_IN]))
        if person is None:
            return
        _write(insert(WebSession).values(
            id_hash=hashed(token), person_id=person.id, data=json.dumps(dict(session)), created_at=moment,
            seen_at=moment, idle_minutes=settings_of(person.organization).idle_minutes,
            address=(request.remote_addr or "")[:45], program=request.user_agent.string[:300]))
        response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", path="/",
                            secure=app.config["SESSION_COOKIE_SECURE"], max_age=int(ABSOLUTE.total_seconds()))
        response.delete_cookie(app.config["SESSION_COOKIE_NAME"])


def new_token() -> str:
    return secrets.token_urlsafe(32)


def renew(session: SessionMixin) -> None:
    """From this answer on the browser has another id, and the one it came with opens nothing."""
    if isinstance(session, StaffSession):
        session.is_renewed = True


def current_hash(session: SessionMixin) -> str:
    """The hash of this browser's id; empty when nobody is signed in."""
    return hashed(session.token) if isinstance(session, StaffSession) else ""


def is_alive(row: WebSession, as_of: datetime) -> bool:
    return (row.revoked_at is None and as_of - row.seen_at < timedelta(minutes=row.idle_minutes)
            and as_of - row.created_at < ABSOLUTE)


def alive(person: Person, as_of: datetime) -> list[WebSession]:
    return [row for row in db.session.scalars(WebSession.of(person)) if is_alive(row, as_of)]


def follow(changes: Sequence[Change]) -> None:
    """Whoever's roles change begins anew: no session outlives what it was opened for."""
    for change in changes:
        if isinstance(change.subject, Person) and change.what in ROLE_CHANGES:
            WebSession.end_all(change.subject.id, change.as_of)


def _keep(session: StaffSession) -> None:
    moment = now()
    if not session.modified and moment - session.seen_at < SEEN_EVERY:
        return
    _write(update(WebSession).where(WebSession.id_hash == hashed(session.token), WebSession.revoked_at.is_(None))
           .values(data=json.dumps(dict(session)), seen_at=moment))


def _end(token: str) -> None:
    _write(update(WebSession).where(WebSession.id_hash == hashed(token)).values(revoked_at=now(), data="{}"))


def _write(statement: Any) -> None:
    """The page is made by now: what it leaves behind goes in a transaction of its own, also on a GET."""
    db.session.rollback()
    with writing():
        db.session.execute(statement)
        db.session.commit()
