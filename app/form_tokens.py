"""The token of a form that was open for too long: the form comes back with all its words, and nothing else happens.

A token dies with the session it was made in: the browser was closed, or somebody signed in or out beside it. Such a
request goes on as far as its form, which refuses it like any mistake and keeps what was typed. What has no form to
come back to ends here: no transaction commits, the session stays what it was, and no answer says that it was done; a
page carries what was chosen, to be sent once more.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, has_request_context, make_response, render_template, request, session
from flask_babel import gettext as _
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import errors
from app.db import db
from app.errors import Refused

TOKEN = "csrf_token"
WITH_PASSWORDS = ("/sign-in", "/console/me")
LONG = 12  # shown as well, not only carried


class WornOut(Refused):
    """What has no form to come back to was sent from a page that was open for too long."""

    status = 400

    def __init__(self) -> None:
        super().__init__(_("页面放得太久，没有办成。请回到刚才的页面，再点一次。"))


class PatientTokens(CSRFProtect):  # type: ignore[misc]
    """Looks at every token before anything else, as the library does, but lets the form answer."""

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        app.register_error_handler(WornOut, _told)
        app.jinja_env.globals["form_was_worn_out"] = lambda: "session_of_worn_out" in g
        app.after_request(_nothing_was_done)

    def protect(self, apply_exemptions: bool = False) -> None:
        try:
            super().protect(apply_exemptions)
        except CSRFError:
            g.session_of_worn_out = deepcopy({key: value for key, value in session.items() if key != "_flashes"})


csrf = PatientTokens()


def sign_in_comes_first() -> None:
    """The session is gone as well: whoever asks is told that, and not of the token."""
    g.pop("session_of_worn_out", None)


@event.listens_for(Session, "before_commit")
def _refuse(session: Session) -> None:
    if has_request_context() and "session_of_worn_out" in g:
        raise WornOut


def _nothing_was_done(response: Response) -> Response:
    before = g.pop("session_of_worn_out", None)
    if before is None:
        return response
    _put_back(before)
    return response if response.status_code >= 400 else make_response(_told(WornOut()))


def _put_back(before: dict[str, Any]) -> None:
    """All but the token, which the page that goes out may carry anew."""
    token = session.get(TOKEN)
    session.clear()
    session.update(before | ({TOKEN: token} if token else {}))
    if hasattr(session, "is_renewed"):
        session.is_renewed = False


def words() -> list[tuple[str, str]]:
    """What was typed or chosen, as it was posted; nothing where passwords are asked for, which no page shows."""
    if request.method != "POST" or request.path.startswith(WITH_PASSWORDS):
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name != TOKEN and value]


def again(sentence: str, status: int, *, signed_out: bool = False) -> tuple[str, int]:
    """A page that carries the words, to be sent once more."""
    said = words()
    return render_template(
        "errors/again.html", sentence=sentence, words=said, address=request.full_path.rstrip("?"),
        texts=[value for _name, value in said if _is_prose(value)], files=any(request.files.values()),
        signed_out=signed_out, back="" if signed_out else _page_before()), status


def _told(error: WornOut) -> tuple[Any, ...]:
    db.session.rollback()
    if words():
        return again(_("页面放得太久，请再提交一次。"), error.status)
    return errors.answer(error.status, error.sentence, back=_page_before())


def _is_prose(value: str) -> bool:
    """Written by hand, and long enough to be worth copying; no key, date or choice."""
    return len(value) >= LONG and (" " in value or not value.isascii())


def _page_before() -> str:
    """The path of the page that the button stood on; nothing when it was not ours or the browser keeps it."""
    came_from = urlsplit(request.referrer or "")
    is_ours = came_from.scheme in ("http", "https") and came_from.netloc == request.host
    if not is_ours or not came_from.path.startswith("/") or came_from.path.startswith("//"):
        return ""
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")
