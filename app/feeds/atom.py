"""New events as an Atom feed (RFC 4287): one entry an event, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from app.db import db
from app.events.board import place_of
from app.events.entry import summary_of
from app.events.models import Event
from app.feeds.feed import Feed
from app.feeds.slices import public_in

MOST = 50  # a reader of news keeps what it has seen


def newest(feed: Feed, zone: str) -> Sequence[Event]:
    """The events of the slice that were published last."""
    return db.session.scalars(public_in(feed.slice, feed.window, zone).order_by(None).order_by(
        Event.published_at.desc(), Event.id.desc()).limit(MOST).options(
        joinedload(Event.organization), joinedload(Event.parent), selectinload(Event.in_regions))).unique().all()


def id_of(name: str) -> str:
    """Stable for good: a UUIDv5 (RFC 9562 5.5) of what never changes."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, name)}"


def render(feed: Feed, events: Sequence[Event], base_url: str, changed_at: datetime) -> bytes:
    """In the language in force, which the view makes this feed's. Of people it says nothing."""
    query = f"?{feed.query}" if feed.query else ""
    address, page = f"{base_url}/events.atom{query}", f"{base_url}/" + (query or "")
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{"en" if feed.language == "en" else "zh-CN"}">',
        f"<id>{id_of(address)}</id>", f"<title>{_text(feed.title)}</title>",
        f"<updated>{_moment(max((one.revised_at for one in events), default=changed_at))}</updated>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(address)}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(page)}/>',
        f"<author><name>{_text(_('五进'))}</name></author>"]
    lines += [_entry(event, feed.language, base_url) for event in events]
    return ("\n".join([*lines, "</feed>"]) + "\n").encode()


def _entry(event: Event, language: str, base_url: str) -> str:
    said = "\n".join(part for part in (_when(event), place_of(event, language), event.organization.called(language),
                                       event.reason, event.description) if part)
    return (f"<entry><id>{id_of(event.ical_uid)}</id><title>{_text(summary_of(event, language))}</title>"
            f"<published>{_moment(event.published_at or event.revised_at)}</published>"
            f"<updated>{_moment(event.revised_at)}</updated>"
            f'<link rel="alternate" type="text/html" href={quoteattr(f"{base_url}/events/{event.id}")}/>'
            f"<summary>{_text(said)}</summary></entry>")


def _when(event: Event) -> str:
    span = event.span
    first, last = span.starts_on.isoformat(), span.ends_on.isoformat()
    return first if first == last else f"{first} – {last}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(words: str) -> str:
    """Without what no XML may hold (XML 1.0 2.2)."""
    return escape("".join(sign for sign in words if sign in "\t\n" or (sign >= " " and sign not in "\ufffe\uffff")))
