"""A mail server for tests: takes letters, or answers as told. `python -m tests.sink PORT FILE` runs it alone."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

HANG_UP = "hang up"


@dataclass
class Sink:
    """`at_rcpt` and `after_data` hold, by address, the answers to give in turn; then 250. `hold` stops before the
    last answer until it is set."""

    at_rcpt: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    after_data: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    at_mail: list[str] = field(default_factory=list)
    letters: list[EmailMessage] = field(default_factory=list)
    octets: list[bytes] = field(default_factory=list)  # of each letter, as they came
    addresses: list[str] = field(default_factory=list)
    connections: int = 0
    reads_ahead: bool = False  # RFC 2920
    hold: threading.Event | None = None
    in_data: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Any, hostname: str,
                          responses: list[str]) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return [responses[0], *(["250-PIPELINING"] if self.reads_ahead else []), *responses[1:]]

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.at_mail:
            return self.at_mail.pop(0)
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.at_rcpt[address]:
            return self.at_rcpt[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        address = envelope.rcpt_tos[0]
        self.octets.append(envelope.content)
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        self.addresses.append(address)
        self.in_data.set()
        if self.hold is not None:
            while not self.hold.is_set():
                await asyncio.sleep(0.01)
        if self.after_data[address]:
            answer = self.after_data[address].pop(0)
            if answer == HANG_UP:
                server.transport.abort()
            return answer
        return "250 2.0.0 taken"


class RunningSink:
    """`with RunningSink() as sink:` listens on a free port of 127.0.0.1; `sink.url` is its MAIL_URL."""

    def __init__(self, sink: Sink | None = None) -> None:
        self.sink = sink or Sink()

    def __enter__(self) -> Sink:
        self._controller = Controller(self.sink, hostname="127.0.0.1", port=free_port())
        self._controller.start()
        self.sink.url = f"smtp://127.0.0.1:{self._controller.port}"
        return self.sink

    def __exit__(self, *error: object) -> None:
        self._controller.stop()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Recorder:
    """Writes address and Message-ID of each letter to a file before it answers; a little slow, as servers are."""

    def __init__(self, path: Path) -> None:
        self.handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.connections = 0

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Any, hostname: str,
                          responses: list[str]) -> list[str]:
        """Every second connection is read ahead (RFC 2920)."""
        self.connections += 1
        session.host_name = hostname
        return [responses[0], *(["250-PIPELINING"] if self.connections % 2 else []), *responses[1:]]

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content)
        os.write(self.handle, f"{envelope.rcpt_tos[0]} {message['Message-ID']}\n".encode())
        await asyncio.sleep(0.002)
        return "250 2.0.0 taken"


def main(port: str, path: str) -> None:
    controller = Controller(Recorder(Path(path)), hostname="127.0.0.1", port=int(port))
    controller.start()
    print("listening", flush=True)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    stop.wait()
    controller.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
