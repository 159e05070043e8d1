"""`flask restore`: a backup into an empty, migrated database, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import Integer, func, inspect, select, text
from sqlalchemy.engine import Connection

from app.audit import recording
from app.db import Change, db, note
from app.errors import Refused
from app.feeds.models import FeedRevision
from app.files import folder
from app.keeping import archive, tables
from app.keeping.archive import Archive, Manifest
from app.keeping.backup import Backup
from app.outbox import holding
from app.scheduling import Lock

Tell = Callable[[int], None]

# A migrated database may hold what its migrations put there; where one of these has a row, somebody works in it.
LIVED_IN = ("organization", "person", "event", "delivery", "audit_row")


class NotHere(Refused):
    """This backup cannot come into this place; the sentence says what to do."""


def restore(path: Path, as_of: datetime, *, accept_broken_audit: bool = False,
            expect: Tell = lambda _octets: None, tell: Tell = lambda _octets: None) -> Manifest:
    """What was restored. Commits; where anything is wrong it refuses, and nothing has changed.

    `expect` hears once how many octets are read twice over, `tell` how many more were.
    """
    with archive.reading(path) as backup, _alone():
        manifest = backup.manifest
        expect(2 * manifest.octets)
        backup.verify(tell)
        connection = db.session.connection()
        place = tables.stored(connection)
        _refuse_what_does_not_fit(manifest, connection, place)
        is_own_secret = _refuse_other_secret(backup.secret)
        with _foreign_keys_at_the_end(connection, list(place)):
            _fill(backup, connection, place, tell)
        _check(manifest, connection, place, accept_broken_audit)
        db.session.scalars(FeedRevision.current()).one().renew_epoch()
        db.session.scalars(FeedRevision.current()).one().rise(as_of)  # a date given out before must not answer 304
        holding.hold(holding.RESTORED, as_of)
        note(Change(Backup(manifest.id), "restored", as_of, after={"made_at": manifest.made_at}))
        with _files(backup, tell):
            if not is_own_secret:
                _keep_secret(backup.secret)
            db.session.commit()
    return manifest


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody rings the jobs of this folder meanwhile; its server would go on with another secret."""
    lock = Lock(current_app.config["INSTANCE_PATH"] / "scheduler.lock")
    if not lock.take():
        raise NotHere("Wujin is running on this folder; stop it first")
    try:
        yield
    finally:
        lock.release()
        db.session.rollback()


def _refuse_what_does_not_fit(manifest: Manifest, connection: Connection, place: dict[str, tables.Stored]) -> None:
    schema = tables.schema(connection)
    if not schema:
        raise NotHere("there are no tables here yet: run flask db upgrade first")
    if schema != manifest.schema:
        raise NotHere(f"the backup is of schema {manifest.schema} and this database of {schema}: on an empty "
                      f"database run flask db upgrade {manifest.schema}, restore, then flask db upgrade")
    columns = {name: one.columns for name, one in place.items()}
    if columns != {name: table["columns"] for name, table in manifest.tables.items()}:
        raise NotHere("the backup's tables are not those of this database, though both say the same schema")
    if lived_in := [name for name in LIVED_IN if name in place and place[name].count(connection)]:
        raise NotHere(f"this database is not empty ({', '.join(lived_in)}); restore into a new one")
    if folder().exists() and any(folder().iterdir()):
        raise NotHere("there are files in this folder already; restore into a new one")


def _refuse_other_secret(secret: str) -> bool:
    """Whether the backup's key is the one in force. One set in the environment is not ours to change."""
    ours, kept = current_app.config["SECRET_KEY"], _secret_path()
    if ours == secret:
        return True
    if not kept.exists() or kept.read_text().strip() != ours:
        raise NotHere("SECRET_KEY is set and is not that of the backup, so that tickets in letters would stop "
                      "working: leave it empty, or set it to the one of the old place")
    return False


@contextmanager
def _foreign_keys_at_the_end(connection: Connection, names: list[str]) -> Iterator[None]:
    """A row may come before the one it points to: an event before its parent."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        if wrong := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise NotHere(f"the backup is not whole: a row of {wrong[0]} points to a {wrong[2]} that is not there")
        return
    inspector, quote = inspect(connection), connection.dialect.identifier_preparer.quote
    keys = [f"ALTER TABLE {quote(name)} ALTER CONSTRAINT {quote(key['name'] or '')}"
            for name in names for key in inspector.get_foreign_keys(name)]
    for key in keys:
        connection.exec_driver_sql(f"{key} DEFERRABLE INITIALLY DEFERRED")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for key in keys:
        connection.exec_driver_sql(f"{key} NOT DEFERRABLE")


def _fill(backup: Archive, connection: Connection, place: dict[str, tables.Stored], tell: Tell) -> None:
    for one in place.values():
        if one.count(connection):  # what a migration put there is in the backup too
            connection.execute(one.table.delete())
    for name, one in place.items():
        for batch in backup.batches(name, tables.BATCH):
            one.insert(connection, batch)
            tell(sum(len(line) for line in batch))
        if connection.dialect.name == "postgresql":
            _go_on_counting(connection, one)


def _go_on_counting(connection: Connection, one: tables.Stored) -> None:
    """PostgreSQL counts ids beside the table; it must not begin at 1 again."""
    for column in one.table.primary_key.columns:
        if not isinstance(column.type, Integer):
            continue
        sequence = connection.scalar(select(func.pg_get_serial_sequence(
            connection.dialect.identifier_preparer.quote(one.name), column.name)))
        newest = connection.scalar(select(func.max(column)))
        if sequence and newest:
            connection.execute(text("SELECT setval(:sequence, :newest)"), {"sequence": sequence, "newest": newest})


def _check(manifest: Manifest, connection: Connection, place: dict[str, tables.Stored],
           accept_broken_audit: bool) -> None:
    for name, one in place.items():
        if one.count(connection) != manifest.tables[name]["rows"]:
            raise NotHere(f"{name} has {one.count(connection)} rows and not the {manifest.tables[name]['rows']} "
                          "that the backup names")
    faults = recording.verify()
    if faults and not accept_broken_audit:
        raise NotHere(f"the chain of the audit does not hold: {faults[0]}; to restore it as it is, "
                      "say --accept-broken-audit")


@contextmanager
def _files(backup: Archive, tell: Tell) -> Iterator[None]:
    """The files in their place; gone again where the transaction fails."""
    made: list[Path] = []
    try:
        for name in backup.manifest.files:
            target = folder() / name.removeprefix("files/")
            target.parent.mkdir(parents=True, exist_ok=True)
            made.append(target)
            with target.open("wb") as file:
                for chunk in backup.chunks(name):
                    file.write(chunk)
                    tell(len(chunk))
        yield
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        raise


def _keep_secret(secret: str) -> None:
    draft = _secret_path().with_suffix(".part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret)
    draft.replace(_secret_path())


def _secret_path() -> Path:
    return Path(current_app.config["INSTANCE_PATH"]) / "secret_key"
