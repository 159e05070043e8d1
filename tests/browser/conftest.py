"""The real thing in a real browser: the demonstration as `make run` serves it, and Chromium."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

TOP = Path(__file__).resolve().parent.parent.parent
SCREENSHOTS = TOP / ".screenshots"
CHROMIUM = os.environ.get("E2E_CHROMIUM", "")
NAVIGATION = 120_000  # ms, for machines that are shared
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="no Chromium found (E2E_CHROMIUM)"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": FLAGS}


@dataclass(frozen=True)
class Place:
    """An installation that runs: where it answers, what it keeps, its process."""

    address: str
    instance: Path
    process: subprocess.Popen[str]

    def read(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            return answer.read().decode()

    def first(self, pattern: str, path: str) -> str:
        """The first address on a page that matches."""
        found = re.search(pattern, self.read(path))
        assert found, f"nothing like {pattern} on {path}"
        return found[1]

    def flask(self, *words: str) -> str:
        """A `flask` command on the same place."""
        return flask(environment_of(self.instance, BASE_URL=self.address), *words)


@dataclass(frozen=True)
class Demonstration(Place):
    """With the one-time links it printed."""

    links: list[str]


def environment_of(instance: Path, **settings: str) -> dict[str, str]:
    environment = os.environ | {"INSTANCE_PATH": str(instance), "HOST": "127.0.0.1", "RATE_LIMITS": "off",
                                "PYTHONUNBUFFERED": "1"} | settings
    for name in ("DATABASE_URL", "SECRET_KEY", "FLASK_DEBUG"):
        environment.pop(name, None)
    return environment


def flask(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "flask", "--app", "app", *words], cwd=TOP, timeout=120,
                          env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(instance: Path, port: int, *words: str) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """`python -m app.serve` until the block is left: what it printed, and its process."""
    log = instance / "log"
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "app.serve", *words], cwd=TOP, stdout=out,
                                   env=environment_of(instance, PORT=str(port)), stderr=subprocess.STDOUT, text=True,
                                   start_new_session=True)
    try:
        _wait(f"http://127.0.0.1:{port}", process, log)
        yield log, process
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def loaded_once(factory: pytest.TempPathFactory) -> Path:
    """The demonstration's folder as it was loaded by the first process of a run that wants it."""
    common = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        common = common.parent
    place = common / "loaded"
    with (common / "loaded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "ended").exists():
            place.mkdir(exist_ok=True)
            with served(place, free_port(), "--demo"):
                pass
            (place / "ended").touch()
    return place / "demo"


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    instance, port = tmp_path_factory.mktemp("demonstration"), free_port()
    shutil.copytree(loaded_once(tmp_path_factory), instance / "demo")
    with served(instance, port, "--demo") as (log, process):
        links = re.findall(r"(http://\S+/sign-in/\S+)", log.read_text())
        yield Demonstration(f"http://127.0.0.1:{port}", instance / "demo", process, links)


PEOPLE = ("organizer", "leader", "administrator", "reviewer", "county")  # in the order of the printed links


@pytest.fixture(scope="session")
def state_of(browser: Browser, demonstration: Demonstration) -> Callable[[str], Any]:
    """The storage of a browser in which one of the demonstration's `PEOPLE` used the one-time link."""

    @cache
    def sign_in(who: str) -> Any:
        context = browser.new_context(locale="zh-CN")
        page = context.new_page()
        page.goto(demonstration.links[PEOPLE.index(who)])
        page.locator("main form .button-main").click()
        page.wait_for_url("**/console/**")
        state = context.storage_state()
        context.close()
        return state

    return sign_in


@pytest.fixture(scope="session")
def page_of(browser: Browser, state_of: Callable[[str], Any]) -> Callable[[str], Page]:
    """One of the `PEOPLE`, or a stranger (""), looking: a page that tests use one after another, as a new one costs a
    process of the browser each."""

    @cache
    def looking(who: str) -> Page:
        context = browser.new_context(locale="zh-CN", storage_state=state_of(who) if who else None)
        context.set_default_navigation_timeout(NAVIGATION)
        return context.new_page()

    return looking


@pytest.fixture(scope="session")
def organizer_state(state_of: Callable[[str], Any]) -> Any:
    return state_of("organizer")


def _wait(address: str, process: subprocess.Popen[str], log: Path) -> None:
    for _ in range(6000):  # ten minutes, for machines that are shared
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(address + "/", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"it does not answer:\n{log.read_text()[-3000:]}")
