"""Content lines: text cleaned, escaped, and folded into octets (RFC 5545 3.1, 3.3.11; RFC 6868)."""

import re

LIMIT = 75

# Many readers split lines where Python's splitlines() does, so every kind of line end becomes one "\n".
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_CARETS = str.maketrans({"^": "^^", "\n": "^n", '"': "^'"})
_NEEDS_QUOTES = re.compile("[:;,]")


def plain(text: str) -> str:
    """The text without what RFC 5545 3.1 forbids, its line ends alike, nothing blank around it."""
    return _FORBIDDEN.sub("", _LINE_ENDS.sub("\n", text)).strip()


def escape(text: str) -> str:
    """A TEXT value (RFC 5545 3.3.11)."""
    return plain(text).translate(_ESCAPES)


def parameter(name: str, value: str) -> str:
    """`;NAME=value`, carets for what quotes cannot hold (RFC 6868 3), nothing for an empty value."""
    encoded = plain(value).translate(_CARETS)
    if not encoded:
        return ""
    return f';{name}="{encoded}"' if _NEEDS_QUOTES.search(encoded) else f";{name}={encoded}"


def text_line(name: str, text: str) -> bytes:
    """A property of type TEXT, or nothing at all: readers complain of empty properties (RFC 5545 3.3.11)."""
    value = escape(text)
    return fold(f"{name}:{value}") if value else b""


def fold(line: str) -> bytes:
    """One content line as physical lines of at most 75 octets, CRLF at the end (RFC 5545 3.1).

    Neither a character nor an escape such as `\\n` is cut in two, for readers that unfold badly.
    """
    octets = line.encode()
    if len(octets) <= LIMIT:
        return octets + b"\r\n"
    pieces = []
    start, room = 0, LIMIT
    while len(octets) - start > room:
        cut = _seam(octets, start, start + room)
        pieces.append(octets[start:cut])
        start, room = cut, LIMIT - 1
    pieces.append(octets[start:])
    return b"\r\n ".join(pieces) + b"\r\n"


def _seam(octets: bytes, start: int, cut: int) -> int:
    while octets[cut] & 0xC0 == 0x80:
        cut -= 1
    head = octets[start:cut]
    backslashes = len(head) - len(head.rstrip(b"\\"))
    return cut - backslashes % 2
