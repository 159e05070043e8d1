"""Sign-up, the ticket, withdrawing. Links in letters open a page; only POST acts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import limiter
from app.accounts.access import public
from app.clock import now
from app.db import db
from app.errors import NotThere, Refused
from app.events.board import Seats
from app.events.models import Event
from app.events.words import Part
from app.forms import PlainForm
from app.languages import language
from app.signup import consent
from app.signup.enrolling import enrol, require_open
from app.signup.forms import SignupForm
from app.signup.models import Enrolment, SignupClosed
from app.signup.queries import seats_taken
from app.signup.tickets import calendar_file

bp = Blueprint("signup", __name__)

OFTEN = "30 per 5 minutes"


@bp.get("/events/<int:id>/signup")
@public
def form(id: int) -> Any:
    """The form, or why there is none."""
    event = _public_event(id)
    if event.parent and event.part and Part(event.part).follows_parent:
        return redirect(url_for("signup.form", id=event.parent.id))
    try:
        require_open(event, now())
    except SignupClosed as error:
        return _closed(event, error.sentence)
    if _seats(event).is_full:
        return _closed(event, _("名额已满。可以订阅日历，留意下一场。"))
    return _form(event, SignupForm())


@bp.post("/events/<int:id>/signup")
@public
@limiter.limit(OFTEN)
def enrolment(id: int) -> Any:
    """Enrols and leads to the ticket; a refusal keeps the words."""
    event, filled = _public_event(id), SignupForm()
    if not filled.validate():
        return _form(event, filled), 422
    try:
        made = enrol(event, **filled.told(), language=language(), consent_text=consent.words(language()), as_of=now())
        db.session.commit()
    except Refused as error:
        db.session.rollback()
        filled.form_errors.append(error.sentence)
        return _form(_public_event(id), filled), error.status
    return redirect(url_for("signup.ticket", token=made.token), 303)


@bp.get("/t/<token>")
@public
def ticket(token: str) -> Response:
    """What somebody holds who is enrolled: facts of the event as they are now, and the way out."""
    found, as_of = _enrolment(token), now()
    page = "ticket" if found.is_attending else "cancelled"
    return _private(render_template(
        f"signup/{page}.html", enrolment=found, event=found.event, token=token, address=found.ticket_url,
        form=PlainForm(), can_withdraw=found.can_withdraw(as_of), as_of=as_of))


@bp.get("/t/<token>.ics")
@public
def entry(token: str) -> Response:
    found = _enrolment(token)
    if not found.is_attending:
        raise NotThere(_("报名已取消，没有日历文件。"))
    answer = _private(calendar_file(found, current_app.config["BASE_URL"]), "text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="event-{found.event_id}.ics"'
    return answer


@bp.get("/t/<token>/withdrawal")
@public
def withdrawing(token: str) -> Response:
    """Where a letter's link leads: a button, for a program that fetches links must not cancel anything."""
    found, as_of = _enrolment(token), now()
    if not found.can_withdraw(as_of):
        return redirect(url_for("signup.ticket", token=token))
    return _private(render_template("signup/withdrawal.html", enrolment=found, event=found.event, token=token,
                                    form=PlainForm(), as_of=as_of))


@bp.post("/t/<token>/withdrawal")
@public
@limiter.limit(OFTEN)
def withdrawal(token: str) -> Response:
    _enrolment(token).withdraw(as_of=now())
    db.session.commit()
    return redirect(url_for("signup.ticket", token=token), 303)


def _public_event(id: int) -> Event:
    event = db.session.scalars(Event.public().where(Event.id == id)).one_or_none()
    if event is None:
        raise NotThere(_("没有找到这个活动，或者它还没有发布。"))
    return event


def _enrolment(token: str) -> Enrolment:
    found = db.session.scalars(Enrolment.with_token(token)).one_or_none()
    if found is None:
        raise NotThere(_("没有找到这张报名凭证。请核对链接是否完整。"))
    return found


def _seats(event: Event) -> Seats:
    return Seats(seats_taken([event.id]).get(event.id, 0), event.capacity)


def _form(event: Event, filled: SignupForm) -> str:
    return render_template("signup/form.html", event=event, form=filled, seats=_seats(event), as_of=now(),
                           consent=consent.words(language()))


def _closed(event: Event, sentence: str) -> str:
    return render_template("signup/closed.html", event=event, sentence=sentence, seats=_seats(event),
                           as_of=now())


def _private(body: str | bytes, kind: str = "text/html; charset=utf-8") -> Response:
    """Whoever knows the address holds the ticket: no cache, index or next site may learn of it."""
    answer = current_app.response_class(body, content_type=kind)
    answer.headers["Cache-Control"] = "private, no-store"
    # Not `no-referrer`: a browser then posts the withdrawal with `Origin: null`, which the door refuses.
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
