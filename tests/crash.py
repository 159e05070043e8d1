"""Kills the sender again and again while it sends, and counts: `python -m tests.crash --kills 20`.

Real parts: `flask reminders run` on a database file (or an empty PostgreSQL), a mail server in a process of its own
that notes each letter before it answers, and SIGKILL at a random moment of a letter. Whatever was killed, nobody is
left out, and at most one letter a connection and kill comes twice, under one Message-ID.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask

from app import create_app
from app.accounts.settings import OfficeSettings
from app.clock import now
from app.db import db
from app.outbox import sending
from app.reminders import due
from bench.databases import postgresql
from tests.conftest import KEY, prepare
from tests.factories import an_event
from tests.letters import enrolled
from tests.sink import free_port

TOP = Path(__file__).resolve().parent.parent
PATIENCE = 120  # seconds without a letter before it counts as stuck


@dataclass(frozen=True)
class Outcome:
    """`tangled`: letters whose copies do not share one Message-ID."""

    letters: int
    kills: int
    connections: int
    lost: int
    doubled: int
    tangled: int

    def __str__(self) -> str:
        return (f"{self.letters} letters, {self.kills} kills, {self.connections} connections a sender: "
                f"{self.lost} lost, {self.doubled} doubled, "
                f"{self.tangled} with two Message-IDs")

    @property
    def is_as_promised(self) -> bool:
        return self.lost == 0 and self.doubled <= self.kills * self.connections and self.tangled == 0


def crash(kills: int, folder: Path, database: str = "", letters: int = 0, *, senders: int = 1,
          connections: int = 1) -> Outcome:
    """`letters` enrolled, all due now; `kills` times one of the senders is killed while they send, and another takes
    its place; then one may finish. More than one sender needs PostgreSQL: a folder has one holder."""
    letters = letters or 40 * (kills + 1)
    notes, port = folder / "sink.txt", free_port()
    settings = {"INSTANCE_PATH": str(folder), "DATABASE_URL": database or f"sqlite:///{folder / 'wujin.db'}",
                "SECRET_KEY": KEY, "UID_HOST": "wujin.test", "MAIL_CONNECTIONS": str(connections),
                "MAIL_URL": f"smtp://127.0.0.1:{port}", "MAIL_FROM": "Wujin <no-reply@wujin.test>"}
    app = create_app(**settings)
    prepare(app)
    with app.app_context():
        _lecture_to_come(letters)
    sink = subprocess.Popen([sys.executable, "-m", "tests.sink", str(port), str(notes)], cwd=TOP,
                            stdout=subprocess.PIPE)
    try:
        assert sink.stdout is not None and sink.stdout.readline()
        with _Senders(settings, folder, senders) as running:
            chance = random.Random(kills)
            for number in range(kills):
                # Each dies somewhere in its share, so that every one of them is killed while it sends.
                running.kill_one(notes, letters * number // (kills + 1) + chance.randint(1, 35), chance)
        _finish(app)
    finally:
        sink.terminate()
        sink.communicate(timeout=10)
    return _count(notes, letters, kills, connections)


def _lecture_to_come(letters: int) -> None:
    """Published the day before yesterday; its reminder by the hour, which no night holds back, has been due for a
    minute."""
    as_of = now()
    event = an_event("崩溃测试讲座", starts_at=as_of + timedelta(hours=20, minutes=-1), takes_enrolments=True,
                     as_of=as_of - timedelta(days=2), published=False)
    OfficeSettings.of(event.organization).change(as_of, reminder_leads=("20h",))
    event.publish(as_of - timedelta(days=2))
    for number in range(letters):
        enrolled(event, f"Li {number}", f"li{number}@example.org", at=as_of - timedelta(days=1, hours=12))
    db.session.commit()


class _Senders:
    """So many run at a time, each in a folder of its own."""

    def __init__(self, settings: dict[str, str], folder: Path, count: int) -> None:
        self.settings, self.folders = settings, [folder / f"sender{number}" for number in range(count)]
        self.running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> _Senders:
        self.running = [self._begun(folder) for folder in self.folders]
        return self

    def __exit__(self, *error: object) -> None:
        for one in self.running:
            one.send_signal(signal.SIGKILL)
            one.wait(10)

    def kill_one(self, notes: Path, at: int, chance: random.Random) -> None:
        """When the mail server has taken `at` letters, at a random moment of the next."""
        stuck_at = time.monotonic() + PATIENCE
        while _taken(notes) < at:
            if any(one.poll() is not None for one in self.running) or time.monotonic() > stuck_at:
                raise RuntimeError(f"a sender stopped by itself at letter {_taken(notes)} of {at}")
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.02))
        number = chance.randrange(len(self.running))
        self.running[number].send_signal(signal.SIGKILL)
        self.running[number].wait(10)
        self.running[number] = self._begun(self.folders[number])

    def _begun(self, folder: Path) -> subprocess.Popen[bytes]:
        folder.mkdir(exist_ok=True)
        own = {"INSTANCE_PATH": str(folder)}
        return subprocess.Popen([sys.executable, "-m", "flask", "--app", "app", "reminders", "run"], cwd=TOP,
                                env=os.environ | self.settings | own, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)


def _finish(app: Flask) -> None:
    """The last one is not killed. Leases have run out an hour later, and unknown letters had their second try."""
    with app.app_context():
        for after in (0, 10, 30, 60):
            as_of = now() + timedelta(minutes=after)
            while not due.tick(as_of).is_finished:
                db.session.commit()
            db.session.commit()
            while sending.deliver(as_of):
                pass
        db.session.remove()
        db.engine.dispose()


def _taken(notes: Path) -> int:
    return notes.read_bytes().count(b"\n") if notes.exists() else 0


def _count(notes: Path, letters: int, kills: int, connections: int) -> Outcome:
    taken = [line.split(" ", 1) for line in notes.read_text().splitlines()]
    each = Counter(address for address, _id in taken)
    ids = {(address, id) for address, id in taken}
    wanted = {f"li{number}@example.org" for number in range(letters)}
    return Outcome(letters, kills, connections, len(wanted - each.keys()), sum(each.values()) - len(each),
                   len(ids) - len(each))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--letters", type=int, default=0, help="default: 40 for each kill")
    parser.add_argument("--connections", type=int, default=1)
    wish = parser.parse_args()
    outcomes = []
    for name, senders in (("sqlite, 1 sender", 1), ("postgresql, 2 senders", 2)):
        with tempfile.TemporaryDirectory() as folder, postgresql() as address:
            at = address(0) if senders > 1 else ""
            outcomes.append(crash(wish.kills, Path(folder), at, wish.letters, senders=senders,
                                  connections=wish.connections))
        print(f"{name}: {outcomes[-1]}", flush=True)
    sys.exit(0 if all(one.is_as_promised for one in outcomes) else 1)


if __name__ == "__main__":
    main()
