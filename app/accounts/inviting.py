"""The letter that lets somebody in. Its link is made as the letter leaves; nobody but its reader ever sees it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from app.accounts.links import LINK_LIVES, SignInLink, hashed
from app.accounts.models import Person
from app.db import db
from app.outbox import posting
from app.outbox.letter import Letter, Recipient, place, sealed, subject_of
from app.outbox.models import Delivery

NAME = "accounts.invitation"
PLACES = {name: place(name) for name in ("name", "link_url")}
_GAP = re.compile(r"\n{3,}")


def post(person: Person, as_of: datetime) -> bool:
    """Puts the invitation into the ledger, in place of one that still waits; whether there is an address."""
    if not person.email:
        return False
    db.session.flush()
    posting.stop(f"person:{person.id}", NAME, "已另发一封")
    _post(person, letter(person.language), as_of)
    return True


def post_all(people: Iterable[Person], as_of: datetime) -> None:
    """To many who have just been brought in: the words are made once, and looked for once they are there."""
    reached = [one for one in people if one.email]
    letters = {language: letter(language) for language in {one.language for one in reached}}
    for words in letters.values():
        posting.content_of(words)
    db.session.flush()
    with db.session.no_autoflush:
        for one in reached:
            _post(one, letters[one.language], as_of)


def _post(person: Person, words: Letter, as_of: datetime) -> None:
    posting.post(words, Recipient(person.email or "", person.name), as_of=as_of, useful_until=as_of + LINK_LIVES,
                 cause=f"invitation:{person.id}:{secrets.token_hex(8)}", about=f"person:{person.id}")


def letter(language: str) -> Letter:
    with force_locale(language):
        words = {"place": PLACES, "language_of_letter": language, "days": LINK_LIVES.days,
                 "subject": subject_of(_("请登录五进工作台"))}
        path = "accounts/letters/invitation"
        return Letter(name=NAME, language=language, subject=words["subject"],
                      text=_GAP.sub("\n\n", sealed(render_template(f"{path}.txt", **words))).strip() + "\n",
                      html=sealed(render_template(f"{path}.html", **words)))


def gate(delivery: Delivery, as_of: datetime) -> str:
    """Why the letter need not leave any more."""
    person = _invited(delivery)
    if person is None or not person.active:
        return "账号已停用"
    if person.last_signed_in_at and person.last_signed_in_at >= delivery.posted_at:
        return "已经登录过，不用再寄"
    return ""


def late_fields(delivery: Delivery, as_of: datetime) -> Mapping[str, str]:
    """The same link for every try of one letter: its token is derived, only the hash is kept."""
    person = _invited(delivery)
    if person is None:
        raise LookupError(delivery.about)
    token = _token(delivery)
    if db.session.get(SignInLink, hashed(token)) is None:
        db.session.add(SignInLink(token_hash=hashed(token), person=person, expires_at=as_of + LINK_LIVES))
    return {"link_url": link_url(token)}


def link_url(token: str) -> str:
    return f"{current_app.config['BASE_URL']}/sign-in/{token}"


def _token(delivery: Delivery) -> str:
    words = f"sign-in link\x1f{delivery.id}\x1f{delivery.cause}"
    key = str(current_app.config["SECRET_KEY"]).encode()
    return base64.urlsafe_b64encode(hmac.new(key, words.encode(), hashlib.sha256).digest()).decode().rstrip("=")


def _invited(delivery: Delivery) -> Person | None:
    return db.session.get(Person, int(delivery.about.removeprefix("person:")))
