"""Foreign octets as content lines: their ends, their folds and their characters (RFC 5545 3.1, 3.1.4; RFC 6868)."""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from calendars.errors import TooMuch

_NAME = re.compile("[A-Za-z0-9-]+")
# Each alternative begins with another character, and nothing follows the last group: it never goes back.
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_CARET = re.compile(r"\^([n'^])")
_CARETS = {"n": "\n", "'": '"', "^": "^"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_WORD = re.compile(r"(?:\\.|[^,\\])+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ContentLine:
    """`NAME;PARAMETER=...:value` (RFC 5545 3.1); `number` counts physical lines from 1."""

    number: int
    name: str
    parameters: Mapping[str, str]
    value: str


def unfolded(octets: bytes, most_lines: int) -> list[tuple[int, bytes]]:
    """Logical lines with the number of their first physical one (RFC 5545 3.1).

    Line ends may be CRLF, LF, CR or a mixture. Unfolded before it is decoded, as some writers fold within a
    character.

    :raises TooMuch: for more physical lines than `most_lines`.
    """
    plain = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if plain.count(b"\n") > most_lines:
        raise TooMuch("lines", most_lines)
    pieces: list[tuple[int, list[bytes]]] = []
    for number, line in enumerate(plain.split(b"\n"), 1):
        if line[:1] in (b" ", b"\t") and pieces:
            pieces[-1][1].append(line[1:])
        elif line.strip():
            pieces.append((number, [line]))
    return [(number, b"".join(parts)) for number, parts in pieces]


def without_mark(octets: bytes) -> bytes:
    """UTF-8 without a byte order mark; UTF-16, which only the mark tells, made UTF-8 (RFC 5545 3.1.4)."""
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return octets.decode("utf-16", "replace").encode()
    return octets.removeprefix(codecs.BOM_UTF8)


def encoding_of(lines: list[tuple[int, bytes]]) -> str:
    """UTF-8, which RFC 5545 3.1.4 demands, or GB 18030 if most lines that are not ASCII are no UTF-8."""
    beyond = [line for _, line in lines if not line.isascii()]
    return "utf-8" if 2 * sum(map(_is_utf8, beyond)) >= len(beyond) else "gb18030"


def decoded(line: bytes, encoding: str) -> tuple[str, bool]:
    """The line's characters, and whether all of them could be read."""
    try:
        return line.decode(encoding), True
    except UnicodeDecodeError:
        return line.decode(encoding, "replace"), False


def content_line(number: int, text: str) -> ContentLine | None:
    """The line taken apart (RFC 5545 3.1, parameters by RFC 6868), or nothing where it is none."""
    name = _NAME.match(text)
    if name is None:
        return None
    parameters: dict[str, str] = {}
    at = name.end()
    while found := _PARAMETER.match(text, at):
        parameters.setdefault(found[1].upper(), _uncareted(found[2]))
        at = found.end()
    if text[at:at + 1] != ":":
        return None
    return ContentLine(number, name[0].upper(), parameters, text[at + 1:])


def unescaped(value: str) -> str:
    """A TEXT value as its writer meant it (RFC 5545 3.3.11)."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def words(value: str) -> Iterator[str]:
    """The values of a property that takes several (RFC 5545 3.1.1), still escaped."""
    return (found[0] for found in _WORD.finditer(value))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _uncareted(value: str) -> str:
    return _CARET.sub(lambda found: _CARETS[found[1]], value.replace('"', ""))
