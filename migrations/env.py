"""How Alembic reaches the application's database; `flask db ...` runs it."""

from __future__ import annotations

from alembic import context
from flask import current_app

from app.db import UTCDateTime, db


def render_item(kind: str, thing: object, autogen: object) -> str | bool:
    """Our types under the names of SQLAlchemy's, so that migrations import nothing of the application."""
    if kind == "type" and isinstance(thing, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # A table remade in a batch must not take its children along; no pragma works inside a transaction.
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection, target_metadata=db.metadata, render_as_batch=True, compare_type=True,
            render_item=render_item, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
        if connection.dialect.name == "sqlite":
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


run()
