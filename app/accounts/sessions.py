"""Sessions: on the server once somebody is signed in, a signed cookie for anonymous forms before that."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from sqlalchemy import insert, select, update
from werkzeug.datastructures import CallbackDict

from app.accounts.models import Person, WebSession, hashed
from app.clock import now
from app.db import db, reading, writing

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
COOKIE = "wujin_id"
SIGNED_IN = "_user_id"  # Flask-Login's mark of a signed-in session


class StaffSession(CallbackDict[str, Any], SessionMixin):
    """What one signed-in browser holds; `token` is its opaque id, known in clear only to the browser."""

    def __init__(self, initial: dict[str, Any], token: str) -> None:
        super().__init__(initial, lambda _: setattr(self, "modified", True))
        self.token, self.modified, self.accessed = token, False, True


class Sessions(SecureCookieSessionInterface):
    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:
        if token := request.cookies.get(COOKIE):
            # Looked up before the door of the route is reached: read only, and in a transaction of its own.
            with reading():
                row = db.session.get(WebSession, hashed(token))
                found = StaffSession(json.loads(row.data), token) if row and is_alive(row, now()) else None
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
                _write(update(WebSession).where(WebSession.id_hash == hashed(token))
                       .values(revoked_at=now()))
                response.delete_cookie(COOKIE)
                return
            super().save_session(app, session, response)  # type: ignore[arg-type]
            return
        if token is None:
            self._begin(app, session, response)
        else:
            _keep(token, session)

    def _begin(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Signing in makes a new id, so that one set before is worth nothing."""
        token, moment = secrets.token_urlsafe(32), now()
        person = db.session.scalar(select(Person.id).where(Person.fs_uniquifier == session[SIGNED_IN]))
        if person is None:
            return
        _write(insert(WebSession).values(id_hash=hashed(token), person_id=person,
                                         data=json.dumps(dict(session)), created_at=moment, seen_at=moment))
        response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", path="/",
                            secure=app.config["SESSION_COOKIE_SECURE"], max_age=int(ABSOLUTE.total_seconds()))
        response.delete_cookie(app.config["SESSION_COOKIE_NAME"])


def is_alive(row: WebSession, as_of: datetime) -> bool:
    return row.revoked_at is None and as_of - row.seen_at < IDLE and as_of - row.created_at < ABSOLUTE


def _keep(token: str, session: SessionMixin) -> None:
    moment, row = now(), db.session.get(WebSession, hashed(token))
    if row is None or (not session.modified and moment - row.seen_at < SEEN_EVERY):
        return
    _write(update(WebSession).where(WebSession.id_hash == hashed(token))
           .values(data=json.dumps(dict(session)), seen_at=moment))


def _write(statement: Any) -> None:
    """The page is made by now: what it leaves behind goes in a transaction of its own, also on a GET."""
    db.session.rollback()
    with writing():
        db.session.execute(statement)
        db.session.commit()
