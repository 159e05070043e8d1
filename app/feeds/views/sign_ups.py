"""`/signed-up/<token>`: all that one signed up for, opened from one's own mailbox, and its private calendar."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.accounts.access import public
from app.clock import now
from app.db import db
from app.errors import Refused
from app.events.models import Event
from app.feeds.announced import Announced, announced
from app.feeds.models import FeedEntry
from app.feeds.tokens import FeedToken
from app.feeds.views.desk import bp
from app.feeds.views.my_feeds import ways_to
from app.forms import PlainForm
from app.languages import language
from app.rates import limiter
from app.signup import mailbox
from app.signup.models import Enrolment
from app.signup.views.desk import OFTEN, private, went_through


@bp.get("/signed-up/<token>")
@public
def signed_up(token: str) -> Response:
    return _page(mailbox.opened(token), token)


@bp.post("/signed-up/<token>/calendar")
@public
@limiter.limit(OFTEN, deduct_when=went_through)
def add_sign_ups(token: str) -> Response:
    """The address is shown in this one answer and never again."""
    found = mailbox.opened(token)
    try:
        _made, key = FeedToken.issue_for_sign_ups(found, now())
        db.session.commit()
    except Refused as error:
        db.session.rollback()
        return _page(mailbox.opened(token), token, error)
    return _shown_once(token, key)


@bp.post("/signed-up/<token>/calendar/<int:id>/address")
@public
@limiter.limit(OFTEN, deduct_when=went_through)
def rotate_sign_ups(token: str, id: int) -> Response:
    _made, key = FeedToken.find_of_sign_ups(mailbox.opened(token), id).rotate(now())
    db.session.commit()
    return _shown_once(token, key)


@bp.post("/signed-up/<token>/calendar/<int:id>/revocation")
@public
@limiter.limit(OFTEN, deduct_when=went_through)
def revoke_sign_ups(token: str, id: int) -> Response:
    FeedToken.find_of_sign_ups(mailbox.opened(token), id).revoke(now())
    db.session.commit()
    flash(_("日历已停用，它的地址不再有效。"), "success")
    return redirect(url_for("feeds.signed_up", token=token), 303)


def _page(found: Enrolment, token: str, mistake: Refused | None = None) -> Response:
    return private(render_template(
        "feeds/signed_up.html", enrolment=found, token=token, form=PlainForm(), mistake=mistake,
        rows=_rows(found),
        feeds=db.session.scalars(FeedToken.of_sign_ups(found)).all()), status=mistake.status if mistake else 200)


def _rows(found: Enrolment) -> list[tuple[Enrolment, Event | Announced]]:
    """By start; of an event that was withdrawn no more than was announced, in two queries whatever the number."""
    enrolments = db.session.scalars(mailbox.with_events(found.holder)).all()
    hidden = [one.event_id for one in enrolments if not one.event.is_public]
    _held = db.session.scalars(FeedEntry.of_events(hidden)).all() if hidden else []  # where `announced` finds them
    rows = [(one, announced(one.event, language())) for one in enrolments]
    return sorted(rows, key=lambda row: (row[1].starts_at is None, row[1].starts_at or now(), row[0].id))


def _shown_once(token: str, key: str) -> Response:
    answer = private(render_template("feeds/signed_up_address.html", token=token, **ways_to(key)))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
