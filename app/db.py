"""The database: types, transactions, and the one hook by which rooms follow a change.

A GET reads in a transaction that cannot write; everything else begins by taking the write lock on
SQLite, because a read that turns into a write fails at once there, whatever the timeout.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, MetaData, TypeDecorator, event, func, inspect, select, text
from sqlalchemy.engine import Connection, ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, registry

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """Aware datetimes only, kept in UTC; SQLite forgets zones, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a datetime without a zone cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every table shares: its constraint names and the way it keeps time."""

    registry = registry(
        metadata=MetaData(naming_convention=CONSTRAINT_NAMES),
        type_annotation_map={datetime: UTCDateTime()},
    )


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def init_app(app: Any) -> None:
    db.init_app(app)
    app.extensions["migrate"] = late = _LateMigrate(app)
    if click.get_current_context(silent=True):
        late.make()  # a `flask` command, perhaps `flask db`
    app.extensions["wujin.followers"] = []


class _LateMigrate:
    """What Flask-Migrate looks for, made when first asked: a web worker never migrates, and Alembic with
    all it brings would be a fifth of its start."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        return getattr(self.make(), name)

    def make(self) -> Any:
        from flask_migrate import Migrate

        Migrate().init_app(self._app, db, directory=str(self._app.config["TOP"] / "migrations"), compare_type=True)
        return self._app.extensions["migrate"]


def is_current(app: Any) -> bool:
    """Whether the tables are those of the newest migration, told without loading Alembic."""
    newest = max(path.name[:4] for path in (app.config["TOP"] / "migrations" / "versions").glob("[0-9]*.py"))
    if not inspect(db.engine).has_table("alembic_version"):
        return False
    return bool(db.session.scalar(text("SELECT version_num FROM alembic_version")) == newest)


# ---------------------------------------------------------------- transactions

_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Within it a new transaction cannot write: the database itself refuses."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def is_reading() -> bool:
    """Whether nothing can change in this transaction: what was asked once may be kept for it."""
    return _reading.get()


@contextmanager
def writing() -> Iterator[None]:
    """The opposite, for the few rows that reading leaves behind; begin a new transaction in it."""
    token = _reading.set(False)
    try:
        yield
    finally:
        _reading.reset(token)


def take_turns(name: str) -> None:
    """Until the transaction ends, nobody else does what is called so. SQLite has one writer anyway."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(zlib.crc32(name.encode()))))


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000",
                   "cache_size=-65536", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


class Unreachable(click.ClickException):
    """What a command says where there is no database behind the setting."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(unreachable(error))


def unreachable(error: BaseException) -> str:
    """One sentence that names the setting; the driver never repeats the password."""
    reason = str(error).strip().partition("\n")[0] or type(error).__name__
    return f"DATABASE_URL (or, for SQLite, INSTANCE_PATH) leads to no database that can be reached: {reason}"


@event.listens_for(Engine, "handle_error")
def _say_unreachable(context: ExceptionContext) -> BaseException | None:
    """A `flask` command that cannot connect ends in a sentence; a page is answered by the error pages."""
    is_at_connecting = context.connection is None and isinstance(context.sqlalchemy_exception, OperationalError)
    is_command = click.get_current_context(silent=True) is not None
    return Unreachable(context.original_exception) if is_at_connecting and is_command else None


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    is_read = _reading.get()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if is_read else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if is_read else "BEGIN IMMEDIATE")
    elif is_read:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


# ---------------------------------------------------------------- the change hook


@dataclass(frozen=True, slots=True)
class Change:
    """What a verb did to a noun. `before` and `after` hold plain values; `personal` goes to the
    audit encrypted; `quiet` is a minor edit of which nobody need be told by letter."""

    subject: Any
    what: str
    as_of: datetime
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)
    quiet: bool = False


Follower = Callable[[Sequence[Change]], None]


def note(change: Change) -> None:
    """Called by verbs. The followers hear of it once, just before the transaction commits."""
    db.session().info.setdefault("changes", []).append(change)


def follow(app: Any, follower: Follower) -> None:
    """Called by `create_app`, one line a room, in the rooms' order."""
    app.extensions["wujin.followers"].append(follower)


@event.listens_for(Session, "before_commit")
def _tell_followers(session: Session) -> None:
    while changes := session.info.pop("changes", None):
        session.flush()
        for follower in current_app.extensions["wujin.followers"]:
            follower(changes)
    session.flush()


@event.listens_for(Session, "after_rollback")
def _forget_changes(session: Session) -> None:
    session.info.pop("changes", None)


@contextmanager
def acting_as(actor: str) -> Iterator[None]:
    """Says who acts, for the audit: `person:7`, `participant`, `cli`, `job`."""
    info = db.session().info
    earlier = info.get("actor")
    info["actor"] = actor
    try:
        yield
    finally:
        info["actor"] = earlier


def acting_person() -> int | None:
    """The id of the person who acts, if a person does: for columns that say whose a row is."""
    kind, _colon, id = str(db.session().info.get("actor") or "").partition(":")
    return int(id) if kind == "person" and id.isdigit() else None
