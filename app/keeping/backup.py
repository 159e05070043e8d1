"""`flask backup`: everything that an installation is, read in one moment while writing goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import current_app
from sqlalchemy import Select, select
from sqlalchemy.engine import Connection

from app import db as database
from app.audit.models import AuditRow
from app.db import Change, db, note
from app.files import folder
from app.keeping import archive, tables
from app.keeping.archive import SECRET, Manifest, Writing

Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup as the audit names it: there it is said when it was made, and when it was restored."""

    id: str

    @classmethod
    def newest(cls) -> Select[datetime]:
        """When the last one was made."""
        return (select(AuditRow.at).where(AuditRow.subject_type == cls.__name__, AuditRow.what == "made")
                .order_by(AuditRow.id.desc()).limit(1))


@contextmanager
def snapshot() -> Iterator[Connection]:
    """One moment of the database: what others commit meanwhile is not seen, and they do not wait."""
    with database.reading(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def back_up(path: Path, as_of: datetime, expect: Tell = lambda _rows: None,
            tell: Tell = lambda _rows: None) -> tuple[Manifest, list[str]]:
    """Writes the archive; what it holds, and the files that the database knows and the disk has not.

    `expect` hears once how many rows there are, `tell` how many more were written.
    """
    db.session.commit()
    with snapshot() as connection:
        found = tables.stored(connection)
        counts = {name: one.count(connection) for name, one in found.items()}
        expect(sum(counts.values()))
        manifest = Manifest(as_of.isoformat(), tables.schema(connection), connection.dialect.name,
                            current_app.config["UID_HOST"])
        with archive.writing(path, manifest, as_of) as out:
            for name, one in found.items():
                out.add(f"tables/{name}.jsonl", _told(one.lines(connection), tell))
                manifest.tables[name] = {"columns": one.columns, "rows": counts[name]}
            missing = _add_files(out, _known_files(connection, found))
            out.add(SECRET, [current_app.config["SECRET_KEY"].encode()])
    note(Change(Backup(manifest.id), "made", as_of, after={"rows": manifest.rows, "files": len(manifest.files)}))
    db.session.commit()
    return manifest, missing


def _told(lines: Iterator[bytes], tell: Tell) -> Iterator[bytes]:
    for line in lines:
        yield line
        tell(1)


def _known_files(connection: Connection, found: dict[str, tables.Stored]) -> set[str]:
    if "stored_file" not in found:
        return set()
    return set(connection.scalars(found["stored_file"].table.select().with_only_columns(
        found["stored_file"].table.c.id)))


def _add_files(out: Writing, known: set[str]) -> list[str]:
    """Files never change once they are there; drafts of some that are being written are left out."""
    top = folder()
    there = sorted(path for path in top.rglob("*") if path.is_file() and path.suffix != ".part")
    for path in there:
        with path.open("rb") as file:
            out.add(f"files/{path.relative_to(top).as_posix()}", archive.pieces(file))
    return sorted(known - {path.relative_to(top).as_posix() for path in there})
