"""What signing in leaves behind is kept no longer than it is of use; the audit keeps who came when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from app.accounts.browsers import SignInFailure, WebSession
from app.accounts.links import SignInLink
from app.accounts.second_factor import OneTimeCode
from app.db import db

A_DAY = timedelta(days=1)


def forget_old(as_of: datetime) -> int:
    """Counters, sessions over long ago with the addresses they came from, dead links, phones never confirmed."""
    gone = 0
    for statement in (
        delete(SignInFailure).where(SignInFailure.since < as_of - A_DAY),
        delete(WebSession).where(WebSession.created_at < as_of - 2 * A_DAY),
        delete(SignInLink).where(SignInLink.expires_at < as_of - 30 * A_DAY),
        delete(OneTimeCode).where(OneTimeCode.confirmed_at.is_(None), OneTimeCode.begun_at < as_of - A_DAY),
    ):
        gone += db.session.execute(statement).rowcount  # type: ignore[attr-defined]
    return gone
