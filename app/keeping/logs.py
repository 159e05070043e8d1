"""One JSON object a line on standard error: enough to find a fault, nothing of who came or what was written.

No address, no query, no token, no name. Of an error its kind and where it arose, not its words: databases
and parsers repeat in them what somebody typed.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import IO, Any

HIDDEN = "…"
request_id: ContextVar[str] = ContextVar("request_id", default="")

# What follows one of these is a key to somebody's page; and so is whatever else is long and random.
_KEYED = re.compile(r"/(t|u|f|feeds|following|signed-up|sign-in(?:/recovery)?)/[^/\s?#.\"']+")
_RANDOM = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z0-9])[\w-]{20,}(?![\w-])", re.ASCII)
_MAILBOX = re.compile(r"[^\s<>@:,;\"']+@[^\s<>@:,;\"']+")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_QUERY = re.compile(r"\?[^\s\"']*=[^\s\"']*")


def without_keys(path: str) -> str:
    """A path that opens nothing."""
    return _RANDOM.sub(HIDDEN, _KEYED.sub(rf"/\1/{HIDDEN}", path))


def without_people(words: str) -> str:
    """Words of any library, without what may be a person's or a key."""
    for pattern in (_QUERY, _MAILBOX, _MOBILE):
        words = pattern.sub(HIDDEN, words)
    return without_keys(words)


class JSONLines(logging.Formatter):
    """`time level logger` and the message, or the fields of a request."""

    def format(self, record: logging.LogRecord) -> str:
        values: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "logger": record.name}
        if id := request_id.get():
            values["request"] = id
        if fields := getattr(record, "fields", None):
            values |= fields
        else:
            values["message"] = without_people(record.getMessage())
        if record.exc_info and record.exc_info[0]:
            values |= {"error": record.exc_info[0].__name__, "at": _frames(record.exc_info[2])}
        return json.dumps(values, ensure_ascii=False)


def begin(level: str, stream: IO[str] | None = None) -> None:
    """For a process that serves. `create_app` does not call it: tests and commands log as they like."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JSONLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("wujin", "app"):
        logging.getLogger(name).setLevel(level.upper())


def _frames(trace: Any) -> list[str]:
    return [f"{frame.filename.rpartition('/site-packages/')[2]}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(trace)[-12:]]
