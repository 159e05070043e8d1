"""What the whole recount of a plan costs, and the pages that show it, on both databases."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import contains_eager

from app import create_app
from app.db import db
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from app.reports.counting.tally import tally
from app.reports.outlook.lights import lights
from bench import office
from bench.databases import postgresql
from bench.measuring import ROUNDS, counted, timed

SIZES = (200, 2000, 20_000)
PAGES = {"plan page, console": "/console/plan?year={year}", "plan page, public": "/plans/{year}",
         "board": "/console/board?year={year}"}


def print_all() -> None:
    print(f"\n{'recount of 37 tasks, 60 indicators':<36}{'events':>8}{'queries':>9}{'CPU ms':>9}{'server ms':>11}")
    lines: dict[str, list[str]] = {}
    with postgresql() as address:
        for size in SIZES:
            for kind in ("sqlite", "postgresql") if address else ("sqlite",):
                with tempfile.TemporaryDirectory() as folder:
                    at = address(size) if kind == "postgresql" else ""
                    app = create_app(INSTANCE_PATH=folder, DATABASE_URL=at, SECRET_KEY="b" * 48, RATE_LIMITS="off")
                    for name, line in _measured(app, kind, size):
                        lines.setdefault(name, []).append(line)
    for rows in lines.values():
        print("\n".join(rows))


def _measured(app: Flask, kind: str, size: int) -> Iterator[tuple[str, str]]:
    with app.app_context():
        plan, token = office.fill(size)
        year, id = plan.year, plan.id
        for name, action in (("recount", _recount), ("lights", _lights)):
            yield name, _line(app, f"{name}, {kind}", size, partial(_afresh, action, id))
        db.session.remove()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post(f"/sign-in/{token}")
    for name, address in PAGES.items():
        ask = partial(client.get, address.format(year=year))
        if ask().status_code == 200:
            with app.app_context():
                yield name, _line(app, f"{name}, {kind}", size, ask)
    with app.app_context():
        db.engine.dispose()


def _afresh(action: Callable[[Plan], None], id: int) -> None:
    db.session.expunge_all()
    action(db.session.scalars(select(Plan).where(Plan.id == id)).one())


def _recount(plan: Plan) -> None:
    counts = tally(plan, office.AS_OF)
    for one in db.session.scalars(select(Indicator).join(Indicator.task).where(Task.plan_id == plan.id).options(
            contains_eager(Indicator.task))):
        counts.task(one.task_id)
        counts.of(one)


def _lights(plan: Plan) -> None:
    lights(plan, office.AS_OF)


def _line(app: Flask, name: str, size: int, action: Callable[[], object]) -> str:
    action()  # warm: statements and templates
    queries = counted(app, action)
    before = _server_cpu()
    cpu = timed(action)[0]
    told = f"{cpu * 1000:>9.2f}"
    if before is not None:
        told += f"{((_server_cpu() or 0) - before) / ROUNDS * 1000:>11.2f}"
    return f"{name:<36}{size:>8}{queries:>9}{told}"


def _server_cpu() -> float | None:
    """Seconds that PostgreSQL's processes of this database have used; None where that cannot be seen."""
    if db.engine.dialect.name != "postgresql" or not Path("/proc/self/stat").exists():
        return None
    with db.engine.connect() as connection:
        pids = connection.execute(text(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()")).scalars().all()
    ticks = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13] for pid in pids]
    return sum(int(one) for pair in ticks for one in pair) / os.sysconf("SC_CLK_TCK")
