"""A calendar as an HTTP answer: its tag, 304 where nothing changed, gzip where taken (RFC 9110 8.8, 12.5.3, 13)."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import quote

from flask import Response, request

PACKED = "-gzip"
TOO_YOUNG = timedelta(seconds=2)  # a change of which a date in whole seconds says nothing yet (RFC 9110 8.8.2.2)
FOR_ALL, FOR_ONE = "public, max-age=300", "private, no-cache"


def is_unchanged(tag: str, modified: datetime | None, as_of: datetime) -> bool:
    """Whether the reader has it already. If-None-Match, where sent, is all that counts (RFC 9110 13.1.3).

    `modified`: None where nobody can say since when it reads as it does; then no date is believed, and none given.
    """
    if "If-None-Match" in request.headers:
        known = request.if_none_match
        return known.star_tag or known.contains_weak(tag) or known.contains_weak(tag + PACKED)
    since = request.if_modified_since
    if since is None or modified is None or as_of - modified < TOO_YOUNG:
        return False
    return _sayable(modified, as_of) <= since


def unchanged(tag: str, modified: datetime | None, as_of: datetime, *, cache: str = FOR_ALL) -> Response:
    """304, with the tag of the form that the reader would have got."""
    answer = Response(status=304)
    del answer.headers["Content-Type"]
    return _with_validators(answer, tag, modified, as_of, packed=takes_gzip(), cache=cache)


def calendar(body: Iterable[bytes], name: str, tag: str, modified: datetime | None, as_of: datetime, *,
             packed: bool = False, length: int | None = None, cache: str = FOR_ALL) -> Response:
    """`packed`: the body is gzip already. `length`: of the body, where it is known before it is made."""
    answer = Response(body)
    answer.headers["Content-Type"] = "text/calendar; charset=utf-8"
    answer.headers["Content-Disposition"] = (
        f"inline; filename=\"wujin.ics\"; filename*=UTF-8''{quote(name, safe='')}.ics")
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    if length is not None:
        answer.content_length = length
    return _with_validators(answer, tag, modified, as_of, packed=packed, cache=cache)


def single(body: bytes, name: str, tag: str, modified: datetime | None, as_of: datetime, *,
           cache: str = FOR_ALL) -> Response:
    """One event, or one person's: so little that it is packed as it goes."""
    packed = takes_gzip()
    return calendar([gzip.compress(body, 6, mtime=0) if packed else body], name, tag, modified, as_of, packed=packed,
                    cache=cache)


def moved(address: str, status: int) -> Response:
    """To another address of our own, without a page that a calendar program would read."""
    query = request.query_string.decode("ascii", "replace")
    answer = Response(status=status, content_type="text/plain; charset=utf-8")
    answer.headers["Location"] = quote(address) + (f"?{query}" if query else "")
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _with_validators(answer: Response, tag: str, modified: datetime | None, as_of: datetime, *, packed: bool,
                     cache: str) -> Response:
    answer.set_etag(tag + PACKED if packed else tag)
    if modified is not None:
        answer.last_modified = _sayable(modified, as_of)
    answer.headers["Cache-Control"] = cache
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.vary.add("Accept-Encoding")
    return answer


def _sayable(modified: datetime, as_of: datetime) -> datetime:
    """The whole second after, and never the running one: a second change in it would go unnoticed
    (RFC 9110 8.8.2.2)."""
    second = modified.replace(microsecond=0)
    return min(second if second == modified else second + timedelta(seconds=1), as_of - timedelta(seconds=1))


def takes_gzip() -> bool:
    return request.accept_encodings["gzip"] > 0
