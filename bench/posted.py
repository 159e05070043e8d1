"""Letters: what waits costs nothing, what leaves costs little. Beside Debian's smtp-sink and a bare smtplib loop."""

from __future__ import annotations

import os
import shutil
import smtplib
import subprocess
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event as event_of
from sqlalchemy import insert, update

from app import create_app
from app.accounts.places import Organization
from app.accounts.settings import OfficeSettings
from app.clock import now
from app.db import db
from app.events.models import Event
from app.events.span import Span
from app.events.words import EventKind
from app.outbox import claiming, posting, sending
from app.outbox.letter import Letter
from app.outbox.models import Delivery, DeliveryState
from app.reminders import due
from app.signup.models import ConsentText, Enrolment
from bench.databases import postgresql
from bench.filling import fill
from bench.measuring import timed
from bench.serving import free_port

WAITING = (1_000, 1_000_000)
ENROLLED = (3_000, 300_000)
LETTERS, DUE, CONNECTIONS = 4_000, 1_000, 32
SINK = shutil.which("smtp-sink") or "/usr/sbin/smtp-sink"
WORDS = "您报名的活动明天举办，请提前十分钟到场。" * 12


def print_all() -> None:
    _print_waiting()
    _print_expanding()
    _print_sending()


def _print_waiting() -> None:
    print(f"\n{'letters that wait':<36}{'waiting':>9}{'idle ring CPU ms':>18}{'claim of 1,000 CPU ms':>23}")
    with postgresql() as address:
        for kind in ("sqlite", "postgresql") if address else ("sqlite",):
            for size in WAITING:
                with _installation(address(size) if kind == "postgresql" else "") as app, app.app_context():
                    _fill(size, timedelta(days=3))
                    idle, _ = timed(_ring)
                    _fill(DUE, timedelta(0), first=size)
                    claimed, _ = timed(_claim, rounds=3)
                    print(f"{kind:<36}{size:>9}{idle * 1000:>18.2f}{claimed * 1000:>23.1f}")
                    db.session.remove()
                    db.engine.dispose()


def _print_expanding() -> None:
    print(f"\n{'letters of one reminder':<36}{'enrolled':>9}{'seconds':>9}{'memory MB':>11}{'rows at once':>14}")
    with postgresql() as address:
        for kind in ("sqlite", "postgresql") if address else ("sqlite",):
            for size in ENROLLED:
                with _installation(address(size + 1) if kind == "postgresql" else "") as app, app.app_context():
                    _enrol(app, size)
                    rows = _largest_statement()
                    tracemalloc.start()
                    began = time.perf_counter()
                    while not due.tick(now()).is_finished:
                        db.session.commit()
                        db.session.expunge_all()
                    db.session.commit()
                    seconds, peak = time.perf_counter() - began, tracemalloc.get_traced_memory()[1]
                    tracemalloc.stop()
                    assert db.session.scalar(db.select(db.func.count()).select_from(Delivery)) == size
                    print(f"{kind:<36}{size:>9}{seconds:>9.1f}{peak / 1e6:>11.1f}{max(rows):>14}")
                    db.session.remove()
                    db.engine.dispose()


def _enrol(app: Flask, count: int) -> None:
    """So many signed up for a lecture whose reminder is due."""
    fill(app, 1)
    office, as_of = db.session.scalars(db.select(Organization)).one(), now()
    OfficeSettings.of(office).change(as_of, reminder_leads=("20h",))
    begins = as_of + timedelta(hours=20, minutes=-1)
    event = Event.draft(kind=EventKind.LECTURE, title="讲座", organization=office, as_of=as_of - timedelta(days=2),
                        span=Span(begins, begins + timedelta(hours=2)), regions=[office.region], tasks=[],
                        takes_enrolments=True)
    consent = ConsentText(purpose="signup", language="zh", digest="0" * 64, text="同意", first_shown_at=as_of)
    db.session.add_all([event, consent])
    event.publish(as_of - timedelta(days=2))
    db.session.flush()
    at = as_of - timedelta(days=1)
    row = {"event_id": event.id, "mobile": "", "language": "zh", "state": "enrolled", "consent_id": consent.id,
           "consented_at": at, "enrolled_at": at, "unit": "", "salt": "0" * 32}
    for begin in range(0, count, 10_000):
        db.session.execute(insert(Enrolment), [row | {
            "name": f"Li {number}", "name_key": f"li {number}", "email": f"li{number}@example.org",
            "contact": f"li{number}@example.org", "token_hash": f"{number:064d}"}
            for number in range(begin, min(count, begin + 10_000))])
    db.session.commit()
    db.session.expunge_all()


