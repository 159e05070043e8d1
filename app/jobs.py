"""Work that takes longer than a page may: asked for in a transaction, done behind it, watched from a page.

What strangers sent is worked on by a pure function in a limited child process (`limits.py`). Work on our own rows
is done here, reading only. What was found is kept on the row, and a file that was made beside it (`made.py`), until
whoever asked has used it, a day at most.
"""

from __future__ import annotations

import enum
import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, Select, String, or_, select, text, update
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app import limits, made
from app.clock import now
from app.db import Model, db, reading, writing

Clock = Callable[[], datetime]

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=limits.SECONDS + 30)
TRIES = 2
KEPT_FOR = timedelta(days=1)
LOST = "处理时服务停了两次，没有做完。请重新上传；再不行，请把内容分成几份。"
INSIDE = "没有做成，原因已记在日志里。请再试一次；再不行，请告诉管理员。"
UNKNOWN = "这种后台任务现在没有人做。请告诉管理员。"


class JobState(enum.StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Lost(Exception):
    """Another holds the job now; what we know of it must not be written."""


class Job(Model):
    """One piece of work. `asked_by` is the actor as the audit knows him: nobody else may look at it."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_open", "id", postgresql_where=text("state IN ('waiting','running')"),
              sqlite_where=text("state IN ('waiting','running')")),
        CheckConstraint("state IN ('waiting','running','done','failed')", name="state"),
        CheckConstraint("state != 'failed' OR error != ''", name="error"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(48))
    state: Mapped[str] = mapped_column(String(12), default=JobState.WAITING.value)
    asked_by: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    attachment: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[Any | None] = deferred(mapped_column(JSON(none_as_null=True)))
    error: Mapped[str] = mapped_column(String(300), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    claim: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @classmethod
    def asked(cls, by: str) -> Select[Job]:
        """The one way for a page to reach a job."""
        return select(cls).where(cls.asked_by == by).order_by(cls.id.desc())

    @property
    def is_over(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)

    def forget(self) -> None:
        """Used: what it found is not kept any longer."""
        self.result, self.attachment = None, None


Inside = Callable[[int, Mapping[str, Any], limits.Progress], Any]


def register(app: Flask, kind: str, work: str | Inside) -> None:
    """Called by `create_app`, one line a kind. `work` is "module:function", run in a limited child; or a function
    of the job's id, the payload and whom to tell how far it is, run here and able to read the database."""
    app.extensions.setdefault("wujin.jobs", {})[kind] = work


def enqueue(kind: str, *, asked_by: str, as_of: datetime, payload: Mapping[str, Any] | None = None,
            attachment: bytes = b"") -> Job:
    """Asks for the work; begun within a second or two of the commit, when a scheduler runs."""
    job = Job(kind=kind, asked_by=asked_by, created_at=as_of, payload=dict(payload or {}), attachment=attachment,
              state=JobState.WAITING.value, done=0, total=0, attempts=0, error="")
    db.session.add(job)
    return job


def work(node: str, *, clock: Clock = now, is_stopped: Callable[[], bool] = lambda: False) -> bool:
    """Does one job that waits, if there is one. Commits: claim, progress and end. Called by the scheduler."""
    db.session.commit()
    with reading():  # an idle ring takes no write lock
        is_idle = db.session.scalars(_open(clock()).limit(1)).one_or_none() is None
        db.session.commit()
    if is_idle:
        return False
    reap(clock())
    job = claim(clock(), node)
    if job is None:
        db.session.commit()
        return False
    id, token, kind, payload = job.id, job.claim or "", job.kind, job.payload
    attachment = job.attachment or b""
    db.session.commit()
    try:
        _done(id, token, kind, payload, attachment, is_stopped, clock)
    except Lost:
        log.warning("job %s is another's now", id)
        db.session.rollback()
    return True


def claim(as_of: datetime, node: str = "") -> Job | None:
    """The oldest that waits, held by us for a while; commit before working."""
    token = f"{node}-{secrets.token_hex(8)}"
    oldest = (select(Job.id).where(Job.state == JobState.WAITING.value).order_by(Job.id).limit(1)
              .with_for_update(skip_locked=True).cte("oldest"))
    id = db.session.scalar(
        update(Job).where(Job.id.in_(select(oldest.c.id)))
        .values(state=JobState.RUNNING.value, claim=token, lease_until=as_of + LEASE, started_at=as_of,
                attempts=Job.attempts + 1)
        .returning(Job.id).execution_options(synchronize_session=False))
    return None if id is None else db.session.get(Job, id, populate_existing=True)


def progress(id: int, token: str, done: int, total: int) -> None:
    """:raises Lost: when the job is no longer ours, as `finish` and `fail` do."""
    _fenced(id, token, done=done, total=total)


def finish(id: int, token: str, result: Any, as_of: datetime) -> None:
    _fenced(id, token, state=JobState.DONE.value, result=result, attachment=None, ended_at=as_of, **_FREE)


def fail(id: int, token: str, sentence: str, as_of: datetime) -> None:
    _fenced(id, token, state=JobState.FAILED.value, error=sentence[:300], attachment=None, ended_at=as_of, **_FREE)


def put_back(id: int, token: str) -> None:
    """Broken off by us, not by the work: it does not count as a try."""
    _fenced(id, token, state=JobState.WAITING.value, attempts=Job.attempts - 1, done=0, **_FREE)


def reap(as_of: datetime) -> None:
    """Takes back what its holder let run out, and forgets what nobody came for."""
    _free(as_of, Job.lease_until <= as_of)
    db.session.execute(
        update(Job).where(Job.ended_at <= as_of - KEPT_FOR, Job.result.is_not(None)).values(result=None)
        .execution_options(synchronize_session=False))
    made.forget_before(as_of - KEPT_FOR)


def free(node: str, as_of: datetime) -> None:
    """At the start of the one holder called `node`: its claims are of a process that is no more."""
    _free(as_of, Job.claim.startswith(f"{node}-", autoescape=True))


_FREE: dict[str, Any] = {"claim": None, "lease_until": None}


def _open(as_of: datetime) -> Select[int]:
    """What there is to do: waiting ones, claims that ran out, and results that nobody came for."""
    return select(Job.id).where(or_(
        Job.state == JobState.WAITING.value,
        (Job.state == JobState.RUNNING.value) & (Job.lease_until <= as_of),
        (Job.ended_at <= as_of - KEPT_FOR) & Job.result.is_not(None)))


def _done(id: int, token: str, kind: str, payload: Mapping[str, Any], attachment: bytes,
          is_stopped: Callable[[], bool], clock: Clock) -> None:
    def told(done: int, total: int) -> None:
        progress(id, token, done, total)
        db.session.commit()

    try:
        function = current_app.extensions.get("wujin.jobs", {}).get(kind)
        if function is None:
            raise limits.Unfit(UNKNOWN)
        if isinstance(function, str):
            result = limits.run(function, payload, attachment, told=told, is_stopped=is_stopped)
        else:
            result = _inside(function, id, payload, told, is_stopped)
        finish(id, token, result, clock())
    except limits.Stopped:
        put_back(id, token)
    except limits.Unfit as error:
        fail(id, token, str(error), clock())
    db.session.commit()


def _inside(function: Inside, id: int, payload: Mapping[str, Any], told: limits.Progress,
            is_stopped: Callable[[], bool]) -> Any:
    """Reads in transactions that hold up no writer; between them it tells how far it is."""

    def told_between(done: int, total: int) -> None:
        db.session.commit()
        if is_stopped():
            raise limits.Stopped
        with writing():
            told(done, total)

    try:
        with reading():
            found = function(id, payload, told_between)
            db.session.commit()
    except limits.Stopped:
        raise
    except (Lost, limits.Unfit):
        db.session.rollback()
        raise
    except Exception as error:
        log.exception("job %s failed", id)
        db.session.rollback()
        raise limits.Unfit(INSIDE) from error
    return found


def _fenced(id: int, token: str, **values: Any) -> None:
    changed = db.session.execute(
        update(Job).where(Job.id == id, Job.state == JobState.RUNNING.value, Job.claim == token).values(**values)
        .execution_options(synchronize_session=False))
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Lost(id)


def _free(as_of: datetime, which: Any) -> None:
    mine = (Job.state == JobState.RUNNING.value) & which
    again, over = mine & (Job.attempts < TRIES), mine & (Job.attempts >= TRIES)
    for rows, values in ((again, {"state": JobState.WAITING.value, "done": 0}),
                         (over, {"state": JobState.FAILED.value, "error": LOST, "attachment": None,
                                 "ended_at": as_of})):
        db.session.execute(update(Job).where(rows).values(**values, **_FREE)
                           .execution_options(synchronize_session=False))
