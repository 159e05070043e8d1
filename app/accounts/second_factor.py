"""The second factor: one-time codes of a phone (RFC 6238), and recovery codes for the day the phone is gone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from flask_security.utils import get_hmac
from passlib.pwd import genword
from passlib.totp import TOTP, TokenError
from sqlalchemy import BigInteger, ForeignKey, Select, String, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.links import hashed
from app.accounts.models import Person
from app.accounts.passkeys import Passkey
from app.db import Change, Model, db, note
from app.errors import Refused

ISSUER = "Wujin"
RECOVERY_CODES = 10
CLOCKS_DIFFER = 30  # seconds a phone may go wrong, either way


class WrongCode(Refused):
    """Not the code of this moment, or used already."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("验证码不对，或者已经用过。请看手机上现在的 6 位数字。"))


class OneTimeCode(Model):
    """What one phone makes its codes from, encrypted with the installation's key; it counts once confirmed."""

    __tablename__ = "one_time_code"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(500))
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_counter: Mapped[int | None] = mapped_column(BigInteger)

    @classmethod
    def begin(cls, person: Person, as_of: datetime) -> OneTimeCode:
        """A fresh secret to be shown; takes the place of one that was never confirmed."""
        row = db.session.get(cls, person.id, with_for_update=True)
        if row is None:
            row = cls(person_id=person.id)
            db.session.add(row)
        elif row.confirmed_at:
            return row
        row.secret, row.begun_at, row.last_counter = _factory().new().to_json(encrypt=True), as_of, None
        return row

    def address(self, label: str) -> str:
        """otpauth://, as an authenticator app scans it."""
        return str(_factory().from_source(self.secret).to_uri(label.replace(":", " ")))

    @property
    def key(self) -> str:
        """For typing, where no camera is."""
        return str(_factory().from_source(self.secret).pretty_key())

    def check(self, code: str, as_of: datetime) -> None:
        """:raises WrongCode: when it is not this moment's, or was used before."""
        try:
            match = _factory().verify(code.replace(" ", ""), self.secret, time=as_of, window=CLOCKS_DIFFER,
                                      last_counter=self.last_counter)
        except (TokenError, ValueError) as error:
            raise WrongCode from error
        self.last_counter = match.counter


class RecoveryCode(Model):
    """One of the codes shown once; only a keyed digest of it is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("person_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    digest: Mapped[str] = mapped_column(String(100))
    used_at: Mapped[datetime | None]

    @classmethod
    def left(cls, person: Person) -> Select[RecoveryCode]:
        return select(cls).where(cls.person_id == person.id, cls.used_at.is_(None))


def is_set_up(person: Person) -> bool:
    code = db.session.get(OneTimeCode, person.id)
    return bool(code and code.confirmed_at) or bool(db.session.scalar(
        select(func.count()).select_from(Passkey).where(Passkey.person_id == person.id)))


def confirm(person: Person, code: str, as_of: datetime) -> list[str]:
    """The phone shows the right code: from now on it is asked. Gives the recovery codes, to be shown once.

    :raises WrongCode: when it does not.
    """
    row = db.session.get(OneTimeCode, person.id, with_for_update=True)
    if row is None or row.confirmed_at:
        raise WrongCode
    row.check(code, as_of)
    row.confirmed_at = as_of
    note(Change(person, "second_factor_added", as_of, after={"kind": "one_time_code"}))
    return renew_recovery_codes(person, as_of)


def check(person: Person, typed: str, as_of: datetime) -> str:
    """Six digits of the phone, or a recovery code, which is spent by it; says which it was.

    :raises WrongCode: when it is neither.
    """
    plain = typed.strip().lower().replace(" ", "").replace("-", "")
    row = db.session.get(OneTimeCode, person.id, with_for_update=True, populate_existing=True)
    if len(plain) == 6 and row is not None and row.confirmed_at:
        row.check(plain, as_of)
        return "one_time_code"
    recovery = db.session.scalars(
        RecoveryCode.left(person).where(RecoveryCode.digest == _digest(plain)).with_for_update()).one_or_none()
    if recovery is None:
        raise WrongCode
    recovery.used_at = as_of
    note(Change(person, "recovery_code_used", as_of))
    return "recovery_code"


def renew_recovery_codes(person: Person, as_of: datetime) -> list[str]:
    """Ten new ones; the old ones open nothing any more."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = genword(length=12, charset="hex", returns=RECOVERY_CODES)
    db.session.add_all(RecoveryCode(person_id=person.id, digest=_digest(code)) for code in codes)
    note(Change(person, "recovery_codes_renewed", as_of))
    return ["-".join((code[:4], code[4:8], code[8:])) for code in codes]


def remove(person: Person, as_of: datetime) -> None:
    """All of it. Safe to call twice."""
    if not is_set_up(person):
        return
    for table in (OneTimeCode, RecoveryCode, Passkey):
        db.session.execute(delete(table).where(table.person_id == person.id))
    note(Change(person, "second_factor_removed", as_of))


def _factory() -> Any:
    """The key is the installation's: whoever has the database alone has no codes."""
    key = hashed(f"one-time-codes {current_app.config['SECRET_KEY']}")
    return TOTP.using(issuer=ISSUER, secrets={"1": key})


def _digest(code: str) -> str:
    return get_hmac(f"recovery {code}").decode()
