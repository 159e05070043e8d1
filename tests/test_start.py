"""`make start` as a process of its own: what it refuses, and that it serves and ends."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from config import TOP

NO_DATABASE = ("DATABASE_URL must be postgresql://user:password@host:port/name, or empty for SQLite in "
               "INSTANCE_PATH, not ")
FOUNDED = ("setup", "--office", "某省知识产权服务促进中心", "--region", "四川", "--admin-name", "Chen",
           "--admin-email", "chen@example.org", "--contact", "028-00000000")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environment(tmp_path):
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return clean | {"INSTANCE_PATH": str(tmp_path), "PORT": str(free_port()), "PYTHONIOENCODING": "utf-8"}


def run(environment, *words):
    return subprocess.run([sys.executable, *words], cwd=TOP, env=environment, capture_output=True, text=True,
                          timeout=300, check=False)


@pytest.mark.parametrize(("changes", "sentence"), [
    ({}, "This installation is not set up yet. Run first:  .venv/bin/flask setup\n"),
    ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter than 32 characters; leave it empty and one is made.\n"),
    ({"BASE_URL": "http://wujin.example.org"},
     "BASE_URL is http://wujin.example.org, without encryption; outside this machine it must begin with https://.\n"),
    ({"FLASK_DEBUG": "1"},
     "FLASK_DEBUG is on: it would show the inside to whoever makes a mistake. Unset it.\n"),
    ({"DATABASE_URL": "mysql://wujin:gEheim@db/wujin"}, NO_DATABASE + "“mysql://…”.\n"),
    ({"DATABASE_URL": "nonsense"}, NO_DATABASE + "“nonsense”.\n"),
    ({"DATABASE_URL": "postgresql://w:gEheim@127.0.0.1:abc/wujin"}, NO_DATABASE + "“postgresql+psycopg://…”.\n")])
def test_what_may_not_start_says_why_in_one_sentence(environment, changes, sentence):
    ended = run(environment | changes, "-m", "app.serve")

    assert (ended.returncode, ended.stderr) == (1, sentence)


@pytest.mark.parametrize("words", [("-m", "app.serve"), ("-m", "flask", "--app", "app", "outbox", "release")])
@pytest.mark.parametrize("address", ["mysql://wujin:gEheim@db/wujin", "postgresql://wujin:gEheim@127.0.0.1:1/wujin"])
def test_where_no_database_is_server_and_commands_name_the_setting_and_no_password(environment, words, address):
    ended = run(environment | {"DATABASE_URL": address}, *words)

    said = ended.stderr.strip().splitlines()
    assert (ended.returncode, len(said), said[0].removeprefix("Error: ")[:12], "gEheim" in said[0]) == (
        1, 1, "DATABASE_URL", False)


def test_what_is_made_for_an_installation_is_its_owners_alone(environment, tmp_path):
    environment |= {"INSTANCE_PATH": str(tmp_path / "instance")}
    founded = run(environment, "-m", "flask", "--app", "app", *FOUNDED)

    made = [tmp_path / "instance", *(tmp_path / "instance").iterdir()]
    assert (founded.returncode, [one.name for one in made if one.stat().st_mode & 0o077]) == (0, [])


def test_a_founded_installation_serves_rings_and_ends_with_its_workers(environment):
    environment |= {"WORKERS": "2", "SECRET_KEY": secrets.token_hex(32)}
    founded = run(environment, "-m", "flask", "--app", "app", *FOUNDED)
    assert (founded.returncode, founded.stderr) == (0, "")

    process = subprocess.Popen([sys.executable, "-m", "app.serve"], cwd=TOP, env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        page = fetched(f"http://127.0.0.1:{environment['PORT']}/", process)
        workers = children(process.pid)
        scheduler = state_of("scheduler", environment)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)

    assert "028-00000000" in page
    assert len(workers) == 2
    assert scheduler == "ok"
    assert [worker for worker in workers if Path(f"/proc/{worker}").exists()] == []


def fetched(address, process):
    """Tried until it answers: how long a start takes is no matter of this test."""
    for _ in range(3000):
        assert process.poll() is None, process.stdout.read()
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise AssertionError("it never answered")


def children(pid):
    """The web workers: python's own helper of spawned processes is not one."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [child for child in found if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes()]


def state_of(point, environment):
    """As `flask check` tells it, asked again while it is not well: the first ring may be a moment away."""
    for _ in range(5):
        told = run(environment, "-m", "flask", "--app", "app", "check").stdout
        state = next(line.split()[0] for line in told.splitlines() if line.split()[1:2] == [point])
        if state == "ok":
            break
    return state
