"""What the pages share: the blueprint, the ticket's holder, and answers that nobody else may keep."""

from __future__ import annotations

from flask import Blueprint, current_app
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.db import db
from app.errors import NotThere
from app.events.models import Event
from app.feeds.announced import Announced, announced
from app.languages import language
from app.signup.models import Enrolment

bp = Blueprint("signup", __name__)

OFTEN = "60 per 5 minutes"


def went_through(response: Response) -> bool:
    """Only what was done counts towards the limit: a hall of people mistyping behind one address is no attack."""
    return response.status_code < 400


def get_enrolment(token: str) -> Enrolment:
    """:raises NotThere: for a ticket that never was and one that was erased alike."""
    found = db.session.scalars(Enrolment.with_token(token)).one_or_none()
    if found is None:
        raise NotThere(_("没有找到这张报名凭证。请核对链接是否完整。"))
    return found


def shown_event(enrolment: Enrolment) -> Event | Announced:
    """What the ticket's pages tell of: never more than was announced."""
    return announced(enrolment.event, language())


def private(body: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200) -> Response:
    """Whoever knows the address holds the ticket: no cache, index or next site may learn of it."""
    answer = current_app.response_class(body, status, content_type=kind)
    answer.headers["Cache-Control"] = "private, no-store"
    # Not `no-referrer`: a browser then posts the withdrawal with `Origin: null`, which the door refuses.
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
