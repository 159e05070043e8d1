"""Two independent readers of letters, asked the same questions: the standard library's, and one written in Rust."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from typing import NamedTuple

import fast_mail_parser

FIELDS = ("Message-ID", "Auto-Submitted", "In-Reply-To", "References", "Content-Language")


class Part(NamedTuple):
    """A part with something in it: kind, disposition, file name and what it holds, decoded."""

    kind: str
    disposition: str
    filename: str
    octets: bytes


class Read(NamedTuple):
    sender: tuple[str, str]
    to: tuple[tuple[str, str], ...]
    subject: str
    fields: tuple[str, ...]
    kinds: tuple[str, ...]  # of all parts, containers first, in their order
    parts: tuple[Part, ...]


def read_with_email(octets: bytes) -> Read:
    letter = message_from_bytes(octets, EmailMessage, policy=policy.SMTP)
    assert [part.defects for part in letter.walk() if part.defects] == []
    return Read(
        _people(letter["From"])[0], _people(letter["To"]), str(letter["Subject"]),
        tuple(str(letter.get(name, "")) for name in FIELDS),
        tuple(part.get_content_type() for part in letter.walk()),
        tuple(Part(part.get_content_type(), part.get_content_disposition() or "inline", part.get_filename() or "",
                   part.get_payload(decode=True)) for part in letter.walk() if not part.is_multipart()))


def read_with_rust(octets: bytes) -> Read:
    letter = fast_mail_parser.parse_email(octets, strict=True)
    assert letter.warnings == []
    parts = list(_walk(fast_mail_parser.parse_email_tree(octets)))
    return Read(
        _mailbox(letter.from_), tuple(_mailbox(one) for one in letter.to), letter.subject,
        tuple(" ".join(letter.headers.get(name, [])) for name in FIELDS),
        tuple(part.content_type for part in parts),
        tuple(Part(part.content_type, part.disposition or "inline", part.filename or "", _octets(part.content))
              for part in parts if not part.children))


READERS: tuple[Callable[[bytes], Read], ...] = (read_with_email, read_with_rust)


def read(octets: bytes) -> Read:
    """What both make of it; they must agree."""
    first, second = (reader(octets) for reader in READERS)
    assert first == second, (first, second)
    return first


def _people(header: object) -> tuple[tuple[str, str], ...]:
    return tuple(getaddresses([str(header)]))


def _mailbox(one: fast_mail_parser.PyAddress) -> tuple[str, str]:
    return one.display_name or "", one.address


def _walk(part: fast_mail_parser.PyMimePart) -> Iterator[fast_mail_parser.PyMimePart]:
    yield part
    for child in part.children:
        yield from _walk(child)


def _octets(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else bytes(content)
