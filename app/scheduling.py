"""The alarm clock: rings the jobs in one process a folder. It holds no reminder; the ledger is the truth."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from app import jobs
from app.accounts import forgetting
from app.clock import now
from app.db import acting_as, db
from app.feeds.following import forgetting as followers
from app.outbox import claiming, mailbox, sending, transport
from app.reminders import due, heart
from app.signup import erasing

log = logging.getLogger(__name__)

TICK, DELIVER, WORK, TRY_AGAIN, RETURNED, WATCH, BEAT = 5, 2, 1, 10, 60, 5, 10  # seconds
TICK_MAY_TAKE, TICKS_MAY_FAIL = 600, 3  # seconds, and in a row: more, and the tick counts as stuck
A_DAY = 86_400


class Lock:
    """A lock on a file, which the kernel drops with its process: no stale holder after a crash."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def take(self) -> bool:
        if self._handle is not None:
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class Clock:
    """Waits for the lock, then rings `tick` and `deliver`. `create_app` never starts one."""

    def __init__(self, app: Flask, *, try_again: float = TRY_AGAIN, tick: float = TICK,
                 deliver: float = DELIVER, watch: float = WATCH) -> None:
        transport.Relay.parse(app.config["MAIL_URL"])  # a mistake is told at the start, not at the first letter
        mailbox.Mailbox.parse(app.config["BOUNCE_URL"])
        self.app, self.every, self.watch = app, (tick, deliver), watch
        self.stopping = threading.Event()
        self.lock = Lock(app.config["INSTANCE_PATH"] / "scheduler.lock")
        # It warns each second that a long job still runs; a job that fails is told by its executor.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        self.try_again = try_again
        self.tick_began: float | None = None
        self.failed = 0
        self.scheduler = self._made()
        self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self.scheduler.start()
        self._watchdog.start()

    def stop(self) -> None:
        """Lets the letter that is being sent end, breaks a job off, then gives the lock up."""
        self.stopping.set()
        if self._watchdog.is_alive():
            self._watchdog.join()
        if self.scheduler.running:
            self.scheduler.shutdown(wait=True)
        self.lock.release()

    @property
    def node(self) -> str:
        """The one holder of this folder, whichever process it is: it frees its predecessor's claims."""
        words = f"{socket.gethostname()}:{self.app.config['INSTANCE_PATH']}"
        return hashlib.sha256(words.encode()).hexdigest()[:12]

    def _take_lock(self) -> None:
        if not self.lock.take():
            return
        self._in_app(lambda: claiming.free(self.node, now()))
        self._in_app(lambda: jobs.free(self.node, now()))
        tick, deliver = self.every
        self._add("tick", self._tick, tick)
        self._add("beat", self._beat, BEAT)
        self._add("deliver", lambda: self._in_app(
            lambda: sending.deliver_all(now(), self.node, self.stopping.is_set)), deliver)
        self._add("returned", lambda: self._in_app(lambda: mailbox.look(now())), RETURNED)
        self._add("privacy", lambda: self._in_app(lambda: erasing.anonymise_all(now())), A_DAY)
        self._add("following", lambda: self._in_app(lambda: followers.forget_all_old(now())), A_DAY)
        self._add("sign-in", lambda: self._in_app(lambda: forgetting.forget_old(now())), A_DAY)
        self._add("jobs", lambda: self._in_app(lambda: jobs.work(self.node, is_stopped=self.stopping.is_set)), WORK)
        self.scheduler.remove_job("lock")

    def _tick(self) -> None:
        self.tick_began = time.monotonic()
        try:
            self._in_app(lambda: due.tick(now(), owner()))
            self.failed = 0
        except BaseException:
            self.failed += 1
            raise
        finally:
            self.tick_began = None

    def _beat(self) -> None:
        """A tick that takes long on a busy machine is alive, and cannot say so itself before it ends. One that fails
        again and again is not."""
        began = self.tick_began
        if began is not None and time.monotonic() - began < TICK_MAY_TAKE and self.failed < TICKS_MAY_FAIL:
            heart.touch(self.app.config["INSTANCE_PATH"], now())

    def _made(self) -> BackgroundScheduler:
        made = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()}, timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        self._add("lock", self._take_lock, self.try_again, made)
        return made

    def _watch(self) -> None:
        """Its thread can die unseen while the pages stay up: another takes its place, under the same lock."""
        while not self.stopping.wait(self.watch):
            thread = self.scheduler._thread
            if thread is not None and not thread.is_alive():
                log.error("the scheduler's thread died; it is started again")
                self._start_again()

    def _start_again(self) -> None:
        dead, self.scheduler = self.scheduler, self._made()
        self.scheduler.start()
        try:
            dead.shutdown(wait=False)
        except Exception:  # whatever killed it may still be wrong with it
            log.exception("the dead scheduler could not be put away")

    def _in_app(self, job: Callable[[], Any]) -> None:
        with self.app.app_context(), acting_as("job"):
            job()
            db.session.commit()

    def _add(self, name: str, job: Callable[[], Any], seconds: float,
             scheduler: BackgroundScheduler | None = None) -> None:
        (scheduler or self.scheduler).add_job(
            job, "interval", seconds=seconds, id=name, next_run_time=now(), replace_existing=True)


def owner() -> str:
    """This process, for the heartbeat."""
    return f"{socket.gethostname()}:{os.getpid()}"[:80]


def run(app: Flask) -> None:
    """In the foreground, until SIGINT or SIGTERM."""
    stopped = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopped.set())
    clock = Clock(app)
    clock.start()
    log.info("the scheduler runs; stop it with Ctrl-C")
    stopped.wait()
    clock.stop()
