"""The public feed of a slice: what its address asks for, what it carries, its tag and its bytes."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from werkzeug.datastructures import MultiDict

from app.db import db
from app.errors import BadInput
from app.events.models import Event
from app.events.span import EARLIEST, midnight
from app.feeds.contents import Contents, Part, entries_of
from app.feeds.models import FeedEntry, FeedRevision
from app.feeds.packing import joined, merged, pack
from app.feeds.saved import SavedSlice
from app.feeds.shelf import Shelf
from app.feeds.slices import Slice, Window, public_in
from app.languages import LANGUAGES
from app.signup.letters import PRODUCT
from calendars.entry import Alarm, with_alarm
from calendars.feed import FeedHeader, render_feed
from calendars.moments import duration

FORMAT = "2"  # raise it when entries or the header are written differently
COLOR = "seagreen"
OWN_NAMES = ("since", "lang", "alarm")
LONGEST_ALARM = timedelta(days=14)
_DURATION = re.compile(r"P(?=.)(?:(\d{1,2})D)?(?:T(?=.)(?:(\d{1,3})H)?(?:(\d{1,5})M)?)?")


@dataclass(frozen=True, slots=True)
class Short:
    """The short address of a saved slice, and what its feed is called."""

    slug: str
    title: str
    title_en: str

    @classmethod
    def of(cls, saved: SavedSlice) -> Short:
        return cls(saved.slug, saved.title, saved.title_en)

    def called(self, language: str) -> str:
        return self.title_en if language == "en" and self.title_en else self.title


@dataclass(frozen=True, slots=True)
class Feed:
    """A slice over a window, in a language, perhaps with an alarm. Its address is canonical."""

    slice: Slice
    window: Window
    language: str = "zh"
    alarm: timedelta | None = None
    since: date | None = None
    short: Short | None = None

    @classmethod
    def of(cls, query: MultiDict[str, str], today: date, saved: SavedSlice | None = None) -> Feed:
        """Of a saved slice the query says only what a feed adds to it.

        :raises BadInput: for a name or a value that nobody knows.
        """
        if saved:
            return replace(cls.of(saved.query_with(query, OWN_NAMES), today),
                           short=Short.of(saved))
        wanted = Slice.of(query, also=OWN_NAMES).strict().canonical()
        since = read_since(_single(query, "since"), today)
        return cls(wanted, Window.around(today, since), read_language(_single(query, "lang")),
                   read_alarm(_single(query, "alarm")), since and since.replace(day=1))

    @property
    def query(self) -> str:
        """Canonical: equal feeds have one address."""
        return (Slice() if self.short else self.slice).query(
            since=self.since.isoformat() if self.since else None,
            lang=None if self.language == "zh" else self.language,
            alarm=duration("TRIGGER", self.alarm) if self.alarm else None)

    def address(self, base_url: str) -> str:
        path = f"/s/{self.short.slug}.ics" if self.short else "/calendar.ics"
        return base_url + path + (f"?{self.query}" if self.query else "")

    @property
    def title(self) -> str:
        return _("五进 · %(slice)s", slice=(self.short and self.short.called(self.language)) or self.slice.describe())

    def header(self, base_url: str, zone: str) -> FeedHeader:
        """In the language in force; a view forces this feed's."""
        return FeedHeader(
            title=self.title, source=self.address(base_url), product_id=PRODUCT, zone=zone, color=COLOR,
            language="en" if self.language == "en" else "zh-CN",
            description=_("%(slice)s，%(first)s 至 %(last)s。改期和取消会自动更新。", slice=self.slice.describe(),
                          first=self.window.first.isoformat(), last=self.window.last_day.isoformat()))

    def contents(self, zone: str) -> Contents:
        """What it carries, by start and then UID: what the list shows, and tombstones."""
        departed = self.slice.keep(db.session.execute(self._tombstones(zone).with_only_columns(
            FeedEntry.event_id, FeedEntry.revision, FeedEntry.day, FeedEntry.zone, FeedEntry.octets, FeedEntry.keys)))
        return Contents.of(public_in(self.slice, self.window, zone), departed, self.language)

    def size(self, zone: str) -> tuple[int, int]:
        """How many events it shows, and their octets."""
        listed = entries_of(public_in(self.slice, self.window, zone), self.language)
        count, octets = db.session.execute(listed.with_only_columns(func.count(), func.sum(FeedEntry.octets))).one()
        return count, int(octets or 0)

    def coming(self, zone: str) -> int:
        """How many of them are not over when today begins: those that the list shows without being asked for more."""
        begun = midnight(self.window.today or self.window.first, zone)
        listed = entries_of(public_in(self.slice, self.window, zone).where(Event.ends_at > begun), self.language)
        return db.session.scalar(listed.with_only_columns(func.count())) or 0

    def _tombstones(self, zone: str) -> Select[FeedEntry]:
        first, last = midnight(self.window.first, zone), midnight(self.window.last, zone)
        today = self.window.today or self.window.first
        return select(FeedEntry).join(Event, Event.id == FeedEntry.event_id).where(
            FeedEntry.language == self.language, FeedEntry.is_tombstone.is_(True),
            FeedEntry.stays_until > midnight(today, zone), FeedEntry.ends_at > first, FeedEntry.starts_at < last)

    def tag(self, contents: Contents, revision: FeedRevision, header: FeedHeader) -> str:
        """What the bytes depend on, without the bytes."""
        said = sha256(repr((FORMAT, revision.epoch, header, self.alarm)).encode())
        for part in contents.parts:
            said.update(b"|" + part.made_of.encode())
        return said.hexdigest()[:32]

    def frame(self, contents: Contents, header: FeedHeader) -> tuple[bytes, bytes]:
        """What stands before the entries and what behind."""
        first, last = render_feed(header, (), contents.zones)
        return first, last

    def plain(self, contents: Contents, header: FeedHeader) -> Iterator[bytes]:
        """Its bytes, a part at a time."""
        first, last = self.frame(contents, header)
        yield first
        for _part, bodies in contents.bodies(contents.parts):
            yield b"".join(self._ringing(bodies))
        yield last

    def packed(self, contents: Contents, header: FeedHeader, epoch: str, shelf: Shelf) -> bytes:
        """The same as gzip: parts that were packed before, for whichever slice, come from the shelf."""
        def named(parts: Sequence[Part]) -> tuple[Hashable, ...]:
            """All that their bytes depend on."""
            return epoch, self.language, self.alarm, "|".join(part.made_of for part in parts)

        months = {named(parts): parts for parts in contents.months}
        found = {name: shelf.piece(name) for name in months}
        pieces = {part.first: shelf.piece(named([part])) for name, parts in months.items() if found[name] is None
                for part in parts}
        lacking = [part for part in contents.parts if part.first in pieces and pieces[part.first] is None]
        for part, bodies in contents.bodies(lacking):
            pieces[part.first] = shelf.put(named([part]), pack(self._ringing(bodies)))
        for name, parts in months.items():
            if found[name] is None:
                found[name] = shelf.put(name, merged(pieces[part.first] for part in parts))
        first, last = self.frame(contents, header)
        return joined([pack([first]), *found.values(), pack([last])])

    def _ringing(self, bodies: Iterable[bytes]) -> Iterable[bytes]:
        if self.alarm is None:
            return bodies
        alarm = Alarm(self.alarm, _("活动提醒"))
        return (with_alarm(body, alarm) for body in bodies)

    def modified(self, revision: FeedRevision, zone: str) -> datetime:
        """When it last read differently at the latest: a change, or a day on which something left by itself."""
        return max(revision.changed_at, midnight(self.window.today or self.window.first, zone))


def read_since(text: str, today: date) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise BadInput(_("“since”要写成 2026-04-01 这样的日期。"))
    if not date(EARLIEST + 1, 1, 1) <= day <= today:
        raise BadInput(_("“since”要在 1971-01-01 和今天之间。"))
    return day


def read_language(text: str) -> str:
    if text and text not in LANGUAGES:
        raise BadInput(_("“lang”只能是 zh 或 en。"))
    return text or "zh"


def read_alarm(text: str) -> timedelta | None:
    """How long before the start a reader's program rings, as in RFC 5545 3.3.6: PT1H, P1D, P1DT2H."""
    if not text:
        return None
    found = _DURATION.fullmatch(text)
    days, hours, minutes = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    before = timedelta(days=days, hours=hours, minutes=minutes)
    if found is None or not timedelta(0) < before <= LONGEST_ALARM:
        raise BadInput(_("“alarm”要写成 PT30M、PT1H 或 P1D 这样的提前量，最多 14 天。"))
    return before


def _single(query: MultiDict[str, str], name: str) -> str:
    values = {value.strip() for value in query.getlist(name) if value.strip()}
    if len(values) > 1:
        raise BadInput(_("“%(name)s”只能有一个。", name=name))
    return values.pop() if values else ""
