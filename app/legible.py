"""Whether what came over the wire can be read at all: UTF-8, no NUL in an address, no flood of fields, no number that
no table can hold, no day at the edge of the calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import overload
from urllib.parse import unquote_to_bytes

from flask import Flask, abort, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.errors import BadInput

LARGEST = 2**31 - 1  # what a row's number can be; nothing is there
FIRST_DAY, LAST_DAY = date(1971, 1, 1), date(2199, 12, 31)  # a day more, in another zone, is still a day

MOST_FIELDS = 1000  # of a query, or of a form without files; one with files has MAX_FORM_PARTS
FORM = "application/x-www-form-urlencoded"
UNREADABLE = "\ufffd"  # what the reader of multipart forms puts for bytes that are no UTF-8


def init_app(app: Flask) -> None:
    """Before anything else reads the form."""
    app.before_request(_refuse_form)


def refuse_address() -> None:
    """:raises BadInput: naming the field. No database keeps a NUL, and no name or code holds one."""
    if "\x00" in request.path or UNREADABLE in request.path:
        abort(400)
    if request.query_string.count(b"&") >= MOST_FIELDS:
        abort(414)
    for name, value in _pairs(request.query_string):
        if "\x00" in name or "\x00" in value:
            raise _unusable(name)


def _refuse_form() -> None:
    if request.mimetype == FORM:
        for _pair in _pairs(request.get_data(cache=True)):
            pass
    elif request.mimetype == "multipart/form-data":
        for name, value in request.form.items(multi=True):
            if UNREADABLE in name or UNREADABLE in value:
                raise _unusable(name)


def _pairs(query: bytes) -> Iterable[tuple[str, str]]:
    """:raises BadInput: for what is no UTF-8."""
    if query.count(b"&") >= MOST_FIELDS:
        abort(413)
    for pair in query.split(b"&"):
        name, _equals, value = pair.replace(b"+", b" ").partition(b"=")
        try:
            yield unquote_to_bytes(name).decode(), unquote_to_bytes(value).decode()
        except UnicodeDecodeError as error:
            raise _unusable(unquote_to_bytes(name).decode(errors="replace")) from error


@overload
def number_in(asked: MultiDict[str, str], name: str, default: int) -> int: ...


@overload
def number_in(asked: MultiDict[str, str], name: str, default: None = None) -> int | None: ...


def number_in(asked: MultiDict[str, str], name: str, default: int | None = None) -> int | None:
    """The whole number of that name, brought within what every database holds; `default` for none and for words."""
    try:
        return max(-LARGEST, min(int(asked.get(name, "")), LARGEST))
    except ValueError:
        return default


def day_in(asked: MultiDict[str, str], name: str) -> date | None:
    """The day of that name, brought within the years that are kept, so that days and zones can be added to it.

    :raises BadInput: for what is no day.
    """
    text = asked.get(name, "").strip()
    if not text:
        return None
    try:
        return max(FIRST_DAY, min(date.fromisoformat(text), LAST_DAY))
    except ValueError as error:
        raise BadInput(_("日期“%(text)s”看不懂，请写成 2026-03-02。", text=text[:40])) from error


def _unusable(name: str) -> BadInput:
    return BadInput(_("“%(name)s”里有不能用的字符。", name=name.replace("\x00", "").replace(UNREADABLE, "")[:40]))
