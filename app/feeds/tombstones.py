"""What is left in feeds of an event that was public: its last public entry, said to be off."""

from __future__ import annotations

from datetime import datetime

from app.events.entry import CANCELLED, POSTPONED
from calendars.contentline import fold
from calendars.entry import Status
from calendars.moments import utc_line

FREE = b"TRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n"


def as_tombstone(block: bytes, *, sequence: int, stamp: datetime, language: str) -> bytes:
    """The block cancelled (RFC 5545 3.8.1.11). Made of what was public, for the row may say more by now."""
    lines = block.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]  # unfolded, RFC 5545 3.1
    return b"".join(_line(line, sequence, stamp, language) for line in lines)


def _line(line: str, sequence: int, stamp: datetime, language: str) -> bytes:
    name, _colon, value = line.partition(":")
    match name:
        case "DTSTAMP" | "LAST-MODIFIED":
            return utc_line(name, stamp)
        case "SEQUENCE":
            return f"SEQUENCE:{sequence}\r\n".encode()
        case "SUMMARY":
            called = value.removeprefix(POSTPONED[language]).removeprefix(CANCELLED[language])
            return fold(f"SUMMARY:{CANCELLED[language]}{called}")
        case "STATUS":
            return f"STATUS:{Status.CANCELLED}\r\n".encode()
        case "TRANSP":
            return FREE
        case "X-MICROSOFT-CDO-BUSYSTATUS":
            return b""
    return fold(line)
