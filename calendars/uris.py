"""Addresses as readers can use them: absolute and ASCII (RFC 5545 3.3.13, RFC 3986, RFC 6068)."""

import re
from urllib.parse import quote, urlsplit, urlunsplit

from calendars.contentline import plain
from calendars.errors import UnusableMailbox, UnusableUri

WEB = ("https", "http")
MEETING = (*WEB, "tel", "sip", "sips", "xmpp")

_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_MAILBOX = re.compile(r"[^\s@<>\x00-\x1f\x7f-\x9f]{1,64}@[^\s@<>\x00-\x1f\x7f-\x9f]{1,255}")


def absolute(uri: str, schemes: tuple[str, ...] = WEB) -> str:
    """The address with everything but ASCII percent-encoded (RFC 3986 2.1), the host in IDNA."""
    try:
        parts = urlsplit(plain(uri))
        host = _ascii_host(parts.netloc)
    except (ValueError, UnicodeError) as error:
        raise UnusableUri(uri) from error
    if parts.scheme not in schemes or (parts.scheme in WEB and not parts.hostname):
        raise UnusableUri(uri)
    path, query, fragment = (_encoded(part) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host, path, query, fragment))


def mailto(address: str) -> str:
    """`mailto:` and the address, left as it is wherever RFC 6068 2 allows: programs compare it with To."""
    if not _MAILBOX.fullmatch(address):
        raise UnusableMailbox(address)
    return "mailto:" + quote(address, safe="@!$'*+=~/")


def _ascii_host(netloc: str) -> str:
    if netloc.isascii():
        return _encoded(netloc, also="[]")
    account, at, host = netloc.rpartition("@")
    return _encoded(account) + at + host.encode("idna").decode()


def _encoded(part: str, also: str = "") -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe="%/?:@!$&'()*+,;=~" + also)
