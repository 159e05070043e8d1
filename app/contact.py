"""How somebody can be reached: an e-mail address or a mainland mobile number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _

from app.errors import Refused

_MOBILE = re.compile(r"(?:\+86|0086)?(1[3-9][0-9]{9})")
_FILLING = re.compile(r"[ \-\u3000]")

ERASED = "erased:"  # stands for a contact that was, in columns where each must differ


class BadContact(Refused):
    """Neither an address a letter can go to nor a mobile number."""

    status = 422


@dataclass(frozen=True, slots=True)
class Contact:
    """Normalised, so that two ways of writing one mailbox or number are the same person."""

    email: str = ""
    mobile: str = ""

    @classmethod
    def read(cls, text: str) -> Contact:
        """From the one field of the form. :raises BadContact: with a sentence telling what to write."""
        return cls.of(email=text) if "@" in text or "＠" in text else cls.of(mobile=text)

    @classmethod
    def of(cls, *, email: str = "", mobile: str = "") -> Contact:
        if not email and not mobile:
            raise BadContact(_("请填写手机号或邮箱。"))
        return cls(_address(email) if email else "", _number(mobile) if mobile else "")

    @property
    def key(self) -> str:
        return self.email or self.mobile


def masked(contact: str) -> str:
    """138****1234, li***@example.org: enough to recognise, not enough to write to."""
    if contact.startswith(ERASED):
        return _("（已删除）")
    if "@" in contact:
        name, _at, host = contact.partition("@")
        return f"{name[:2 if len(name) > 2 else 1]}***@{host}"
    return f"{contact[:3]}****{contact[-4:]}"


def _address(text: str) -> str:
    """Lower-cased and in ASCII, the host in IDNA, as it stands in To and in the calendar's ATTENDEE."""
    try:
        found = validate_email(text.strip(" "), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise BadContact(_("邮箱地址不对，请检查后再填，例如 name@example.org。")) from error
    return (found.ascii_email or found.normalized).lower()


def _number(text: str) -> str:
    found = _MOBILE.fullmatch(_FILLING.sub("", unicodedata.normalize("NFKC", text)))
    if found is None:
        raise BadContact(_("请填写 11 位手机号，或一个邮箱地址。"))
    return found[1]
