"""Where letters go: SMTP connections kept as long as letters wait, or nowhere (`outbox:`)."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask, current_app

from app.outbox.answers import Answer, Outcome, read
from config import SettingError

TIMEOUT = 60
LAST_ANSWER_TIMEOUT = 600  # RFC 5321 4.5.3.2.6
FAREWELL_TIMEOUT = 5
KEPT = "留在发件箱，没有寄出"

_LEADING_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Relay:
    """MAIL_URL taken apart."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    is_tls: bool = False
    starts_tls: bool = False

    @classmethod
    def parse(cls, address: str) -> Relay | None:
        """None for `outbox:`.

        :raises SettingError: for anything but smtp://, smtps:// and outbox:
        """
        parts = urlsplit(address)
        if parts.scheme == "outbox":
            return None
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == -1:
            raise SettingError("MAIL_URL must be smtp://user:password@host:port, smtps://... or outbox:")
        is_tls = parts.scheme == "smtps"
        return cls(parts.hostname, port or (465 if is_tls else 25), unquote(parts.username or ""),
                   unquote(parts.password or ""), is_tls, parse_qs(parts.query).get("starttls") == ["1"])

    @property
    def is_loopback(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class Transport(Protocol):
    def offer(self, sender: str, address: str) -> Answer: ...
    def withdraw(self) -> None: ...
    def data(self, message: bytes) -> Answer: ...
    def close(self) -> None: ...


class KeptHere:
    """Sends nothing: the letter counts as gone and can be read in the outbox."""

    def offer(self, sender: str, address: str) -> Answer:
        return Answer(Outcome.ACCEPTED)

    def withdraw(self) -> None:
        """Nothing was begun."""

    def data(self, message: bytes) -> Answer:
        return Answer(Outcome.ACCEPTED, words=KEPT)

    def close(self) -> None:
        """Nothing was opened."""


class Conversation:
    """One connection, opened at the first letter. Steps are apart, so that the ledger can be told between them."""

    def __init__(self, relay: Relay, timeout: float = TIMEOUT,
                 last_answer_timeout: float = LAST_ANSWER_TIMEOUT) -> None:
        self.relay, self.timeout, self.last_answer_timeout = relay, timeout, last_answer_timeout
        self._smtp: smtplib.SMTP | None = None
        self._is_awaited = False  # the server said 354: what comes next is the letter

    def offer(self, sender: str, address: str) -> Answer:
        """MAIL and RCPT. Accepted means that DATA may begin."""
        was_open = self._smtp is not None
        try:
            return self._offer(sender, address)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            if was_open:  # a server may hang up on an idle connection
                return self.offer(sender, address)
            return _no_relay(error)

    def withdraw(self) -> None:
        """Takes the offer back. The connection stays good, unless the server waits for the words: then breaking off
        is the one way to send none (RFC 5321 4.1.1.4)."""
        if self._is_awaited:
            self._hang_up()
        elif self._smtp is not None:
            try:
                self._smtp.rset()
            except (OSError, smtplib.SMTPException):
                self.close()

    def data(self, message: bytes) -> Answer:
        """The words of the letter. Once they are under way, silence means that nobody can know (RFC 1047)."""
        smtp = self._smtp
        if smtp is None or smtp.sock is None:
            return Answer(Outcome.LATER, words="connection lost before DATA")
        if not self._is_awaited:
            try:
                code, said = smtp.docmd("DATA")
            except (OSError, smtplib.SMTPException) as error:
                self.close()
                return Answer(Outcome.LATER, words=f"connection lost before DATA: {error}")
            if code != 354:
                self.withdraw()
                return self._of_letter(code, said)
        self._is_awaited = False
        try:
            smtp.sock.settimeout(self.last_answer_timeout)
            smtp.send(_LEADING_DOT.sub(b"..", message) + b".\r\n")
            code, said = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(self.timeout)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Answer(Outcome.UNKNOWN, words=f"no answer after DATA: {error}")
        return self._of_letter(code, said)

    def close(self) -> None:
        if self._is_awaited:
            self._hang_up()
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                if smtp.sock is not None:
                    smtp.sock.settimeout(FAREWELL_TIMEOUT)
                smtp.quit()
            except (OSError, smtplib.SMTPException):
                smtp.close()

    def _offer(self, sender: str, address: str) -> Answer:
        if self._smtp is None:
            self._smtp = self._connect(sender)
        say = self._say_at_once if self._smtp.has_extn("pipelining") else self._say_in_turn
        answer = say(self._smtp, sender, address)
        if answer.outcome in (Outcome.BUSY, Outcome.HOUSE_BUSY):
            self.close()
        elif not answer.is_ok:
            self.withdraw()
        return answer

    def _say_in_turn(self, smtp: smtplib.SMTP, sender: str, address: str) -> Answer:
        answer = read(*smtp.mail(sender), to_sender=True)
        return read(*smtp.rcpt(address)) if answer.is_ok else answer

    def _say_at_once(self, smtp: smtplib.SMTP, sender: str, address: str) -> Answer:
        """MAIL, RCPT and DATA, where the server reads ahead: one way there and back for three (RFC 2920 3.1)."""
        smtp.send(f"MAIL FROM:<{sender}>\r\nRCPT TO:<{address}>\r\nDATA\r\n".encode("ascii"))
        heard: list[tuple[int, bytes]] = []
        while len(heard) < 3 and smtp.sock is not None:  # after 421 smtplib has hung up
            heard.append(smtp.getreply())
        answers = [read(*one, to_sender=number == 0) for number, one in enumerate(heard)]
        answer = next((one for one in answers if not one.is_ok), answers[-1])
        self._is_awaited = heard[-1][0] == 354
        if self._is_awaited and not answer.is_ok:  # it may ask for words though it wants none: an empty letter
            self._is_awaited = False
            smtp.send(b".\r\n")
            smtp.getreply()
        return answer

    def _hang_up(self) -> None:
        self._is_awaited = False
        if (smtp := self._smtp) is not None:
            self._smtp = None
            smtp.close()

    def _connect(self, sender: str) -> smtplib.SMTP:
        relay, called = self.relay, sender.rpartition("@")[2] or "localhost"
        if relay.is_tls:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(relay.host, relay.port, local_hostname=called, timeout=self.timeout,
                                                  context=ssl.create_default_context())
        else:
            smtp = smtplib.SMTP(relay.host, relay.port, local_hostname=called, timeout=self.timeout)
        try:
            smtp.ehlo_or_helo_if_needed()
            if relay.starts_tls:
                smtp.starttls(context=ssl.create_default_context())
            if relay.user:
                smtp.login(relay.user, relay.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _of_letter(self, code: int, said: bytes) -> Answer:
        answer = read(code, said)
        if answer.outcome is Outcome.HOUSE_BUSY:  # 421 in place of an answer: not taken
            self.close()
        return answer


def _no_relay(error: Exception) -> Answer:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = read(error.smtp_code, error.smtp_error, to_sender=True)
        return answer if answer.stops_batch else Answer(Outcome.NO_RELAY, answer.code, answer.words)
    return Answer(Outcome.NO_RELAY, words=f"{type(error).__name__}: {error}")


def keep_when(app: Flask, is_so: Callable[[], bool]) -> None:
    """Called by `create_app`: letters stay here, whatever MAIL_URL says, when `is_so()`."""
    app.extensions.setdefault("wujin.keep_letters", []).append(is_so)


class Roads:
    """The connections of one sender, opened with the first letter that needs them; whoever made it closes it."""

    def __init__(self) -> None:
        self.kept: list[Transport] = []

    def take(self, count: int) -> list[Transport]:
        """So many, for the transport of this installation as it is asked now."""
        relay = _way_out()
        if relay is None:
            return [KeptHere() for _ in range(count)]
        self.kept += [Conversation(relay) for _ in range(count - len(self.kept))]
        return self.kept[:count]

    def close(self) -> None:
        while self.kept:
            self.kept.pop().close()


def is_harmless() -> bool:
    """Whether no letter can leave at all. A relay on this very machine is the usual way out, not a harmless one."""
    return _way_out() is None


def _way_out() -> Relay | None:
    if any(is_so() for is_so in current_app.extensions.get("wujin.keep_letters", [])):
        return None
    return Relay.parse(current_app.config["MAIL_URL"])
