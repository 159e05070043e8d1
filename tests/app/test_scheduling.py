"""The alarm clock: one holder a folder, started by nobody but those who serve."""

import threading
import time
from datetime import timedelta
from multiprocessing import get_context

import pytest
from sqlalchemy import select

from app import scheduling
from app.clock import now
from app.db import db
from app.outbox import claiming
from app.reminders.heart import last_beat
from app.reminders.models import Heartbeat
from app.scheduling import Clock, Lock
from tests.conftest import AS_OF
from tests.letters import ledger, posted

PATIENCE = 20


def until(is_so) -> bool:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        found = is_so()
        db.session.rollback()  # what only looks must not keep the others from writing
        if found:
            return True
        time.sleep(0.05)
    return False


def _hold(path, taken, done):
    Lock(path).take()
    taken.set()
    done.wait(PATIENCE)


def test_one_process_holds_the_lock_and_the_kernel_drops_it_when_it_is_killed(tmp_path):
    spawn = get_context("spawn")
    taken, done = spawn.Event(), spawn.Event()
    holder = spawn.Process(target=_hold, args=(tmp_path / "scheduler.lock", taken, done))
    holder.start()
    assert taken.wait(PATIENCE)
    lock = Lock(tmp_path / "scheduler.lock")

    while_held = lock.take()
    holder.kill()
    holder.join(PATIENCE)
    afterwards = lock.take()
    lock.release()

    assert (while_held, afterwards) == (False, True)


def test_making_an_application_starts_no_clock(app):
    assert [thread.name for thread in threading.enumerate() if "APScheduler" in thread.name] == []


def test_the_clock_sends_what_is_due_and_takes_over_what_its_predecessor_left(app):
    posted()
    posted("he@example.org", cause="test:2")
    clock = Clock(app, try_again=0.2, tick=0.2, deliver=0.2)
    claiming.claim(AS_OF, 1, node=clock.node)
    db.session.commit()

    clock.start()
    is_done = until(lambda: [one.state for one in ledger()] == ["accepted", "accepted"])
    is_alive = until(lambda: db.session.scalars(select(Heartbeat.owner)).all() == [scheduling.owner()])
    clock.stop()

    assert (is_done, is_alive) == (True, True)


def test_a_second_clock_waits_until_the_first_is_gone(app):
    first, second = (Clock(app, try_again=0.1, tick=0.2, deliver=0.2) for _ in range(2))
    first.start()
    assert until(lambda: first.scheduler.get_job("tick") is not None)

    second.start()
    time.sleep(0.5)
    while_held = second.scheduler.get_job("tick")
    first.stop()
    is_taken_over = until(lambda: second.scheduler.get_job("tick") is not None)
    second.stop()

    assert while_held is None
    assert is_taken_over


def _die(self=None):
    raise RuntimeError("the clock stopped")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_clock_whose_thread_dies_is_wound_up_again_and_keeps_the_lock(app):
    clock = Clock(app, try_again=0.1, tick=0.2, deliver=0.2, watch=0.1)
    clock.start()
    assert until(lambda: clock.scheduler.get_job("tick") is not None)
    dead = clock.scheduler

    dead._process_jobs = _die
    dead.wakeup()
    dead._thread.join(PATIENCE)
    posted()
    is_sent = until(lambda: [one.state for one in ledger()] == ["accepted"])
    other = Lock(clock.lock.path)
    is_free = other.take()
    clock.stop()

    assert (clock.scheduler is dead, is_sent, is_free) == (False, True, False)


def test_a_tick_that_fails_is_rung_again(app, monkeypatch):
    rung = []

    def fails_at_first(as_of, owner):
        rung.append(as_of)
        if len(rung) == 1:
            raise RuntimeError("once")
        return tick(as_of, owner)

    tick = scheduling.due.tick
    monkeypatch.setattr(scheduling.due, "tick", fails_at_first)
    clock = Clock(app, try_again=0.1, tick=0.2, deliver=0.2)
    clock.start()
    is_alive = until(lambda: db.session.scalars(select(Heartbeat.owner)).all() == [scheduling.owner()])
    clock.stop()

    assert (is_alive, len(rung) > 1) == (True, True)


def test_a_tick_that_takes_long_is_alive_and_one_that_fails_again_and_again_is_not(app, tmp_path, monkeypatch):
    """As on a busy machine: the tick ends after a minute and more, and its own row is of before."""
    Heartbeat.beat("tick", "here:1", now() - timedelta(minutes=5))
    db.session.commit()
    clock = Clock(app)
    told = []

    def at_work(*_words):
        clock._beat()
        told.append(now() - last_beat() < timedelta(seconds=30))
        (tmp_path / "scheduler.alive").unlink(missing_ok=True)
        raise RuntimeError("the tick failed")

    monkeypatch.setattr(scheduling.due, "tick", at_work)
    for _ in range(4):
        with pytest.raises(RuntimeError, match="the tick failed"):
            clock._tick()
    clock._beat()  # none is under way

    assert told == [True, True, True, False]
    assert now() - last_beat() > timedelta(minutes=4)
