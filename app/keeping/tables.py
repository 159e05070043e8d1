"""Tables as they stand in a database, and their values as JSON, alike for SQLite and PostgreSQL."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Column, MetaData, Table, func, inspect, select, types
from sqlalchemy.engine import Connection

VERSIONS = "alembic_version"
BATCH = 500

# Order matters: JSON before anything, whole numbers before the other numbers.
KINDS: tuple[tuple[type, str], ...] = (
    (types.JSON, "json"), (types.DateTime, "moment"), (types.Date, "date"), (types.LargeBinary, "bytes"),
    (types.Boolean, "flag"), (types.Integer, "whole"), (types.Float, "real"), (types.Numeric, "decimal"),
    (types.String, "text"))


class CannotCarry(TypeError):
    """A column of a type that no backup knows; somebody who adds one must say here how it is written."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One table: its columns by name and kind, read from the database and not from the models, so that an
    older schema can be carried too."""

    table: Table
    kinds: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def columns(self) -> list[list[str]]:
        return [[column.name, kind] for column, kind in zip(self.table.columns, self.kinds, strict=True)]

    def count(self, connection: Connection) -> int:
        return connection.scalar(select(func.count()).select_from(self.table)) or 0

    def lines(self, connection: Connection) -> Iterator[bytes]:
        """A JSON array a row, in the order of the key."""
        writers = [_WRITE[kind] for kind in self.kinds]
        rows = connection.execution_options(stream_results=True, yield_per=BATCH).execute(
            select(self.table).order_by(*self.table.primary_key.columns))
        for row in rows:
            values = [None if value is None else write(value) for write, value in zip(writers, row, strict=True)]
            yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    def insert(self, connection: Connection, lines: Sequence[bytes]) -> None:
        names = [column.name for column in self.table.columns]
        readers = [_reader(column, kind) for column, kind in zip(self.table.columns, self.kinds, strict=True)]
        connection.execute(self.table.insert(), [
            {name: None if value is None else read(value)
             for name, read, value in zip(names, readers, json.loads(line), strict=True)} for line in lines])


def stored(connection: Connection) -> dict[str, Stored]:
    """Every table by name, but for the one that says how far the schema is."""
    inspector = inspect(connection)
    names = sorted(set(inspector.get_table_names()) - {VERSIONS})
    return {name: _stored(name, inspector.get_columns(name), inspector.get_pk_constraint(name)) for name in names}


def schema(connection: Connection) -> str:
    """The newest migration that this database has seen; nothing where there is none."""
    if not inspect(connection).has_table(VERSIONS):
        return ""
    return connection.exec_driver_sql(f"SELECT version_num FROM {VERSIONS}").scalar() or ""


def _stored(name: str, columns: Sequence[Any], key: Any) -> Stored:
    keys = set(key["constrained_columns"])
    kinds = tuple(_kind(name, one) for one in columns)
    table = Table(name, MetaData(), *[
        # Nothing at all and JSON's null are two things where the column may be empty.
        Column(one["name"], JSON(none_as_null=bool(one["nullable"])) if kind == "json" else one["type"],
               primary_key=one["name"] in keys)
        for one, kind in zip(columns, kinds, strict=True)])
    return Stored(table, kinds)


def _kind(table: str, column: Any) -> str:
    for type_, kind in KINDS:
        if isinstance(column["type"], type_):
            return kind
    raise CannotCarry(f"{table}.{column['name']} is of a type that a backup does not know: {column['type']!r}")


def _moment(value: datetime) -> str:
    """SQLite forgets the zone; all that is kept there is in UTC."""
    return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()


def _same(value: Any) -> Any:
    return value


_WRITE: dict[str, Callable[[Any], Any]] = {
    "json": _same, "moment": _moment, "date": date.isoformat, "bytes": lambda value: base64.b64encode(value).decode(),
    "flag": bool, "whole": int, "real": float, "decimal": str, "text": str}
_READ: dict[str, Callable[[Any], Any]] = {
    "json": _same, "moment": datetime.fromisoformat, "date": date.fromisoformat, "bytes": base64.b64decode,
    "flag": _same, "whole": _same, "real": _same, "decimal": Decimal, "text": _same}


def _reader(column: Column[Any], kind: str) -> Callable[[Any], Any]:
    if kind == "moment" and not getattr(column.type, "timezone", False):
        return lambda value: datetime.fromisoformat(value).replace(tzinfo=None)
    return _READ[kind]
