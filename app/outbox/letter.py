"""What a room writes and the outbox posts: a letter apart from its posting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_PLACE = re.compile(r"\{\{([a-z_]+)\}\}")
_GIVES_WAY = re.compile("\x04([^\x04\x05]*)\x05")
LONGEST_SUBJECT = 60  # signs: a phone shows half of them
SEEN = 6  # of a title that is shortened there stays at least so much


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of one letter in one language, with `{{name}}` places for the recipient's fields.

    `name` says which letter it is, room first: `signup.confirmation`. `calendar` is an iCalendar
    object as bytes, `calendar_method` its METHOD in upper case (RFC 6047 2.4).
    """

    name: str
    language: str
    subject: str
    text: str
    html: str
    calendar: bytes = b""
    calendar_method: str = ""
    wording: str = ""  # the version of an office's own words in it


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a letter is for. `address` is normalised and is what makes two recipients the same."""

    address: str
    name: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def filled(text: str, fields: Mapping[str, str]) -> str:
    """Puts the recipient's fields in: fixed names, plain replacement; an unknown place becomes empty."""
    return _PLACE.sub(lambda found: fields.get(found[1], ""), text) if "{{" in text else text


def shown(text: str, fields: Mapping[str, str]) -> str:
    """As `filled`, for who looks on: what is put in only as the letter leaves is told as such."""
    return _PLACE.sub(lambda found: fields.get(found[1]) or _("［寄出时填入］"), text)


def one_line(text: str) -> str:
    """A header's value: no line break or control character can get into it."""
    return text.strip() if text.isprintable() else _BREAKS.sub(" ", text).strip()


def place(name: str) -> str:
    """A place for the recipient's field `name`, as a template prints it. Its signs can be typed by nobody:
    forms refuse control characters."""
    return f"\x02{name}\x03"


def sealed(text: str) -> str:
    """Rendered words whose places are those made by `place` alone: `{{name}}` typed into a title stays words."""
    return (text.replace("{{", "{ {").replace("\x02", "{{").replace("\x03", "}}")
            .replace("\x04", "").replace("\x05", ""))


def giving_way(title: str) -> str:
    """A title within a subject: of one too long, it is this that is shortened, not what stands behind it."""
    return f"\x04{title}\x05"


def subject_of(text: str) -> str:
    """Rendered words as a letter's subject: one line, sealed, at most `LONGEST_SUBJECT` signs."""
    whole = one_line(sealed(text))
    over = len(whole) - LONGEST_SUBJECT
    if over <= 0:
        return whole
    if (found := _GIVES_WAY.search(text)) and len(title := one_line(found[1])) > over + SEEN:
        short = f"{title[:len(title) - over - 1].rstrip()}…"
        return one_line(sealed(text[:found.start()] + short + text[found.end():]))
    cut = whole[:LONGEST_SUBJECT - 1]
    if cut.rfind("{{") > cut.rfind("}}"):  # never half a place
        cut = cut[:cut.rfind("{{")]
    return f"{cut.rstrip(' {')}…"
