"""How the installation is, point by point: what `/healthz` says and `/metrics` counts."""

from __future__ import annotations

import enum
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.db import db, is_current
from app.jobs import Job
from app.keeping import metrics
from app.keeping.backup import Backup
from app.outbox import holding, relay
from app.outbox.models import Delivery
from app.reminders.heart import last_beat

MEGABYTE = 1024 * 1024
FULL, NEARLY_FULL = 16 * MEGABYTE, 512 * MEGABYTE
LETTERS_LATE = timedelta(minutes=15)
SILENT = timedelta(minutes=1)
BACKUP_OLD = timedelta(days=8)


class State(enum.StrEnum):
    OK = "ok"
    WARNING = "warning"  # somebody should look, but what people do still works
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Point:
    state: State
    values: dict[str, Any] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        return {"state": self.state.value, **self.values}


@dataclass(frozen=True, slots=True)
class Health:
    points: dict[str, Point]

    @property
    def state(self) -> State:
        found = {point.state for point in self.points.values()}
        return next(state for state in (State.FAILED, State.WARNING, State.OK) if state in found)

    def json(self) -> dict[str, Any]:
        return {"status": self.state.value, **{name: point.json() for name, point in self.points.items()}}


def examine(as_of: datetime) -> Health:
    """Every point, though some of them fail."""
    points = {"disk": disk()}
    try:
        points["database"] = database()
        if points["database"].state is State.OK:
            points |= {"outbox": outbox(as_of), "scheduler": scheduler(as_of), "backup": backup(as_of)}
    except SQLAlchemyError:
        db.session.rollback()
        points["database"] = Point(State.FAILED, {"why": "no answer"})
    return Health(points)


def database() -> Point:
    return Point(State.OK) if is_current(current_app) else Point(State.FAILED, {"why": "not the newest tables"})


def disk() -> Point:
    free = shutil.disk_usage(current_app.config["INSTANCE_PATH"]).free
    state = State.FAILED if free < FULL else State.WARNING if free < NEARLY_FULL else State.OK
    return Point(state, {"free_megabytes": free // MEGABYTE})


def outbox(as_of: datetime) -> Point:
    """How long the letter has waited that should have left first."""
    oldest = db.session.scalar(Delivery.due(as_of).order_by(None).with_only_columns(func.min(Delivery.next_at)))
    age, is_held = _age(oldest, as_of) or 0, bool(holding.held())
    is_down = relay.trouble(as_of) is not None
    late = State.FAILED if is_down or age > LETTERS_LATE.total_seconds() else State.OK
    return Point(State.WARNING if is_held else late,
                 {"oldest_seconds": age, "held": is_held, "no_mail_server": is_down})


def scheduler(as_of: datetime) -> Point:
    """When it last rang, in whichever process."""
    beat = last_beat()
    if beat is None:
        return Point(State.FAILED if current_app.config["SCHEDULER"] else State.WARNING, {"age_seconds": None})
    age = _age(beat, as_of) or 0
    return Point(State.FAILED if age > SILENT.total_seconds() else State.OK, {"age_seconds": age})


def backup(as_of: datetime) -> Point:
    age = _age(db.session.scalar(Backup.newest()), as_of)
    return Point(State.WARNING if age is None or age > BACKUP_OLD.total_seconds() else State.OK, {"age_seconds": age})


def measures(as_of: datetime) -> Iterator[str]:
    """The same, and the letters and jobs by state, for `/metrics`."""
    health = examine(as_of)

    def of(point: str, value: str) -> Any:
        return health.points[point].values.get(value) if point in health.points else None

    yield from metrics.family("wujin_healthy", "gauge", "1 where the point has not failed.", (
        ((("point", name),), int(point.state is not State.FAILED)) for name, point in health.points.items()))
    yield from metrics.gauges({
        "wujin_disk_free_megabytes": ("Free space where the data are.", of("disk", "free_megabytes")),
        "wujin_outbox_oldest_seconds": ("How long the oldest letter is overdue.", of("outbox", "oldest_seconds")),
        "wujin_heartbeat_age_seconds": ("Since the scheduler last rang.", of("scheduler", "age_seconds")),
        "wujin_backup_age_seconds": ("Since the last backup was made.", of("backup", "age_seconds")),
    })
    if health.points["database"].state is State.OK:
        yield from _by_state("wujin_letters", "Letters by state.", Delivery)
        yield from _by_state("wujin_jobs", "Background jobs by state.", Job)


def _by_state(name: str, meaning: str, model: type[Delivery] | type[Job]) -> Iterator[str]:
    counted = db.session.execute(select(model.state, func.count()).group_by(model.state).order_by(model.state))
    yield from metrics.family(name, "gauge", meaning, (((("state", state),), number) for state, number in counted))


def _age(moment: datetime | None, as_of: datetime) -> int | None:
    return None if moment is None else max(int((as_of - moment).total_seconds()), 0)
