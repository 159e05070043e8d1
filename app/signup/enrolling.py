"""Enrolling in an event: one transaction that locks the event's row, counts, and writes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from app.db import db
from app.events.models import Event
from app.events.words import EventState, Part
from app.signup import consent, telling
from app.signup.contact import Contact
from app.signup.heads import is_frozen
from app.signup.models import AlreadyEnrolled, Enrolment, EnrolmentState, EventFull, GuardianMissing, SignupClosed

_BLANK = re.compile(r"\s+")


def enrol(event: Event, *, name: str, email: str = "", mobile: str = "", unit: str = "", language: str = "zh",
          consent_text: str = "", guardian: str = "", guardian_text: str = "", form_key: str | None = None,
          as_of: datetime) -> Enrolment:
    """The enrolment of `name` in `event`; sent twice with one `form_key` it is the same one. Where the event is for
    children under fourteen, `guardian` is who agrees for the child.

    :raises SignupClosed, GuardianMissing, EventFull, AlreadyEnrolled, TooManyLetters, BadContact: nothing is
        written then.
    """
    contact, name_key = Contact.of(email=email, mobile=mobile), name_key_of(name)
    form_key = _key_of_form(form_key, event, contact, name_key)
    _lock(event)
    sent_before = _of_form(form_key)
    if sent_before is not None:
        return sent_before
    require_open(event, as_of)
    if event.is_for_children and not guardian:
        raise GuardianMissing
    known = db.session.scalars(Enrolment.of_person(event.id, contact.key, name_key)).one_or_none()
    if known is not None and known.is_attending:
        raise AlreadyEnrolled(known)
    _require_seat(event)
    if contact.email:
        telling.require_room_for_letter(contact.email, as_of)
    enrolment = known or Enrolment(event=event, contact=contact.key, name_key=name_key)
    enrolment.name, enrolment.unit, enrolment.language = name, unit, language
    enrolment.email, enrolment.mobile, enrolment.form_key = contact.email, contact.mobile, form_key
    enrolment.consent = consent.kept(consent_text or consent.words(language), language, as_of)
    if event.is_for_children:
        said = guardian_text or consent.words(language, purpose=consent.GUARDIAN)
        enrolment.agree_for_child(guardian, consent.kept(said, language, as_of, consent.GUARDIAN), as_of)
    _put_on_the_list(enrolment, as_of)
    return enrolment


def name_key_of(name: str) -> str:
    """Width, case and blanks do not make another person."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", name)).casefold()[:60]


def require_open(event: Event, as_of: datetime) -> None:
    """:raises SignupClosed: saying why."""
    if event.part and Part(event.part).follows_parent and event.parent:
        raise SignupClosed(_("请到“%(title)s”报名。", title=event.parent.title))
    if not event.takes_enrolments:
        raise SignupClosed(_("这个活动不用报名。"))
    if event.state == EventState.CANCELLED:
        raise SignupClosed(_("活动已取消，不再接受报名。"))
    if event.state == EventState.POSTPONED:
        raise SignupClosed(_("活动已延期，新的时间确定后再开放报名。"))
    if not event.takes_enrolments_at(as_of):
        raise SignupClosed(_("报名已经截止。"))
    if is_frozen(event):
        raise SignupClosed(_("上一次的报名名单已过保存期限，不再接受报名。请主办方另建一个活动。"))


def _key_of_form(form_key: str | None, event: Event, contact: Contact, name_key: str) -> str | None:
    """Bound to what was written: whoever goes back in the browser and enters a colleague sends a new form."""
    if not form_key:
        return None
    return hashlib.sha256("\x1f".join((form_key, str(event.id), contact.key, name_key)).encode()).hexdigest()


def _lock(event: Event) -> None:
    """Whoever else enrols here waits, and then counts what we wrote. SQLite holds its one write lock
    since BEGIN IMMEDIATE and knows no FOR UPDATE."""
    db.session.flush()
    db.session.refresh(event, with_for_update=True)


def _of_form(form_key: str | None) -> Enrolment | None:
    if form_key is None:
        return None
    return db.session.scalars(select(Enrolment).where(Enrolment.form_key == form_key)).one_or_none()


def _require_seat(event: Event) -> None:
    if event.capacity is not None and (db.session.scalar(Enrolment.seats_taken(event.id)) or 0) >= event.capacity:
        raise EventFull


def _put_on_the_list(enrolment: Enrolment, as_of: datetime) -> None:
    before = enrolment.state or ""
    enrolment.state, enrolment.withdrawn_at = EnrolmentState.ENROLLED.value, None
    enrolment.consented_at = enrolment.enrolled_at = as_of
    if not enrolment.salt:
        enrolment.seal()
    db.session.add(enrolment)
    db.session.flush()
    enrolment.record("enrolled", as_of, before=before)
    telling.confirm(enrolment, as_of)
