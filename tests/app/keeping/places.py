"""Installations side by side: each its own folder, database and secret."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import time_machine
from flask import Flask
from PIL import Image

from app import create_app
from app.db import db
from app.files import keep_photo
from app.keeping import tables
from app.keeping.backup import snapshot
from tests.conftest import AS_OF, Browser, settings
from tests.factories import a_task, an_event
from tests.letters import enrolled, posted

Make = Callable[..., Flask]


def a_place(folder: Path, empty: Path | None = None, **changes: str) -> Flask:
    """A migrated installation that makes its own secret, as in life."""
    folder.mkdir(parents=True, exist_ok=True)
    if empty is not None:
        shutil.copy(empty, folder / "wujin.db")
    app = create_app(**settings(folder, SECRET_KEY="", **changes))
    app.test_client_class = Browser
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@contextmanager
def inside(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def live_in() -> None:
    """A little of everything: a child older than its parent, a photo, somebody enrolled, letters."""
    child = an_event("讲坛第一期", takes_enrolments=True, tasks=[a_task()])
    parent = an_event("蜀光讲坛")
    child.parent, child.part = parent, "issue"
    enrolled(child)
    picture = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(picture, "PNG")
    picture.seek(0)
    db.session.add(keep_photo(picture, "合影.png", AS_OF))
    posted("li@example.org", cause="test:1")
    db.session.commit()


def content(*without: str) -> dict[str, list[bytes]]:
    """Every table's rows as a backup writes them."""
    db.session.commit()
    with snapshot() as connection:
        return {name: list(one.lines(connection)) for name, one in tables.stored(connection).items()
                if name not in without}


def feeds(app: Flask) -> list[bytes]:
    """What calendar programs get, at one moment."""
    with time_machine.travel(AS_OF, tick=False):
        return [app.test_client().get(address).data for address in
                ("/calendar.ics", "/calendar.ics?lang=en", "/calendar.ics?kind=lecture&alarm=PT1H", "/events/1.ics")]


def tag(app: Flask) -> str:
    with time_machine.travel(AS_OF, tick=False):
        return app.test_client().get("/calendar.ics").headers["ETag"]
