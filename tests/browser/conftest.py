"""The real thing in a real browser: the demonstration as `make run` serves it, and Chromium."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

TOP = Path(__file__).resolve().parent.parent.parent
SCREENSHOTS = TOP / ".screenshots"
CHROMIUM = os.environ.get("E2E_CHROMIUM", "")
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
class Demonstration:
    """Where the demonstration answers, the one-time links it printed, and its process."""

    address: str
    links: list[str]
    process: subprocess.Popen[str]
    instance: Path

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
        environment = os.environ | {"INSTANCE_PATH": str(self.instance / "demo"), "BASE_URL": self.address}
        environment.pop("DATABASE_URL", None)
        done = subprocess.run([sys.executable, "-m", "flask", "--app", "app", *words], cwd=TOP, timeout=120,
                              env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    instance = tmp_path_factory.mktemp("demonstration")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"INSTANCE_PATH": str(instance), "PORT": str(port), "HOST": "127.0.0.1",
                                "RATE_LIMITS": "off", "PYTHONUNBUFFERED": "1"}
    log = instance / "log"
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "app.serve", "--demo"], cwd=TOP, env=environment,
                                   stdout=out, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process, log)
        links = re.findall(r"(http://\S+/sign-in/\S+)", log.read_text())
        yield Demonstration(address, links, process, instance)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def organizer_state(browser: Browser, demonstration: Demonstration) -> dict[str, Any]:
    """The storage of a browser in which the demonstration's organizer used the one-time link."""
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(demonstration.links[0])
    page.locator("main form .button-main").click()
    page.wait_for_url("**/console/**")
    state = context.storage_state()
    context.close()
    return state  # type: ignore[return-value]


def _wait(address: str, process: subprocess.Popen[str], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(address + "/", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the demonstration does not answer:\n{log.read_text()[-3000:]}")
