"""`python -m app.serve --demo`: web and scheduler together, from an empty folder to a running demonstration."""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import granian
from flask import Flask
from granian.constants import Interfaces

from app import create_app
from app.accounts.cli import link_for
from app.clock import now
from app.db import acting_as, db, is_current
from app.scheduling import Clock
from config import SettingError

THREADS = 4


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m app.serve", description=__doc__)
    parser.add_argument("--demo", action="store_true", required=True,
                        help="serve demonstration data from a database of their own")
    parser.parse_args()
    try:
        serve_demonstration()
    except SettingError as error:
        sys.exit(str(error))


def serve_demonstration() -> None:
    """Listens until it is stopped; nothing of it outlives this process."""
    # The web workers are processes of their own and read the same settings.
    os.environ["INSTANCE_PATH"] = str(Path(os.environ.get("INSTANCE_PATH") or "instance") / "demo")
    os.environ.pop("DATABASE_URL", None)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    app = create_app()
    refuse_taken_port(app.config["HOST"], app.config["PORT"])
    with app.app_context():
        prepare(app)
        greet(app)
    serve(app)


def prepare(app: Flask) -> None:
    """Brings the tables up to date and loads the demonstration into a database that has none."""
    from app import demonstration  # heavy, and of no use to a real installation

    if not is_current(app):
        from flask_migrate import upgrade  # Alembic is slow to load, and most starts need none of it

        print("preparing the database ...", flush=True)
        upgrade()
        logging.getLogger().setLevel(logging.WARNING)
    if not demonstration.people():
        print("loading the demonstration ...", flush=True)
        demonstration.load(now())


def greet(app: Flask) -> None:
    """Where it is, a link for each person, and how commands reach the same place."""
    from app import demonstration

    print(f"\n  Wujin (demonstration)   {app.config['BASE_URL']}/\n")
    with acting_as("cli"):
        for person in demonstration.people():
            print(f"  sign in once as {person.name}:\n    {link_for(person)}")
    folder = Path(app.config["INSTANCE_PATH"])
    shown = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    print(f"\n  commands reach it so:   INSTANCE_PATH={shown} .venv/bin/flask reminders tick"
          "\n  stop it with Ctrl-C\n", flush=True)


def serve(app: Flask) -> None:
    """Web workers as children, the scheduler in this process: it rings on when a worker is replaced."""
    multiprocessing.set_start_method("spawn")  # a forked worker would inherit the lock and the scheduler's threads
    server = granian.Granian(
        "app.serve:web", address=app.config["HOST"], port=app.config["PORT"], interface=Interfaces.WSGI, factory=True,
        workers=app.config["WORKERS"], blocking_threads=THREADS, respawn_failed_workers=True, log_enabled=True,
        log_level="warning", workers_kill_timeout=5)
    clock = Clock(app) if app.config["SCHEDULER"] else None
    if clock:
        server.on_startup(clock.start)
        server.on_shutdown(clock.stop)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a closed terminal ends it too; granian would start anew
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    server.serve()


def refuse_taken_port(host: str, port: int) -> None:
    """One sentence instead of a trace when something listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(f"Cannot listen on {host} port {port} ({error.strerror}). Choose another: PORT=8001 make run")


def web() -> Flask:
    """What each web worker runs; it ends when the process that started it is no more, however that ended."""
    threading.Thread(target=_end_with, args=(os.getppid(),), name="parent", daemon=True).start()
    return create_app()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    main()
