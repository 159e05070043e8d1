"""Passwords: what a good one is, setting one, and checking one in the same time whoever asks."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_security import hash_password, verify_password
from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.guessing import is_guessed_first
from app.accounts.models import Person
from app.db import Change, Model, db, note
from app.errors import Refused

SHORTEST, LONGEST = 10, 128
NO_REUSE_OF = 5


class BadPassword(Refused):
    """A password that may not be set; the sentence says what to do."""

    status = 422


class EarlierPassword(Model):
    """The hash of a password somebody has or had, so that it does not come back too soon."""

    __tablename__ = "earlier_password"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    hash: Mapped[str] = mapped_column(String(255))
    set_at: Mapped[datetime]

    @classmethod
    def of(cls, person: Person) -> Select[EarlierPassword]:
        """Newest first, the present one among them."""
        return select(cls).where(cls.person_id == person.id).order_by(cls.set_at.desc(), cls.id.desc())


def set_password(person: Person, password: str, as_of: datetime) -> None:
    """Sets it and ends every session and every link: whoever else was signed in is so no longer.

    :raises BadPassword: when it breaks a rule.
    """
    password = normalised(password)
    check_rules(person, password)
    earlier = db.session.scalars(EarlierPassword.of(person)).all()
    known = [row.hash for row in earlier[:NO_REUSE_OF]]
    if person.password and person.password not in known:
        known.append(person.password)
    if any(verify_password(password, one) for one in known):
        raise BadPassword(_("最近用过的 %(count)d 个密码不能再用，请换一个。", count=NO_REUSE_OF))
    for row in earlier[NO_REUSE_OF - 1:]:
        db.session.delete(row)
    person.password = hash_password(password)
    person.fs_uniquifier = secrets.token_hex(32)  # what sessions and recovery links are bound to
    db.session.add(EarlierPassword(person_id=person.id, hash=person.password, set_at=as_of))
    person.end_access(as_of)
    note(Change(person, "password_set", as_of))


def check_rules(person: Person, password: str) -> None:
    """:raises BadPassword: when it is too short, too long, or can be guessed from the person."""
    if len(password) < SHORTEST:
        raise BadPassword(_("密码至少要 %(count)d 个字符。", count=SHORTEST))
    if len(password) > LONGEST:
        raise BadPassword(_("密码最长 %(count)d 个字符。", count=LONGEST))
    if len(set(password)) < 4:
        raise BadPassword(_("密码太简单，同样的字符太多，请换一个。"))
    plain = password.casefold()
    for word in (person.name, (person.email or "").partition("@")[0], person.email, person.mobile):
        if word and len(word) > 1 and normalised(word).casefold() in plain:
            raise BadPassword(_("密码里不要有您的姓名、邮箱或手机号。"))
    if is_guessed_first(password):
        raise BadPassword(_("这个密码太常见，容易被猜中：不要只用连着的键、常用词、名字加年份。"
                            "换成几个不相干的词，或者加几个别的字符。"))


def is_right(password: str, hash: str | None) -> bool:
    """As slow for somebody who does not exist, or has no password, as for somebody who has."""
    if hash is None:
        hash_password(normalised(password))
        return False
    return bool(verify_password(normalised(password), hash))


def is_older_than(person: Person, days: int, as_of: datetime) -> bool:
    newest = db.session.scalars(EarlierPassword.of(person).limit(1)).one_or_none()
    return newest is not None and as_of - newest.set_at >= timedelta(days=days)


def normalised(password: str) -> str:
    """The same characters, however the keyboard composed them."""
    return unicodedata.normalize("NFKC", password)
