"""The mailbox that MAIL_FROM names, read for reports of what did not arrive, and for letters that ask to stop ours
(IMAP, RFC 3501)."""

from __future__ import annotations

import imaplib
import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from flask import current_app

from app.db import db
from app.outbox import bounces, stopping_by_mail
from config import SettingError

log = logging.getLogger(__name__)

TIMEOUT = 30  # seconds
AT_ONCE = 100  # letters a look
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """BOUNCE_URL taken apart."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    is_tls: bool

    @classmethod
    def parse(cls, address: str) -> Mailbox | None:
        """None where it is empty.

        :raises SettingError: for anything but imap:// and imaps:// with a user
        """
        if not address:
            return None
        parts = urlsplit(address)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username or port == -1:
            raise SettingError("BOUNCE_URL must be imaps://user:password@host:port/FOLDER or imap://...")
        is_tls = parts.scheme == "imaps"
        return cls(parts.hostname, port or (993 if is_tls else 143), unquote(parts.username),
                   unquote(parts.password or ""), unquote(parts.path.strip("/")) or "INBOX", is_tls)

    @contextmanager
    def open(self) -> Iterator[imaplib.IMAP4]:
        """Signed in, the folder chosen."""
        if self.is_tls:
            imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(self.host, self.port, timeout=TIMEOUT,
                                                    ssl_context=ssl.create_default_context())
        else:
            imap = imaplib.IMAP4(self.host, self.port, timeout=TIMEOUT)
        try:
            imap.login(self.user, self.password)
            if imap.select(f'"{self.folder}"')[0] != "OK":
                raise imaplib.IMAP4.error(f"no folder {self.folder}")
            yield imap
        finally:
            try:
                imap.logout()
            except (OSError, imaplib.IMAP4.error):
                imap.shutdown()


def look(as_of: datetime) -> int:
    """Takes the reports not yet seen; how many letters they were about. Commits one by one, then marks each as seen:
    broken off between, it is read again, and a report counts once."""
    mailbox = Mailbox.parse(current_app.config["BOUNCE_URL"])
    if mailbox is None:
        return 0
    db.session.rollback()  # nothing is held open while a server is waited for
    taken = 0
    try:
        with mailbox.open() as imap:
            numbers = imap.uid("SEARCH", "UNSEEN")[1][0].split()[:AT_ONCE]
            for number in numbers:
                octets = _fetch(imap, number)
                if not stopping_by_mail.take(octets, as_of):
                    report = bounces.read(octets)
                    taken += report is not None and bounces.take(report, as_of)
                db.session.commit()
                imap.uid("STORE", number, "+FLAGS", r"(\Seen)")
    except (OSError, imaplib.IMAP4.error) as error:
        log.warning("the mailbox for returned letters cannot be read: %s", error)
    return taken


def _fetch(imap: imaplib.IMAP4, number: bytes) -> bytes:
    """The letter, left unseen; nothing where it is larger than any report."""
    size = _SIZE.search(repr(imap.uid("FETCH", number.decode(), "(RFC822.SIZE)")[1]).encode())
    if size is None or int(size[1]) > bounces.LARGEST:
        return b""
    for part in imap.uid("FETCH", number.decode(), "(BODY.PEEK[])")[1]:
        if isinstance(part, tuple):
            return bytes(part[1])
    return b""
