"""`python -m app.serve`: web and scheduler of a real installation together; with `--demo`, of the demonstration."""

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
from sqlalchemy.exc import OperationalError

from app import create_app
from app.accounts.cli import link_for
from app.accounts.installation import Installation
from app.accounts.setup import is_set_up
from app.clock import now
from app.db import acting_as, db, is_current, unreachable
from app.keeping import logs
from app.scheduling import Clock
from config import OWNERS_ALONE, SettingError, refuse_unfit

THREADS = 3  # a worker: one more costs a poll a third, as all want the same interpreter
# The server's own lines go the way of ours; its log of accesses would name tokens.
LOGS = {"loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": False}}}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m app.serve", description=__doc__)
    parser.add_argument("--demo", action="store_true",
                        help="serve demonstration data from a database of their own")
    asked = parser.parse_args()
    os.umask(OWNERS_ALONE)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        if asked.demo:
            serve_demonstration()
        else:
            serve_installation()
    except SettingError as error:
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(unreachable(error.orig or error))


def serve_installation() -> None:
    """What the settings say, if it may stand before the public; else one sentence."""
    app = create_app()
    refuse_unfit(app.config, is_debug=app.debug)
    refuse_taken_port(app.config["HOST"], app.config["PORT"], "make start")
    with app.app_context():
        migrate(app)
        refuse_unfounded()
        print(f"\n  Wujin   {app.config['BASE_URL']}/\n\n  see that all is well:   .venv/bin/flask check"
              "\n  stop it with Ctrl-C\n", flush=True)
    serve(app)


def refuse_unfounded() -> None:
    """:raises SettingError: where there is no office yet, or an invented one."""
    if not is_set_up():
        raise SettingError("This installation is not set up yet. Run first:  .venv/bin/flask setup")
    if Installation.is_shown_as_demonstration():
        raise SettingError("This database holds demonstration data. A real installation needs one of its own: "
                           "set INSTANCE_PATH or DATABASE_URL to another.")


def serve_demonstration() -> None:
    """Listens until it is stopped; nothing of it outlives this process."""
    # The web workers are processes of their own and read the same settings.
    os.environ["INSTANCE_PATH"] = str(Path(os.environ.get("INSTANCE_PATH") or "instance") / "demo")
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("LOG_LEVEL", "warning")
    app = create_app()
    refuse_taken_port(app.config["HOST"], app.config["PORT"])
    with app.app_context():
        prepare(app)
        refuse_taken_port(app.config["HOST"], app.config["PORT"])  # loading takes a while, and links are for use
        greet(app)
    serve(app)


def prepare(app: Flask) -> None:
    """Brings the tables up to date and loads the demonstration into a database that has none."""
    from app import demonstration  # heavy, and of no use to a real installation

    migrate(app)
    if not demonstration.people():
        print("loading the demonstration, a year of events:", end="", flush=True)
        demonstration.load(now(), lambda month: print(f" {month}", end="", flush=True))
        print(flush=True)


def migrate(app: Flask) -> None:
    """Brings the tables up to date where they are not."""
    if is_current(app):
        return
    from flask_migrate import upgrade  # Alembic is slow to load, and most starts need none of it

    print("preparing the database ...", flush=True)
    db.session.rollback()  # what was only looked at would hold the lock that the upgrade needs
    upgrade()
    logging.getLogger().setLevel(logging.WARNING)


def greet(app: Flask) -> None:
    """Where it is, a link for each person, and how commands reach the same place."""
    from app import demonstration

    print(f"\n  Wujin (demonstration)   {app.config['BASE_URL']}/\n")
    with acting_as("cli"):
        for person in demonstration.people():
            print(f"  sign in once as {person.name}:\n    {link_for(person)}")
    folder = Path(app.config["INSTANCE_PATH"])
    shown = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    print(f"\n  commands reach it so:   INSTANCE_PATH={shown} BASE_URL={app.config['BASE_URL']} "
          ".venv/bin/flask reminders tick"
          "\n  stop it with Ctrl-C\n", flush=True)


def serve(app: Flask) -> None:
    """Web workers as children, the scheduler in this process: it rings on when a worker is replaced."""
    multiprocessing.set_start_method("spawn")  # a forked worker would inherit the lock and the scheduler's threads
    server = granian.Granian(
        "app.serve:web", address=app.config["HOST"], port=app.config["PORT"], interface=Interfaces.WSGI, factory=True,
        workers=app.config["WORKERS"], blocking_threads=THREADS, respawn_failed_workers=True, log_enabled=True,
        log_level="warning", log_dictconfig=LOGS, workers_kill_timeout=5)
    clock = Clock(app) if app.config["SCHEDULER"] else None
    if clock:
        server.on_startup(clock.start)
        server.on_shutdown(clock.stop)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # a closed terminal ends it too; granian would start anew
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    logs.begin(app.config["LOG_LEVEL"])
    try:
        server.serve()
    except (OSError, RuntimeError):
        refuse_taken_port(app.config["HOST"], app.config["PORT"])
        raise


def refuse_taken_port(host: str, port: int, command: str = "make run") -> None:
    """One sentence instead of a trace when something listens there already."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)  # two may be bound, and only one of them listen
        except OSError as error:
            sys.exit(f"Cannot listen on {host} port {port} ({error.strerror}). "
                     f"Choose another: PORT={port + 1} {command}")


def web() -> Flask:
    """What each web worker runs; it ends when the process that started it is no more, however that ended."""
    threading.Thread(target=_end_with, args=(os.getppid(),), name="parent", daemon=True).start()
    app = create_app()
    logs.begin(app.config["LOG_LEVEL"])
    return app


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    main()
