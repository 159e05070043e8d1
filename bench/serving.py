"""The feed of 10,000 events as clients ask for it: over loopback, 50 connections, beside nginx with the same bytes as
a file; and in one process, beside the icalendar package."""

from __future__ import annotations

import asyncio
import gc
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from flask import Flask
from icalendar import Calendar
from icalendar import Event as Component

from app import create_app
from app.clock import now
from app.db import db
from app.events.models import Event
from bench.filling import fill
from bench.measuring import counted, timed

EVENTS, CONNECTIONS, ROUNDS = 10_000, 50, 3
PATH = "/calendar.ics"
PACKED = {"Accept-Encoding": "gzip"}
NGINX_PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"
NGINX = """worker_processes 1; pid {folder}/pid; error_log {folder}/error.log crit; daemon off;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type text/calendar;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ listen 127.0.0.1:{port} backlog=2048; root {folder}/www; }} }}
"""


def print_all() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = {"INSTANCE_PATH": folder, "DATABASE_URL": "", "SECRET_KEY": "b" * 48, "RATE_LIMITS": "off",
                    "LOG_LEVEL": "warning", "SCHEDULER": "off", "HOST": "127.0.0.1"}
        app = create_app(**settings)
        with app.app_context():
            fill(app, EVENTS)
        print(f"\n{EVENTS} events, in one process{'CPU ms':>26}{'':>6}")
        in_one_process(app)
        if not os.path.exists(NGINX_PROGRAM):
            print("\nnginx is not there to set us beside: apt-get install nginx-light")
            return
        print(f"\n{EVENTS} events, {CONNECTIONS} connections{'requests':>16}{'CPU us each':>14}{'x nginx':>9}")
        over_loopback(app, settings)


def in_one_process(app: Flask) -> None:
    client = app.test_client()

    def cold(**headers: str) -> bytes:
        forget(app)
        return client.get(PATH, headers=headers).data

    plain, body = timed(cold)
    written, calendar = timed(lambda: built(app), rounds=1)
    serialised, _ = timed(calendar.to_ical, rounds=2)
    del calendar
    gc.collect()
    # By turns: a machine that others use, too, is slow to both.
    turns = [(timed(lambda: cold(**PACKED), rounds=1)[0], after_an_edit(app, client, number)) for number in range(6)]
    packed, edited = map(min, zip(*turns, strict=True))
    known = {"If-None-Match": client.get(PATH, headers=PACKED).headers["ETag"]} | PACKED
    tracemalloc.start()
    cold()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    rows = [("cold, unpacked", plain, ""), ("icalendar builds and writes the same", written + serialised,
             f"{(written + serialised) / plain:.0f} x"), ("icalendar writes it alone", serialised,
             f"{serialised / plain:.0f} x"), ("cold, packed", packed, ""), ("packed, after one edit", edited,
             f"1/{packed / edited:.1f} of cold")]
    for name, seconds, told in rows:
        print(f"{name:<40}{seconds * 1000:>10.1f}   {told}")
    print(f"{'octets, packed':<40}{len(body):>10}   {len(client.get(PATH, headers=PACKED).data)}")
    print(f"{'packed in one piece':<40}{'':>10}   {len(zlib.compress(body, 6))}")
    print(f"{'most memory of a cold answer, MB':<40}{peak / 1e6:>10.1f}")
    forget(app)
    asked = counted(app, lambda: client.get(PATH, headers=PACKED))
    print(f"{'queries, of a 304':<40}{asked:>10}   {counted(app, lambda: client.get(PATH, headers=known))}")


def forget(app: Flask) -> None:
    """As after a start."""
    app.extensions["wujin.shelf"].clear()
    app.extensions["wujin.doorstep"].clear()


def after_an_edit(app: Flask, client, number: int) -> float:  # type: ignore[no-untyped-def]
    client.get(PATH, headers=PACKED)
    with app.app_context():
        db.session.get_one(Event, EVENTS // 2 + number * 7).cancel(now())
        db.session.commit()
    began = time.process_time()
    client.get(PATH, headers=PACKED)
    return time.process_time() - began


def built(app: Flask) -> Calendar:
    """What a system makes that keeps nothing: a component for each event, property by property."""
    calendar = Calendar()
    calendar.add("prodid", "-//bench//")
    calendar.add("version", "2.0")
    with app.app_context():
        for event in db.session.scalars(Event.public()):
            one = Component()
            for name, value in (("uid", event.ical_uid), ("dtstamp", event.revised_at), ("created", event.revised_at),
                                ("last-modified", event.revised_at), ("sequence", event.sequence),
                                ("dtstart", event.starts_at), ("dtend", event.ends_at), ("summary", event.title),
                                ("description", event.description), ("location", event.location),
                                ("status", "CONFIRMED"), ("url", f"http://127.0.0.1/events/{event.id}")):
                one.add(name, value)
            calendar.add_component(one)
    return calendar


def over_loopback(app: Flask, settings: dict[str, str]) -> None:
    client = app.test_client()
    answer = client.get(PATH, headers=PACKED)
    with static(answer.data) as nginx, ours(settings) as wujin:
        tags = {port: first(port) for port, _process in (nginx, wujin)}
        for what, count in (("304", 40_000), ("200, packed", 2_000)):
            def one(port: int, process: psutil.Process, what: str = what, count: int = count) -> float:
                return cost(port, process, PACKED | ({"If-None-Match": tags[port]} if what == "304" else {}), count)

            # By turns: a machine that others use, too, is slow to both.
            theirs, own = map(min, zip(*((one(*nginx), one(*wujin)) for _ in range(ROUNDS)), strict=True))
            for name, each in (("nginx", theirs), ("ours", own)):
                print(f"{name + ' ' + what:<38}{count:>12}{each * 1e6:>14.1f}{each / theirs:>9.1f}")


@contextmanager
def static(body: bytes) -> Iterator[tuple[int, psutil.Process]]:
    """nginx with the packed feed as a file."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (www := Path(folder) / "www").mkdir()
        (www / PATH[1:]).write_bytes(body)
        port = free_port()
        (Path(folder) / "conf").write_text(NGINX.format(folder=folder, port=port))
        with running([NGINX_PROGRAM, "-c", f"{folder}/conf", "-p", folder], port, {}) as process:
            yield port, process


@contextmanager
def ours(settings: dict[str, str]) -> Iterator[tuple[int, psutil.Process]]:
    port = free_port()
    with running([sys.executable, "-m", "bench.served", str(port)], port, settings | {"PORT": str(port)}) as process:
        yield port, process


@contextmanager
def running(command: list[str], port: int, settings: dict[str, str]) -> Iterator[psutil.Process]:
    child = subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        child.wait(20)


def first(port: int) -> str:
    """The tag of the warm answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(3):
        connection.request("GET", PATH, headers=PACKED)
        answer = connection.getresponse()
        answer.read()
    return answer.headers["ETag"]


def cost(port: int, process: psutil.Process, headers: dict[str, str], count: int) -> float:
    """CPU seconds of the server a request."""
    before = spent(process)
    asyncio.run(load(port, headers, count))
    return (spent(process) - before) / count


def spent(process: psutil.Process) -> float:
    return sum(sum(one.cpu_times()[:2]) for one in (process, *process.children(recursive=True)))


async def load(port: int, headers: dict[str, str], count: int) -> None:
    asked = (f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n").encode()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
        for _ in range(count // CONNECTIONS):
            writer.write(asked)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b"content-length:" in head and not head.startswith(b"http/1.1 304"):
                await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
        writer.close()

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
