"""A letter to the mailbox that is read for returns, by which a mail program that knows no one-click stops one of ours
(RFC 2369 3.2). Offered only where that mailbox is read: anywhere else nobody would hear of it."""

from __future__ import annotations

import re
from datetime import datetime
from email import message_from_bytes, policy
from email.utils import parseaddr
from urllib.parse import quote

from flask import current_app

from app.outbox.unsubscribing import NoSuchLink, Reader

WORD = "unsubscribe"
_ASKED = re.compile(rf"\s*{WORD}\s+([A-Za-z0-9_-]{{40,300}})\s*", re.IGNORECASE)


def address_for(reader: Reader) -> str:
    """A mailto: that stops what the one click of the same letter stops; nothing where nobody reads it."""
    mailbox = parseaddr(current_app.config["MAIL_FROM"])[1]
    if not current_app.config["BOUNCE_URL"] or not mailbox.isascii():
        return ""
    return f"mailto:{quote(mailbox, safe='@')}?subject={quote(f'{WORD} {reader.token}')}"


def take(octets: bytes, as_of: datetime) -> bool:
    """Whether the letter asked to stop something. Its subject's token is signed by us, so whose it is does not
    matter; twice is once."""
    try:
        subject = str(message_from_bytes(octets[:65_536], policy=policy.default)["Subject"] or "")
    except Exception:  # whatever comes into a mailbox may be no letter at all
        return False
    found = _ASKED.fullmatch(subject)
    if found is None:
        return False
    try:
        reader = Reader.holding(found[1])
    except NoSuchLink:
        return False
    reader.stop(reader.scope, as_of)
    return True
