"""A line to the database for one question: which revision the feeds are at.

It is asked before every feed that is given again, so it has no session and waits for no pool: each thread keeps a
connection of its own, which reads and holds no transaction.
"""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import DBAPIError

from app.db import db
from app.feeds.models import FeedRevision

Stamp = tuple[str, int]


class Line:
    def __init__(self, app: Flask) -> None:
        self._app, self._mine, self._lock = app, threading.local(), threading.Lock()
        self._engine: Engine | None = None
        self._question = ""
        self._open: list[Any] = []
        self._age = 0

    def stamp(self) -> Stamp | None:
        """Epoch and revision as they are now; None where the database does not say."""
        try:
            cursor = self._connection().cursor()
            row = cursor.execute(self._question).fetchone()
            cursor.close()
        except (self._errors, DBAPIError):
            self.hang_up()
            return None
        return (row[0], row[1]) if row else None

    def hang_up(self) -> None:
        """Closes every thread's connection; the next question opens another."""
        with self._lock:
            self._age += 1
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
        event.listen(self._engine, "engine_disposed", lambda engine: self.hang_up())

    @property
    def _errors(self) -> type[Exception]:
        return self._engine.dialect.dbapi.Error if self._engine else DBAPIError  # type: ignore[union-attr]
