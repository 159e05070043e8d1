"""A password was forgotten: a letter whose link is made as it leaves, is kept nowhere, and dies with the password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_security.recoverable import generate_reset_password_token, reset_password_token_status

from app.accounts.failures import Bound, LockedOut, take_try
from app.accounts.links import hashed
from app.accounts.models import Person
from app.accounts.passwords import EarlierPassword
from app.contact import BadContact, Contact
from app.db import Change, db, note
from app.errors import Refused
from app.outbox import posting
from app.outbox.letter import Letter, Recipient, place, sealed, subject_of
from app.outbox.models import Delivery

NAME = "accounts.recovery"
LIVES = timedelta(hours=1)
LETTERS_AN_HOUR = 5
PLACES = {name: place(name) for name in ("name", "recovery_url")}
_GAP = re.compile(r"\n{3,}")


class RecoverySpent(Refused):
    """Used, too old, or never made by us: the same answer for each."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("这个找回密码的链接已用过或已过期，请再要一封信。"))


def ask(typed: str, language: str, as_of: datetime) -> None:
    """Posts the letter if there is somebody to read it. For nobody the same is done but for the posting, and
    more than a few an hour to one address are not posted; nobody can tell which it was."""
    try:
        address = Contact.read(typed).email
    except BadContact:
        address = ""
    words = letter(language)
    person = db.session.scalars(Person.with_email(address)).one_or_none()
    try:
        take_try([Bound(f"recovery:{hashed(address or typed)[:64]}", LETTERS_AN_HOUR, timedelta(hours=1))], as_of)
    except LockedOut:
        return
    if person is None or not person.active or not person.email:
        return
    posting.stop(_about(person), NAME, "已另发一封")
    posting.post(words, Recipient(person.email, person.name), cause=f"recovery:{person.id}:{as_of.isoformat()}",
                 about=_about(person), as_of=as_of, useful_until=as_of + LIVES)
    note(Change(person, "recovery_asked", as_of))


def letter(language: str) -> Letter:
    with force_locale(language):
        words = {"place": PLACES, "language_of_letter": language, "subject": subject_of(_("找回五进工作台的密码"))}
        path = "accounts/letters/recovery"
        return Letter(name=NAME, language=language, subject=words["subject"],
                      text=_GAP.sub("\n\n", sealed(render_template(f"{path}.txt", **words))).strip() + "\n",
                      html=sealed(render_template(f"{path}.html", **words)))


def gate(delivery: Delivery, as_of: datetime) -> str:
    """Why the letter must not leave any more."""
    person = _reader(delivery)
    if person is None or not person.active:
        return "账号已停用"
    newest = db.session.scalars(EarlierPassword.of(person).limit(1)).one_or_none()
    return "密码已经换过" if newest and newest.set_at >= delivery.posted_at else ""


def late_fields(delivery: Delivery, as_of: datetime) -> Mapping[str, str]:
    """A second try makes another link to the same end: the first password set through one closes both."""
    person = _reader(delivery)
    if person is None:
        raise LookupError(delivery.about)
    token = generate_reset_password_token(person)
    return {"recovery_url": f"{current_app.config['BASE_URL']}/sign-in/recovery/{token}"}


def person_of(token: str) -> Person:
    """:raises RecoverySpent: unless it is one of ours, an hour old at most, for the present password."""
    expired, invalid, person = reset_password_token_status(token[:500])
    if expired or invalid or person is None or not person.active:
        raise RecoverySpent
    return person  # type: ignore[no-any-return]


def _about(person: Person) -> str:
    return f"person:{person.id}"


def _reader(delivery: Delivery) -> Person | None:
    return db.session.get(Person, int(delivery.about.removeprefix("person:")))
