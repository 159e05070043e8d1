"""A letter as bytes to send: multipart as iMIP readers expect it (RFC 6047), every part in base64.

The words are made ready once for all who get the same ones; a recipient's fields cost microseconds then.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

import css_inline
from markupsafe import escape

from app.outbox.letter import filled, one_line
from app.outbox.models import Delivery, LetterContent

_ADDRESS = re.compile(r"[^\s<>()\[\],:;\\\"@\x00-\x20\x7f]{1,64}@[^\s<>()\[\],:;\\\"@\x00-\x20\x7f]{1,253}")
_LINK = re.compile(r"https?://[^\s<>\"']+")
UNSUBSCRIBE = "unsubscribe_url"  # the field that holds the address of its one click
UNSUBSCRIBE_BY_MAIL = "unsubscribe_mailto"  # the same by a letter, where one is read
THREAD = "thread"  # the field that holds the Message-ID of the letter which this one follows
# What is for dark mail programs cannot stand on an element, and stays a rule.
_LINKED = "color: #1d4f9e"  # as the letters' own; the rules for dark programs are stronger
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


class Unsendable(ValueError):
    """An address that no mail server can be told."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One letter's words, made ready."""

    subject: str
    text: str
    html: str
    calendar: bytes
    method: str
    language: str

    @classmethod
    def of(cls, content: LetterContent) -> Prepared:
        html = _inliner.inline(content.html) if content.html else ""
        return cls(content.subject, content.text, html, bytes(content.calendar), content.calendar_method.upper(),
                   content.language)

    def to(self, delivery: Delivery, *, sender: str, at: datetime, late: Mapping[str, str] | None = None) -> bytes:
        """The message for one recipient, CRLF and ASCII throughout; `sender` is MAIL_FROM, `at` the Date, `late`
        what the ledger does not hold (see `late.py`)."""
        fields = {"name": delivery.name, **delivery.fields, **(late or {})}
        letter = _part(b'text/plain; charset=utf-8', filled(self.text, fields).encode())
        parts = [letter]
        if self.html:
            parts.append(_part(b"text/html; charset=utf-8", in_html(self.html, fields).encode()))
        if self.calendar:
            parts.append(_part(f"text/calendar; charset=utf-8; method={self.method}".encode(), self.calendar))
        mark = hashlib.sha256(delivery.message_id.encode()).hexdigest()[:24].encode()
        body = _multipart(b"alternative", b"=_a" + mark, parts) if len(parts) > 1 else letter
        if self.calendar:
            body = _multipart(b"mixed", b"=_m" + mark, [body, _attached(self.calendar)])
        return self._headers(delivery, fields, sender, at) + b"MIME-Version: 1.0\r\n" + body

    def _headers(self, delivery: Delivery, fields: Mapping[str, str], sender: str, at: datetime) -> bytes:
        lines = {
            "From": _sender(sender),
            "To": _mailbox(one_line(delivery.name), delivery.address),
            "Subject": _words(one_line(filled(self.subject, fields))),
            "Date": _date(at, at.utcoffset()),
            "Message-ID": delivery.message_id,
            "Auto-Submitted": "auto-generated",
            "Content-Language": "en" if self.language == "en" else "zh-CN",
        }
        if earlier := one_line(fields.get(THREAD, "")):
            # An update stands under the letter that came first (RFC 5322 3.6.4).
            lines |= {"In-Reply-To": earlier, "References": earlier}
        if link := one_line(fields.get(UNSUBSCRIBE, "")):
            # RFC 8058 3.1: both, so that a mail program may offer it without opening a page.
            mail = one_line(fields.get(UNSUBSCRIBE_BY_MAIL, ""))
            ways = f"<{link}>,\r\n <{mail}>" if mail else f"<{link}>"
            lines |= {"List-Unsubscribe": ways, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode("ascii")


def message_id(delivery: Delivery, key: str, host: str) -> str:
    """The same for every try of one delivery, so that copies can be known as such; tells nothing of anybody."""
    words = f"{delivery.id}\x1f{delivery.cause}\x1f{delivery.address}"
    return f"<{hmac.new(key.encode(), words.encode(), hashlib.sha256).hexdigest()[:32]}@{host}>"


def envelope(address: str) -> str:
    """The address as a mail server may be told it: one mailbox, ASCII, nothing that ends a command.

    :raises Unsendable: for anything else.
    """
    local, at, domain = address.rpartition("@")
    try:
        plain = f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise Unsendable(address) from error
    if not (plain.isascii() and _ADDRESS.fullmatch(plain)):
        raise Unsendable(address)
    return plain


def in_html(text: str, fields: Mapping[str, str]) -> str:
    """The recipient's fields put in as text, never as markup. Lines stay lines, and the addresses in them and in
    fields named `..._links` can be followed; any other field may stand within an attribute."""
    return filled(text, {name: _as_links(value) if name.endswith("_links") or "\n" in value else str(escape(value))
                         for name, value in fields.items()})


def _as_links(value: str) -> str:
    lines = str(escape(value)).split("\n")
    return "<br>".join(_LINK.sub(_linked, line) for line in lines)


def _linked(found: re.Match[str]) -> str:
    return f'<a href="{found[0]}" style="{_LINKED}">{found[0]}</a>'


@lru_cache(maxsize=8)  # many letters leave in one second; equal moments have other words elsewhere
def _date(at: datetime, ahead: timedelta | None) -> str:
    return format_datetime(at)


@lru_cache(maxsize=8)
def _sender(mail_from: str) -> str:
    return _mailbox(*parseaddr(one_line(mail_from)))


def _mailbox(name: str, address: str) -> str:
    plain = envelope(address)
    if name.isascii():
        return formataddr((name, plain))
    coded = _words(name)
    fold = "\r\n" if "\r\n" in coded else ""
    return f"{coded}{fold} <{plain}>"


@lru_cache(maxsize=1024)  # a batch has one subject, or few
def _words(text: str) -> str:
    """RFC 2047, folded; ASCII stays as it is."""
    return Header(text, "us-ascii" if text.isascii() else "utf-8", header_name="Subject").encode(linesep="\r\n")


def _part(kind: bytes, words: bytes, more: bytes = b"") -> bytes:
    coded = binascii.b2a_base64(words, newline=False)
    lines = b"\r\n".join([coded[at:at + 76] for at in range(0, len(coded), 76)])
    return b"Content-Type: " + kind + b"\r\n" + more + b"Content-Transfer-Encoding: base64\r\n\r\n" + lines + b"\r\n"


def _attached(calendar: bytes) -> bytes:
    return _part(b'application/ics; name="invite.ics"', calendar,
                 b'Content-Disposition: attachment; filename="invite.ics"\r\n')


def _multipart(kind: bytes, boundary: bytes, parts: list[bytes]) -> bytes:
    head = b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n\r\n'
    return (head + b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
            + b"--" + boundary + b"--\r\n")
