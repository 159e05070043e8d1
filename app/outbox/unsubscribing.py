"""Who wants no more letters of a kind: asked at the moment of sending, so that a stop holds at once (RFC 8058).

A scope says what is stopped: `event:7` the reminders of one event, `office:3` those of an office's events,
`topic:…` one followed part of the calendar, `following` all of them, `all` whatever is not owed to somebody.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import Select, String, UniqueConstraint, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Change, Model, db, note
from app.errors import NotThere
from app.outbox.message import UNSUBSCRIBE
from app.outbox.models import Delivery, address_hash

FOLLOWING, ALL = "following", "all"
STOPPED = "收件人已退订"
_MAC, _HASH = 16, 32

# One path for each reason why the letter is sent: the scopes that would end it, the narrowest first.
Paths = Callable[[Delivery], Sequence[Sequence[str]]]


class Unsubscribe(Model):
    """An address, by its SHA-256, to which letters of one scope do not go."""

    __tablename__ = "unsubscribe"
    __table_args__ = (UniqueConstraint("address_hash", "scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64))
    scope: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]

    @classmethod
    def of(cls, hashes: Iterable[str], scopes: Iterable[str] | None = None) -> Select[Unsubscribe]:
        found = select(cls).where(cls.address_hash.in_(list(hashes)))
        return found if scopes is None else found.where(cls.scope.in_(list(scopes)))


class NoSuchLink(NotThere):
    def __init__(self) -> None:
        super().__init__(_("这个退订链接不完整。请从信里重新点一次，或者把整个链接复制过来。"))


@dataclass(frozen=True, slots=True)
class Reader:
    """Who opens a link of a letter: an address by its hash, and what the letter's one click stops."""

    address_hash: str
    scope: str

    @property
    def id(self) -> str:
        """For the audit: enough to tell two apart, and no address."""
        return self.address_hash[:12]

    @property
    def token(self) -> str:
        """Signed, not kept: it opens this page for good, and no address can be read from it."""
        payload = bytes.fromhex(self.address_hash) + self.scope.encode()
        return base64.urlsafe_b64encode(_mac(payload) + payload).decode().rstrip("=")

    @classmethod
    def holding(cls, token: str) -> Reader:
        """:raises NoSuchLink: for what we did not sign."""
        try:
            held = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
            mac, payload = held[:_MAC], held[_MAC:]
            if len(payload) <= _HASH or not hmac.compare_digest(mac, _mac(payload)):
                raise NoSuchLink
            return cls(payload[:_HASH].hex(), payload[_HASH:].decode())
        except (binascii.Error, UnicodeError) as error:
            raise NoSuchLink from error

    def stopped(self) -> set[str]:
        """Every scope that this address has stopped."""
        return set(db.session.scalars(Unsubscribe.of([self.address_hash]).with_only_columns(Unsubscribe.scope)))

    def stop(self, scope: str, as_of: datetime) -> None:
        """From now on nothing of it leaves, what waits neither. Safe to call twice, and twice at once."""
        if scope in self.stopped():
            return
        insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
        for one in _with_what_follows(scope):
            db.session.execute(insert(Unsubscribe).values(
                address_hash=self.address_hash, scope=one, at=as_of).on_conflict_do_nothing())
        note(Change(self, "unsubscribed", as_of, after={"scope": scope}))

    def resume(self, scope: str, as_of: datetime) -> None:
        """Safe to call twice."""
        if scope not in self.stopped():
            return
        db.session.execute(delete(Unsubscribe).where(
            Unsubscribe.address_hash == self.address_hash, Unsubscribe.scope.in_(_with_what_follows(scope))))
        note(Change(self, "resubscribed", as_of, before={"scope": scope}))


def optional(app: Flask, letter: str, paths: Paths) -> None:
    """Called by `create_app`, one line a letter that nobody need get."""
    app.extensions.setdefault("wujin.optional_letters", {})[letter] = paths


def is_optional(letter: str) -> bool:
    return letter in _optional_letters()


def objection(delivery: Delivery) -> str:
    """The reason when its reader has stopped every path by which it comes; else nothing."""
    if not is_optional(delivery.letter):
        return ""
    paths = _optional_letters()[delivery.letter](delivery)
    stopped = set(db.session.scalars(Unsubscribe.of(
        [address_hash(delivery.address)], {scope for path in paths for scope in path})
        .with_only_columns(Unsubscribe.scope)))
    return STOPPED if paths and all(stopped & set(path) for path in paths) else ""


def fields(delivery: Delivery) -> Mapping[str, str]:
    """The link of this letter to this reader; with several paths one click ends what they have in common."""
    paths = _optional_letters()[delivery.letter](delivery)
    if not paths:
        return {}
    return {UNSUBSCRIBE: url(delivery.address, paths[0][0 if len(paths) == 1 else 1])}


def url(address: str, scope: str) -> str:
    return f"{current_app.config['BASE_URL']}/u/{Reader(address_hash(address), scope).token}"


def _optional_letters() -> dict[str, Paths]:
    found: dict[str, Paths] = current_app.extensions.get("wujin.optional_letters", {})
    return found


def _with_what_follows(scope: str) -> list[str]:
    """Who wants nothing at all follows nothing either, until he asks for that again."""
    return [ALL, FOLLOWING] if scope == ALL else [scope]


def _mac(payload: bytes) -> bytes:
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, b"unsubscribe\x1f" + payload, hashlib.sha256).digest()[:_MAC]