def _largest_statement() -> list[int]:
    """How many rows each statement was given."""
    rows = [0]

    def hear(connection: object, cursor: object, statement: str, parameters: object, context: object,
             many: bool) -> None:
        rows.append(len(parameters) if many else 1)  # type: ignore[arg-type]

    event_of.listen(db.engine, "before_cursor_execute", hear)
    return rows


def _ring() -> None:
    """One ring of the clock with nothing due."""
    sending.tidy(now())
    sending.deliver(now())
    db.session.commit()


def _claim() -> None:
    token, letters = claiming.claim(now(), DUE)
    assert len(letters) == DUE
    db.session.commit()
    db.session.execute(update(Delivery).where(Delivery.claim == token).values(state="pending", claim=None))
    db.session.commit()
    db.session.expunge_all()


def _print_sending() -> None:
    if not os.path.exists(SINK):
        print("\nsmtp-sink is not there to send to: apt-get install postfix")
        return
    title = f"{LETTERS:,} letters to smtp-sink, {CONNECTIONS} connections"
    print(f"\n{title:<45}{'seconds':>11}{'a second':>11}{'of bare':>9}")
    with _sink() as port, _installation("", MAIL_URL=f"smtp://127.0.0.1:{port}", MAIL_CONNECTIONS=str(CONNECTIONS)
                                        ) as app, app.app_context():
        bare = min(_bare(port) for _ in range(2))
        ours = min(_ours(number * LETTERS) for number in range(2))
        for name, seconds in (("bare smtplib, a ready message", bare),
                              ("ours, ledger and all, synchronous=FULL", ours)):
            print(f"{name:<45}{seconds:>11.2f}{LETTERS / seconds:>11.0f}{bare / seconds:>9.2f}")
        db.session.remove()
        db.engine.dispose()


def _bare(port: int) -> float:
    """Nothing is written down: what the wire and the sink cost."""
    message = ("From: a@bench.test\r\nSubject: bench\r\n\r\n" + "x" * 76 + "\r\n") * 20

    def carry(first: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="bench.test") as road:
            for number in range(first, LETTERS, CONNECTIONS):
                road.sendmail("a@bench.test", [f"li{number}@example.org"], message)

    began = time.perf_counter()
    threads = [threading.Thread(target=carry, args=(first,)) for first in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def _ours(first: int) -> float:
    _fill(LETTERS, timedelta(0), first)
    began = time.perf_counter()
    sent = sending.deliver_all(now())
    seconds = time.perf_counter() - began
    states = set(db.session.scalars(db.select(Delivery.state)))
    assert (sent, states) == (LETTERS, {DeliveryState.ACCEPTED.value})
    return seconds


def _fill(count: int, ahead: timedelta, first: int = 0) -> None:
    """Letters of one content that leave so long from now."""
    content = posting.content_of(Letter("bench.letter", "zh", "提醒：活动明天举办", "{{name}}，您好。" + WORDS,
                                        "<p>{{name}}，您好。</p><p>" + WORDS + "</p>"))
    db.session.flush()
    at = now() - timedelta(seconds=1)
    row = {"letter": "bench.letter", "channel": "email", "name": "Li", "fields": {}, "content_id": content.id,
           "state": "pending", "posted_at": at, "next_at": at + ahead, "attempts": 0, "unanswered": 0, "reason": "",
           "message_id": "", "about": "event:1", "cause": "bench:1"}
    for begin in range(first, first + count, 20_000):
        db.session.execute(insert(Delivery), [
            row | {"address": f"li{number}@{('qq.com', '163.com', 'example.org')[number % 3]}"}
            for number in range(begin, min(begin + 20_000, first + count))])
    db.session.commit()


@contextmanager
def _installation(database: str, **settings: str) -> Iterator[Flask]:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(INSTANCE_PATH=folder, DATABASE_URL=database, SECRET_KEY="b" * 48, SCHEDULER="off",
                         LOG_LEVEL="error", **settings)
        with app.app_context():
            upgrade()
        yield app


@contextmanager
def _sink() -> Iterator[int]:
    port = free_port()
    child = subprocess.Popen([SINK, "-u", "nobody", f"127.0.0.1:{port}", "100"], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield port
    finally:
        child.terminate()
        child.wait(10)
