"""What comes back: a mail server's report that a letter did not arrive (RFC 3464), or a reader's that it was not
wanted (RFC 5965). It counts only where it names the Message-ID of a letter that left, which nobody can make up."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, Message

from app.db import db
from app.outbox.answers import read as read_answer
from app.outbox.models import Attempt, Delivery, DeliveryState, Suppression, address_hash
from app.outbox.storms import pause_if_stormy

LARGEST = 512 * 1024  # octets
_ID = re.compile(r"<[^<>\s]{1,190}>")
_SENT = (DeliveryState.ACCEPTED.value, DeliveryState.AMBIGUOUS.value)


@dataclass(frozen=True, slots=True)
class Report:
    """`message_id`: of our letter. `address`: where it did not arrive, if told. `status`: RFC 3463, "5.1.1"; empty in
    a complaint."""

    message_id: str
    address: str
    status: str
    words: str

    @property
    def is_complaint(self) -> bool:
        return not self.status

    @property
    def bars(self) -> str:
        """Why nobody should write there again: the kind of suppression, or nothing."""
        if self.is_complaint:
            return "complaint"
        code, said = int(self.status[0] + "50"), f"{self.status} {self.words}"
        return "hard" if read_answer(code, said).is_unknown_address else ""


def read(octets: bytes) -> Report | None:
    """The report in a letter; None where it is none: an answer in somebody's absence, a delay, a person's words."""
    if len(octets) > LARGEST:
        return None
    try:
        message = email.message_from_bytes(octets, policy=policy.default)
        return _read(message)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError):
        return None  # the standard parser raises these on what it does not understand


def take(report: Report, as_of: datetime) -> bool:
    """Notes it once on the letter it is about; whether there was one. The caller commits."""
    letter = db.session.scalars(Delivery.known_as(report.message_id).limit(1)).one_or_none()
    if letter is None or (report.address and report.address != letter.address.casefold()):
        return False
    if letter.state in _SENT:
        letter.bounce(_sentence(report))
        db.session.add(Attempt(delivery_id=letter.id, at=as_of, code=None, answer=_sentence(report)))
        pause_if_stormy(letter.cause, as_of)
    elif not (report.is_complaint and letter.state == DeliveryState.BOUNCED):
        return False
    if report.bars and db.session.get(Suppression, address_hash(letter.address)) is None:
        db.session.add(Suppression(address_hash=address_hash(letter.address), kind=report.bars, since=as_of,
                                   evidence=_sentence(report)))
    return True


def _sentence(report: Report) -> str:
    told = "收件人投诉为垃圾邮件" if report.is_complaint else f"被退回 {report.status} {report.words}"
    return told.strip()[:300]


def _read(message: EmailMessage) -> Report | None:
    kind = str(message.get_param("report-type", "") or "").casefold()
    if message.get_content_type() != "multipart/report" or kind not in ("delivery-status", "feedback-report"):
        return None
    parts = list(message.walk())
    found = next(_ids(parts[1:]), "")
    if not found:
        return None
    if kind == "feedback-report":
        return Report(found, "", "", "")
    for fields in _recipients(parts):
        if str(fields.get("Action", "")).strip().casefold() != "failed":
            continue  # delayed, relayed, expanded: not the end
        status = re.search(r"[45]\.\d{1,3}\.\d{1,3}", str(fields.get("Status", "")))
        if status:
            return Report(found, _address(fields), status[0], _plain(str(fields.get("Diagnostic-Code", ""))))
    return None


def _ids(parts: list[Message]) -> Iterator[str]:
    """Of the letter that is sent back, whole or as its headers alone (text/rfc822-headers)."""
    for part in parts:
        if part.get_content_type() == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            part = email.message_from_bytes(text if isinstance(text, bytes) else b"", policy=policy.default)
        if known := _ID.search(str(part.get("Message-ID", ""))):
            yield known[0]


def _recipients(parts: list[Message]) -> Iterator[Message]:
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            yield from (one for one in blocks if isinstance(one, Message)) if isinstance(blocks, list) else ()


def _address(fields: Message) -> str:
    told = str(fields.get("Original-Recipient") or fields.get("Final-Recipient") or "")
    return told.rpartition(";")[2].strip().strip("<>").casefold()


def _plain(words: str) -> str:
    return " ".join(words.rpartition(";")[2].split())[:200]
