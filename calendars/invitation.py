"""One entry as the calendar part of a letter to one person (iTIP, RFC 5546; iMIP, RFC 6047)."""

from dataclasses import dataclass, replace
from datetime import datetime

from calendars.contentline import fold, parameter
from calendars.entry import END, Entry, Status, render_alarms, render_properties
from calendars.errors import UnknownPartstat
from calendars.feed import CLOSING, opening
from calendars.moments import require_aware
from calendars.timezones import zone_blocks
from calendars.uris import mailto

PARTSTATS = ("NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A calendar user (RFC 5545 3.3.3): the address must equal the letter's From or To to the letter."""

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        mailto(self.address)


def render_request(
    entry: Entry,
    organizer: Mailbox,
    attendee: Mailbox,
    product_id: str,
    *,
    partstat: str = "ACCEPTED",
    rsvp: bool = False,
    sent: datetime | None = None,
) -> bytes:
    """An invitation or its update, told to one attendee alone (RFC 5546 3.2.2).

    `sent` is the letter's own DTSTAMP where it should differ from the entry's. Without a mailbox that reads
    replies leave `rsvp` off.
    """
    if partstat not in PARTSTATS:
        raise UnknownPartstat(partstat)
    answer = f";PARTSTAT={partstat};RSVP={'TRUE' if rsvp else 'FALSE'}"
    return _message("REQUEST", entry, organizer, attendee, answer, product_id, sent)


def render_cancel(
    entry: Entry, organizer: Mailbox, attendee: Mailbox, product_id: str, *, sent: datetime | None = None
) -> bytes:
    """The same event taken back from one attendee (RFC 5546 3.2.5); its sequence must have been raised."""
    cancelled = replace(entry, status=Status.CANCELLED)
    return _message("CANCEL", cancelled, organizer, attendee, "", product_id, sent)


def _message(
    method: str,
    entry: Entry,
    organizer: Mailbox,
    attendee: Mailbox,
    answer: str,
    product_id: str,
    sent: datetime | None,
) -> bytes:
    if sent is not None:
        require_aware("sent", sent)
    return b"".join(
        (
            opening(product_id),
            f"METHOD:{method}\r\n".encode(),
            zone_blocks((entry.zone,)),
            b"BEGIN:VEVENT\r\n",
            render_properties(entry, sent or entry.stamp),
            fold(f"ORGANIZER{_name(organizer)}:{mailto(organizer.address)}"),
            fold(f"ATTENDEE{_name(attendee)};ROLE=REQ-PARTICIPANT{answer}:{mailto(attendee.address)}"),
            render_alarms(entry),
            END,
            CLOSING,
        )
    )


def _name(mailbox: Mailbox) -> str:
    return parameter("CN", mailbox.name)
