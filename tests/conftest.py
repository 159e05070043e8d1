"""What all tests share: an application on a database file of its own, and people who knock."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade

from app import create_app
from app.accounts import regions
from app.accounts.links import SignInLink
from app.accounts.models import Person
from app.db import db
from app.rates import limiter
from tests.postgres import Postgres, running
from tests.sharing import TEMPLATES, share_statements
from tests.sink import RunningSink, Sink

# Machines are shared: how long an example took says nothing of the code.
hypothesis.settings.register_profile("shared", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("shared")


KEY = "k" * 48
AS_OF = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday 2 March 2026, 09:00 in Chengdu


class Browser(FlaskClient):
    """A client whose every request is alone, as in life: what the test did is committed before it, and
    what the request did is read afresh after it."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if not has_app_context():
            return super().open(*args, **kwargs)
        db.session.commit()
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        db.session.expire_all()
        return answer


def pytest_collection_finish() -> None:
    """What is loaded by now stays; looking through it again and again for garbage took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000)


@pytest.fixture
def as_of() -> datetime:
    return AS_OF


def settings(folder: Path, **changes: str) -> dict[str, str]:
    return {"INSTANCE_PATH": str(folder), "DATABASE_URL": "", "SECRET_KEY": KEY, "RATE_LIMITS": "off",
            "SCHEDULER": "off", "MAIL_URL": "outbox:", "MAIL_CONNECTIONS": "1", "BASE_URL": "http://wujin.test",
            "UID_HOST": "wujin.test", "HOST": "127.0.0.1", "PORT": "8000", "TIMEZONE": "Asia/Shanghai",
            "MAIL_FROM": "Wujin <no-reply@wujin.test>", "TRUSTED_PROXIES": "0", "TRUSTED_HOSTS": ""} | changes


def opened(chosen: dict[str, str]) -> Flask:
    app = create_app(**chosen)
    app.test_client_class = Browser
    app.config["WTF_CSRF_ENABLED"] = False
    app.jinja_env.bytecode_cache = TEMPLATES
    # A fifth of a second for each password is meant for those who guess.
    app.extensions["security"].pwd_context.update(argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)
    with app.app_context():
        for engine in db.engines.values():
            share_statements(engine)
    return app


def prepare(app: Flask) -> None:
    """An empty, migrated database that knows the regions."""
    with app.app_context():
        upgrade()
        regions.load()
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that each test copies."""
    folder = tmp_path_factory.mktemp("empty")
    app = create_app(**settings(folder))
    prepare(app)
    with app.app_context():
        with db.engine.connect() as connection:
            connection.connection.dbapi_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return folder / "wujin.db"


@pytest.fixture
def make_app(tmp_path: Path, empty_database: Path) -> Iterator[Callable[..., Flask]]:
    """Makes applications on this test's own database file, with settings of choice."""
    made: list[Flask] = []
    shutil.copy(empty_database, tmp_path / "wujin.db")

    def make(**changes: str) -> Flask:
        app = opened(settings(tmp_path, **changes))
        made.append(app)
        return app

    yield make
    for app in made:
        close(app)
    limiter.enabled = False  # it is one in a process, and applications of whole files of tests live on


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The application on SQLite, its context pushed."""
    app = make_app()
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A real PostgreSQL with a migrated database."""
    folder = tmp_path_factory.mktemp("pg-instance")
    with running(lambda address: prepare(create_app(**settings(folder, DATABASE_URL=address)))) as databases:
        yield databases


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def either_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The same test on both databases."""
    if request.param == "sqlite":
        app = request.getfixturevalue("make_app")()
    else:
        address = request.getfixturevalue("postgres").emptied(f"t{os.getpid()}")
        app = opened(settings(tmp_path, DATABASE_URL=address))
    with app.app_context():
        yield app
        db.session.remove()
    close(app)


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    """The mail server to which the application's letters go."""
    with RunningSink() as sink:
        app.config["MAIL_URL"] = sink.url
        yield sink


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Nobody in particular."""
    return app.test_client()


@pytest.fixture
def signed_in(app: Flask) -> Callable[[Person], FlaskClient]:
    """A browser in which the person has used a one-time link."""

    def sign_in(person: Person) -> FlaskClient:
        from app.clock import now

        link, token = SignInLink.issue(person, now())
        db.session.add(link)
        db.session.commit()
        browser = app.test_client()
        answer = browser.post(f"/sign-in/{token}")
        assert answer.status_code == 302, answer.text
        return browser

    return sign_in


@pytest.fixture
def count_queries(app: Flask) -> Callable[[Callable[[], Any]], int]:
    """How many statements reach the database while something is done."""
    from sqlalchemy import event

    def count(action: Callable[[], Any]) -> int:
        seen: list[str] = []

        def hear(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith(("PRAGMA", "BEGIN")):
                seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", hear)
        try:
            action()
        finally:
            event.remove(db.engine, "before_cursor_execute", hear)
        return len(seen)

    return count


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
