"""A mailbox for tests: as much of IMAP (RFC 3501) as it takes to read what came, on a free port of 127.0.0.1."""

from __future__ import annotations

import re
import socketserver
import threading
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """`letters` by their number from 1; `seen` are the numbers that somebody marked."""

    letters: list[bytes] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    password: str = "right"
    url: str = ""

    def answer(self, words: str) -> list[bytes]:
        """The untagged answers to one command, and the last line's word."""
        verb = words.split()[0].upper()
        if verb == "LOGIN":
            return [b"OK" if words.split()[2].strip('"') == self.password else b"NO"]
        if verb == "UID":
            return [*self._of_letters(words), b"OK"]
        return [{"CAPABILITY": b"* CAPABILITY IMAP4rev1", "SELECT": f"* {len(self.letters)} EXISTS".encode(),
                 "LOGOUT": b"* BYE"}.get(verb, b"* OK"), b"OK"]

    def _of_letters(self, words: str) -> list[bytes]:
        _uid, verb, *rest = words.split(" ", 3)
        if verb == "SEARCH":
            unseen = [str(number) for number in range(1, len(self.letters) + 1) if number not in self.seen]
            return [f"* SEARCH {' '.join(unseen)}".encode()]
        number = int(rest[0])
        if verb == "STORE":
            self.seen.add(number)
            return [f"* {number} FETCH (FLAGS (\\Seen))".encode()]
        octets = self.letters[number - 1]
        if "SIZE" in rest[1]:
            return [f"* {number} FETCH (UID {number} RFC822.SIZE {len(octets)})".encode()]
        return [f"* {number} FETCH (UID {number} BODY[] {{{len(octets)}}}\r\n".encode() + octets + b")"]


class RunningMailbox:
    """`with RunningMailbox() as mailbox:` listens; `mailbox.url` is its BOUNCE_URL."""

    def __init__(self) -> None:
        mailbox = self.mailbox = Mailbox()

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"* OK ready\r\n")
                while line := self.rfile.readline().decode().strip():
                    tag, words = line.split(" ", 1)
                    *told, last = mailbox.answer(words)
                    for one in told:
                        self.wfile.write(one + b"\r\n")
                    self.wfile.write(tag.encode() + b" " + last + b" done\r\n")
                    if re.match("LOGOUT", words, re.IGNORECASE):
                        return

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    def __enter__(self) -> Mailbox:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.mailbox.url = f"imap://wujin:right@127.0.0.1:{self.server.server_address[1]}/INBOX"
        return self.mailbox

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
