"""In front of Flask: a feed that was given before and is still the same is given again, or 304, after one look at
the feeds' revision (RFC 9110 13, 15.4.5).

Only what a public view marks is kept, with the headers that it left with. A look-up that must know who asks has no
place here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import time
from typing import Any

from flask import Flask, request
from werkzeug.http import parse_date, parse_etags

from app.accounts.access import rule_of
from app.feeds.answering import PACKED, TOO_YOUNG
from app.feeds.line import Line, Stamp
from app.feeds.models import FeedRevision

ROOM = 16 * 1024 * 1024  # octets of bodies
OVERHEAD = 4096
MARK = "wujin.feed"
ENDPOINT = "wujin.endpoint"  # what app/keeping/watching.py tells and counts
IN_304 = frozenset({"etag", "cache-control", "content-location", "date", "expires", "vary"})  # RFC 9110 15.4.5

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Mark:
    """What an answer is true of: the feeds' stamp, from when to when, and the view that gave it."""

    stamp: Stamp
    since: float  # seconds since 1970, as the clock of every poll says them
    until: float
    endpoint: str


@dataclass(frozen=True, slots=True)
class Kept:
    mark: Mark
    tag: str
    modified: datetime | None
    headers: Headers
    unchanged: Headers
    body: tuple[bytes, ...] | None  # None where it was never sent, or is too large

    @property
    def size(self) -> int:
        return OVERHEAD + sum(map(len, self.body or ()))

    def is_silent_to(self, environ: dict[str, Any]) -> bool:
        """A date is all that was sent, and the one given with this was too near its change to tell anything."""
        return ("HTTP_IF_NONE_MATCH" not in environ and "HTTP_IF_MODIFIED_SINCE" in environ
                and self.modified is not None
                and self.mark.since - self.modified.timestamp() < TOO_YOUNG.total_seconds())

    def is_known_to(self, environ: dict[str, Any]) -> bool:
        """If-None-Match, where sent, is all that counts (RFC 9110 13.1.3)."""
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is None:
            since = parse_date(environ.get("HTTP_IF_MODIFIED_SINCE"))
            return since is not None and self.modified is not None and self.modified <= since
        if asked == self.tag:
            return True
        known, bare = parse_etags(asked), self.tag.strip('"').removesuffix(PACKED)
        return known.star_tag or known.contains_weak(bare) or known.contains_weak(bare + PACKED)


def keep(revision: FeedRevision, as_of: datetime, until: datetime) -> None:
    """Said by a view that anybody may ask: its answer is true while the feeds' revision is this, until then."""
    request.environ[MARK] = Mark((revision.epoch, revision.revision), as_of.timestamp(), until.timestamp(),
                                 request.endpoint or "")


def init_app(app: Flask) -> None:
    app.extensions["wujin.doorstep"] = app.wsgi_app = Doorstep(app)  # type: ignore[method-assign]


class Doorstep:
    def __init__(self, app: Flask) -> None:
        self.app, self.inner = app, app.wsgi_app
        # Read without a lock, which threads would queue for: getting from a dict is one step.
        self._kept: dict[tuple[str, ...], Kept] = {}
        self._octets, self._lock = 0, Lock()
        self._line = Line(app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path, method, ask = environ["PATH_INFO"], environ["REQUEST_METHOD"], environ.get
        if not path.endswith(".ics") or method not in ("GET", "HEAD"):
            return self.inner(environ, start_response)
        name = (path, ask("QUERY_STRING", ""), ask("HTTP_HOST", ""), ask("HTTP_ACCEPT_ENCODING", ""))
        kept = self._kept.get(name)
        if kept and (mark := kept.mark).since <= time() < mark.until and mark.stamp == self._line.stamp() \
                and not kept.is_silent_to(environ):
            if kept.is_known_to(environ):
                environ[ENDPOINT] = mark.endpoint
                start_response("304 NOT MODIFIED", kept.unchanged)
                return []
            if kept.body is not None:
                environ[ENDPOINT] = mark.endpoint
                start_response("200 OK", kept.headers)
                return kept.body if method == "GET" else []
        return self._fetch(environ, start_response, name)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._octets = 0

    def _fetch(self, environ: dict[str, Any], start_response: Callable[..., Any],
               name: tuple[str, ...]) -> Iterable[bytes]:
        said: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, *rest: Any) -> Any:
            said.append((status, headers))
            return start_response(status, _of_304(headers) if status.startswith("304") else headers, *rest)

        given = self.inner(environ, start)
        mark = environ.get(MARK)
        if mark is None or not said or said[-1][0][:3] not in ("200", "304"):
            return given
        try:
            body = tuple(given)
        finally:
            if hasattr(given, "close"):
                given.close()
        status, headers = said[-1]
        whole = status.startswith("200") and environ["REQUEST_METHOD"] == "GET"
        self._put(name, mark, headers, body if whole else None)
        return body

    def _put(self, name: tuple[str, ...], mark: Mark, headers: Headers, body: tuple[bytes, ...] | None) -> None:
        if rule_of(self.app, mark.endpoint) != "public":
            raise RuntimeError(f"{mark.endpoint} is not for everybody: its answers cannot be kept")
        if body is not None and sum(map(len, body)) > ROOM // 4:
            body = None
        named = {name.lower(): value for name, value in headers}
        kept = Kept(mark, named["etag"], parse_date(named.get("last-modified")), headers,
                    _of_304(headers), body)
        with self._lock:
            # Every change puts what is asked for anew, so that what came first is what nobody asks for.
            self._octets += kept.size - (was.size if (was := self._kept.pop(name, None)) else 0)
            self._kept[name] = kept
            while self._octets > ROOM:
                self._octets -= self._kept.pop(next(iter(self._kept))).size


def _of_304(headers: Headers) -> Headers:
    """What the answer 200 would have said and a cache needs; the rest it keeps of the one it has."""
    return [(name, value) for name, value in headers if name.lower() in IN_304]
