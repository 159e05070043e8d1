"""Signing up."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext as _

from app.accounts.access import public
from app.accounts.settings import settings_of
from app.clock import now
from app.db import db
from app.errors import NotThere, Refused
from app.events.board import Seats
from app.events.models import Event
from app.events.words import Part
from app.languages import language
from app.rates import limiter
from app.signup import consent, telling
from app.signup.enrolling import enrol, require_open
from app.signup.forms import SignupForm
from app.signup.models import AlreadyEnrolled, SignupClosed
from app.signup.queries import seats_taken
from app.signup.views.desk import OFTEN, bp, went_through


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
    return _form(event, SignupForm(event))


@bp.post("/events/<int:id>/signup")
@public
@limiter.limit(OFTEN, deduct_when=went_through)
def enrolment(id: int) -> Any:
    """Enrols and leads to the ticket; a refusal keeps the words."""
    event = _public_event(id)
    filled = SignupForm(event)
    if not filled.validate():
        return _form(event, filled), 422
    try:
        made = enrol(event, **filled.told(), language=language(), consent_text=_consent(event),
                     guardian_text=_consent(event, consent.GUARDIAN), as_of=now())
        db.session.commit()
    except AlreadyEnrolled as error:
        return _registered(event, error)
    except Refused as error:
        db.session.rollback()
        filled.form_errors.append(error.sentence)
        return _form(_public_event(id), filled), error.status
    return redirect(url_for("signup.ticket", token=made.token), 303)


def _registered(event: Event, known: AlreadyEnrolled) -> Any:
    """Whoever enrols twice, or tries whether somebody is on the list: the ticket goes to the mailbox alone."""
    telling.send_again(known.enrolment, now())
    db.session.commit()
    address = known.enrolment.email
    return render_template("signup/registered.html", event=event, address=address,
                           sentence="" if address else known.sentence)


def _public_event(id: int) -> Event:
    event = db.session.scalars(Event.public().where(Event.id == id)).one_or_none()
    if event is None:
        raise NotThere(_("没有找到这个活动，或者它还没有发布。"))
    return event


def _seats(event: Event) -> Seats:
    return Seats(seats_taken([event.id]).get(event.id, 0), event.capacity)


def _form(event: Event, filled: SignupForm) -> str:
    return render_template("signup/form.html", event=event, form=filled, seats=_seats(event), as_of=now(),
                           consent=_consent(event), guardian_consent=_consent(event, consent.GUARDIAN))


def _consent(event: Event, purpose: str = consent.SIGNUP) -> str:
    return consent.words(language(), settings_of(event.organization).participants_kept_days, purpose)


def _closed(event: Event, sentence: str) -> str:
    return render_template("signup/closed.html", event=event, sentence=sentence, seats=_seats(event),
                           as_of=now())
