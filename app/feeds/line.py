"""A line to the database for one question: which revision the feeds are at.

It is asked before every feed that is given again, so it has no session and waits for no pool: each thread keeps a
connection of its own, which reads and holds no transaction. Of SQLite the answer stands for as long as nothing was
written to its log (https://sqlite.org/wal.html): every commit of every process is. Either way it stands for a
millisecond: each look outside lets another thread take the interpreter, and under load that costs more than all
the rest of an answer.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import DBAPIError

from app.db import db
from app.feeds.models import FeedRevision

Stamp = tuple[str, int]
Log = tuple[int, int, int]  # nanoseconds of its last change, octets, file

# The kernel dates files by this clock. Within a step of it two changes may bear one date.
CLOCK = getattr(time, "CLOCK_REALTIME_COARSE", None)
SETTLED = 100_000_000  # nanoseconds: many steps
FRESH = 0.001  # seconds


class Line:
    def __init__(self, app: Flask) -> None:
        self._app, self._mine, self._lock = app, threading.local(), threading.Lock()
        self._engine: Engine | None = None
        self._question = ""
        self._open: list[Any] = []
        self._age = 0
        self._log = ""
        self._known: tuple[Log, Stamp] | None = None
        self._fresh: tuple[float, Stamp] | None = None  # until when it stands, by the monotonic clock

    def stamp(self) -> Stamp | None:
        """Epoch and revision, at most a millisecond old; None where the database does not say."""
        asked, fresh = time.monotonic(), self._fresh
        if fresh and asked < fresh[0]:
            return fresh[1]
        stamp = self._seen()
        self._fresh = (asked + FRESH, stamp) if stamp else None
        return stamp

    def _seen(self) -> Stamp | None:
        log, known = self._look(), self._known
        if known and known[0] == log:
            return known[1]
        try:
            cursor = self._connection().cursor()
            row = cursor.execute(self._question).fetchone()
            cursor.close()
        except (self._errors, DBAPIError):
            self.hang_up()
            return None
        stamp = (row[0], row[1]) if row else None
        if stamp and log and CLOCK is not None and time.clock_gettime_ns(CLOCK) - log[0] > SETTLED:
            self._known = (log, stamp)
        return stamp

    def _look(self) -> Log | None:
        """Its write-ahead log as it lies there; looked at before the question, lest a commit between is missed."""
        if not self._log:
            return None
        try:
            found = os.stat(self._log)
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def hang_up(self) -> None:
        """Closes every thread's connection; the next question opens another."""
        with self._lock:
            self._age, self._known, self._fresh = self._age + 1, None, None
            for connection in self._open:
                connection.close()
            self._open.clear()

    def _connection(self) -> Any:
        if getattr(self._mine, "age", None) == self._age:
            return self._mine.connection
        with self._lock:
            if self._engine is None:
                self._learn()
            assert self._engine is not None
            fairy = self._engine.raw_connection()
            fairy.detach()
            connection = fairy.dbapi_connection
            if self._engine.dialect.name == "postgresql":
                connection.autocommit = True
            self._open.append(connection)
            self._mine.connection, self._mine.age = connection, self._age
        return connection

    def _learn(self) -> None:
        with self._app.app_context():
            self._engine = db.engine
        ask = select(FeedRevision.epoch, FeedRevision.revision).where(FeedRevision.id == 1)
        self._question = str(ask.compile(self._engine, compile_kwargs={"literal_binds": True}))
        if self._engine.dialect.name == "sqlite" and self._engine.url.database:
            self._log = f"{self._engine.url.database}-wal"
        event.listen(self._engine, "engine_disposed", lambda engine: self.hang_up())

    @property
    def _errors(self) -> type[Exception]:
        return self._engine.dialect.dbapi.Error if self._engine else DBAPIError  # type: ignore[union-attr]
