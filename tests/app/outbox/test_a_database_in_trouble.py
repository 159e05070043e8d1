"""The database is locked, restarted or full while letters are under way: each leaves once, and sending goes on."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from app.db import db
from app.outbox import patience, sending
from app.outbox.models import Delivery
from tests.conftest import AS_OF, close, opened, settings
from tests.letters import minutes, posted, states
from tests.sink import RunningSink, Sink

LETTERS = 6
ADDRESSES = [f"li{number}@example.org" for number in range(LETTERS)]


@pytest.fixture
def impatient(app, monkeypatch):
    """SQLite answers that it is locked at once, where it would wait fifteen seconds."""
    with db.engine.connect():
        pass
    db.session.remove()
    db.engine.dispose()
    event.listen(db.engine, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout=20"))
    monkeypatch.setattr(patience, "PAUSE", 0.02)
    return app


def in_the_middle(sink: Sink, begin: Callable[[], object], end: Callable[[], object]) -> None:
    """Sends what is due. While the mail server has the first letter and has not answered, trouble begins; the answer
    comes into it, and a while later the trouble ends."""
    sink.hold = threading.Event()

    def trouble() -> None:
        assert sink.in_data.wait(20)
        try:
            begin()
            sink.hold.set()
            time.sleep(0.4)
        finally:
            end()

    beside = threading.Thread(target=trouble)
    beside.start()
    try:
        sending.deliver(AS_OF)
    finally:
        beside.join()


def test_a_database_locked_for_long_in_the_middle_of_a_batch_loses_and_doubles_nothing(impatient, sink, tmp_path):
    for address in ADDRESSES:
        posted(address)
    other = sqlite3.connect(tmp_path / "wujin.db", isolation_level=None, check_same_thread=False)

    in_the_middle(sink, lambda: other.execute("BEGIN EXCLUSIVE"), lambda: other.execute("ROLLBACK"))
    other.close()

    assert sink.addresses == ADDRESSES
    assert states() == [(address, "accepted") for address in ADDRESSES]


def test_a_database_locked_longer_than_anybody_waits_loses_nothing(impatient, sink, tmp_path, monkeypatch):
    monkeypatch.setattr(patience, "PATIENCE", 0.1)
    for address in ADDRESSES:
        posted(address)
    other = sqlite3.connect(tmp_path / "wujin.db", isolation_level=None, check_same_thread=False)

    with pytest.raises(OperationalError, match="database is locked"):
        in_the_middle(sink, lambda: other.execute("BEGIN EXCLUSIVE"), lambda: other.execute("ROLLBACK"))
    other.close()
    the_hours_pass()

    assert sorted(set(sink.addresses)) == ADDRESSES
    assert len(sink.addresses) == LETTERS + 1  # the one whose answer could not be written, once more
    assert len({one["Message-ID"] for one in sink.letters}) == LETTERS
    assert states() == [(address, "accepted") for address in ADDRESSES]


def test_a_disk_full_in_the_middle_of_a_batch_loses_and_doubles_nothing_and_says_so(
        empty_database, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(patience, "PAUSE", 0.02)
    with SmallDisk(tmp_path / "small") as disk:
        shutil.copy(empty_database, disk.folder / "wujin.db")
        app = opened(settings(disk.folder))
        with app.app_context(), RunningSink() as sink:
            app.config["MAIL_URL"] = sink.url
            for address in ADDRESSES:
                posted(address)

            in_the_middle(sink, disk.fill, disk.make_room)

            assert sink.addresses == ADDRESSES
            assert states() == [(address, "accepted") for address in ADDRESSES]
            assert disk.complaint in caplog.text
            db.session.remove()
        close(app)


class SmallDisk:
    """A file system of its own, filled to the last byte; where none may be mounted, files that grow no further."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ballast = folder, folder / "ballast"

    def __enter__(self) -> SmallDisk:
        self.folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", self.folder],
                              capture_output=True, check=False)
        self.is_mounted = done.returncode == 0
        self.complaint = "database or disk is full" if self.is_mounted else "disk I/O error"
        return self

    def __exit__(self, *error: object) -> None:
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", self.folder], check=True)

    def fill(self) -> None:
        if not self.is_mounted:
            size = (self.folder / "wujin.db-wal").stat().st_size
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            return
        with contextlib.suppress(OSError), self.ballast.open("wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(4096))

    def make_room(self) -> None:
        if not self.is_mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            return
        self.ballast.unlink()


@pytest.mark.postgresql
def test_a_postgresql_restarted_in_the_middle_of_a_batch_sends_each_letter_once(postgres, tmp_path, monkeypatch):
    monkeypatch.setattr(patience, "PAUSE", 0.05)
    name = f"restart{os.getpid()}"
    address = postgres.copied(name)
    app = opened(settings(tmp_path, DATABASE_URL=address))
    server = psycopg.connect(address.replace(f"/{name}", "/postgres"), autocommit=True)

    def stop():
        """As a restart looks from outside: every session is ended, and for a while none is let in."""
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    with app.app_context(), RunningSink() as sink:
        app.config["MAIL_URL"] = sink.url
        for one in ADDRESSES:
            posted(one)

        in_the_middle(sink, stop, lambda: server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))

        assert sink.addresses == ADDRESSES
        assert states() == [(one, "accepted") for one in ADDRESSES]
        db.session.remove()
    server.close()
    close(app)


def the_hours_pass() -> None:
    """Leases run out, and what nobody knows of has its second try."""
    for after in (6, 12, 30, 60):
        sending.tidy(AS_OF + minutes(after))
        db.session.commit()
        sending.deliver(AS_OF + minutes(after))
    assert db.session.scalars(select(Delivery.id).where(Delivery.state == "pending")).all() == []
