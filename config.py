"""Every setting of an installation, named once and read from the environment here and nowhere else.

Settings of an office (its footer, thresholds, keeping times) are rows in the database, not here.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

TOP = Path(__file__).resolve().parent

SHORTEST_SECRET = 32
KNOWN_IN_SECRETS = ("secret", "change", "example", "password", "default", "0123456789", "abcdefgh")

OWNERS_ALONE = 0o077  # the umask of whoever makes files here: they hold people's names and the secret

LOG_LEVELS = ("debug", "info", "warning", "error")


class SettingError(ValueError):
    """A setting whose value cannot be used; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its name, its default as text, and what it decides."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("INSTANCE_PATH", "instance", "folder of the database, files, key and lock"),
    Setting("DATABASE_URL", "", "SQLAlchemy address; empty: SQLite in INSTANCE_PATH"),
    Setting("SECRET_KEY", "", "signs cookies and links; empty: made once and kept in INSTANCE_PATH"),
    Setting("BASE_URL", "", "public address used in letters and feeds; empty: http://HOST:PORT"),
    Setting("HOST", "127.0.0.1", "address to listen on"),
    Setting("PORT", "8000", "port to listen on"),
    Setting("TIMEZONE", "Asia/Shanghai", "zone in which days and times are shown and entered"),
    Setting("MAIL_URL", "outbox:", "smtp://, smtps:// or outbox: (keeps letters, sends nothing)"),
    Setting("MAIL_FROM", "Wujin <no-reply@localhost>", "sender of every letter"),
    Setting("MAIL_PER_MINUTE", "0", "the relay's ceiling a minute; 0: none"),
    Setting("MAIL_PER_DAY", "0", "the relay's ceiling a day; 0: none"),
    Setting("MAIL_CONNECTIONS", "2", "how many letters leave at once; a crash can double as many"),
    Setting("BOUNCE_URL", "", "imaps://user:password@host/INBOX, where letters sent to MAIL_FROM arrive: what comes "
                              "back is noted on the letter; empty: nobody looks"),
    Setting("SCHEDULER", "on", "on: this process rings the jobs (one holder a folder); off: it never does"),
    Setting("TRUSTED_PROXIES", "0", "how many proxies in front may tell the client's address"),
    Setting("TRUSTED_HOSTS", "", "host names answered to, by comma; empty: any"),
    Setting("RATE_LIMITS", "on", "on or off"),
    Setting("UID_HOST", "wujin.invalid", "what stands after @ in a UID; choose once, never change"),
    Setting("WORKERS", "1", "web worker processes"),
    Setting("LOG_LEVEL", "info", "debug, info, warning or error; from warning on, only what went wrong is logged"),
    Setting("METRICS_TOKEN", "", "opens /metrics to who sends it as a bearer token; empty: to this machine alone"),
    Setting("IMPORT_ALLOW", "", "hosts (name or name:port, by comma) that an import of a calendar may fetch besides "
                                "public https ones"),
    Setting("OIDC_ISSUER", "", "an OpenID Connect provider staff may sign in through; empty: none"),
    Setting("OIDC_CLIENT_ID", "", "what the provider knows this installation as"),
    Setting("OIDC_CLIENT_SECRET", "", "what it proves itself with there; empty: a public client"),
)


def load(environ: Mapping[str, str] | None = None, **changes: str) -> dict[str, Any]:
    """Flask's configuration from `environ` (default: the process's) with `changes` on top.

    :raises SettingError: for a value that cannot be used.
    """
    source = dict(os.environ if environ is None else environ) | changes
    text = {one.name: source.get(one.name) or one.default for one in SETTINGS}
    instance = Path(text["INSTANCE_PATH"])
    instance = instance if instance.is_absolute() else TOP / instance
    values: dict[str, Any] = dict(text)
    values["INSTANCE_PATH"] = instance
    for name in ("PORT", "MAIL_PER_MINUTE", "MAIL_PER_DAY", "MAIL_CONNECTIONS", "TRUSTED_PROXIES", "WORKERS"):
        values[name] = _whole_number(name, text[name])
    for name in ("SCHEDULER", "RATE_LIMITS"):
        values[name] = _switch(name, text[name])
    if text["LOG_LEVEL"] not in LOG_LEVELS:
        raise SettingError(f"LOG_LEVEL is one of {', '.join(LOG_LEVELS)}, not “{text['LOG_LEVEL']}”.")
    if not 1 <= values["PORT"] <= 65535 or min(values["WORKERS"], values["MAIL_CONNECTIONS"]) < 1:
        raise SettingError("PORT is a number from 1 to 65535, WORKERS and MAIL_CONNECTIONS at least 1.")
    _require_known(text)
    values["BASE_URL"] = _base_url(text)
    values["SECRET_KEY"] = text["SECRET_KEY"] or _kept_secret(instance)
    if len(values["SECRET_KEY"]) < SHORTEST_SECRET:
        raise SettingError(secret_fault(values["SECRET_KEY"]))
    values["OIDC_ISSUER"] = _issuer(text)
    values["TRUSTED_HOSTS"] = [one.strip() for one in text["TRUSTED_HOSTS"].split(",") if one.strip()] or None
    values["IMPORT_ALLOW"] = [one.strip().lower() for one in text["IMPORT_ALLOW"].split(",") if one.strip()]
    values["SQLALCHEMY_DATABASE_URI"] = _database(text["DATABASE_URL"], instance)
    return values | _of_libraries(values)


def refuse_unfit(values: Mapping[str, Any], *, is_debug: bool) -> None:
    """:raises SettingError: for what no real installation may go before the public with."""
    fault = secret_fault(values["SECRET_KEY"]) or encryption_fault(values)
    if is_debug:
        fault = "FLASK_DEBUG is on: it would show the inside to whoever makes a mistake. Unset it."
    if fault:
        raise SettingError(fault)


def secret_fault(secret: str) -> str:
    """Why `secret` must not sign anything, or nothing."""
    if len(secret) < SHORTEST_SECRET:
        return "SECRET_KEY is shorter than 32 characters; leave it empty and one is made."
    if len(set(secret)) < 10 or any(word in secret.lower() for word in KNOWN_IN_SECRETS):
        return "SECRET_KEY is easily guessed or copied from an example; leave it empty and one is made."
    return ""


def encryption_fault(values: Mapping[str, Any]) -> str:
    """Plain http is for this machine alone: anywhere else passwords and names could be read on the way."""
    address = urlsplit(values["BASE_URL"])
    if address.scheme == "https" or (is_loopback(address.hostname or "") and is_loopback(values["HOST"])):
        return ""
    if is_loopback(address.hostname or ""):
        return (f"HOST={values['HOST']} can be reached from outside, but BASE_URL is {values['BASE_URL']}; "
                "set BASE_URL to the https address of the proxy in front, or HOST to 127.0.0.1.")
    return f"BASE_URL is {values['BASE_URL']}, without encryption; outside this machine it must begin with https://."


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _of_libraries(values: dict[str, Any]) -> dict[str, Any]:
    """What the libraries want under names of their own."""
    is_https = urlsplit(values["BASE_URL"]).scheme == "https"
    return {
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_DEFAULT_TIMEZONE": values["TIMEZONE"],
        "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
        "MAX_FORM_PARTS": 200,
        "MAX_FORM_MEMORY_SIZE": 500_000,
        "SESSION_COOKIE_NAME": "wujin",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": is_https,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "RATELIMIT_ENABLED": values["RATE_LIMITS"],
        "RATELIMIT_STORAGE_URI": "memory://",
        "COMPRESS_MIMETYPES": ["text/html", "text/css", "text/javascript", "application/json",
                               "image/svg+xml", "text/plain"],
        "COMPRESS_ALGORITHM": ["gzip"],
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": values["DATABASE_URL"].startswith("postgresql")},
    }


def _whole_number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise SettingError(f"{name} must be a whole number, not “{text}”.")
    return int(text)


def _switch(name: str, text: str) -> bool:
    if text not in ("on", "off"):
        raise SettingError(f"{name} is either on or off, not “{text}”.")
    return text == "on"


def _require_known(text: Mapping[str, str]) -> None:
    """What would otherwise be found out by the first page or the first letter."""
    try:
        ZoneInfo(text["TIMEZONE"])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingError(f"TIMEZONE must be a name such as Asia/Shanghai, not “{text['TIMEZONE']}”.") from error
    if "@" not in parseaddr(text["MAIL_FROM"])[1]:
        raise SettingError(f"MAIL_FROM must be an address such as Wujin <no-reply@example.org>, "
                           f"not “{text['MAIL_FROM']}”.")
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,80}[A-Za-z0-9])?", text["UID_HOST"]):
        raise SettingError(f"UID_HOST must be a host name such as events.example.org, not “{text['UID_HOST']}”.")
    if urlsplit(text["MAIL_URL"]).scheme not in ("outbox", "smtp", "smtps"):
        raise SettingError("MAIL_URL must be smtp://user:password@host:port, smtps://... or outbox:")


def _base_url(text: Mapping[str, str]) -> str:
    address = text["BASE_URL"] or f"http://{text['HOST']}:{text['PORT']}"
    if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
        raise SettingError(f"BASE_URL must begin with http:// or https://, not “{address}”.")
    return address.rstrip("/")


def _issuer(text: Mapping[str, str]) -> str:
    address = text["OIDC_ISSUER"].rstrip("/")
    parts = urlsplit(address)
    is_here = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if address and parts.scheme != "https" and not is_here:
        raise SettingError(f"OIDC_ISSUER must begin with https:// (http only on this machine), not “{address}”.")
    if address and not text["OIDC_CLIENT_ID"]:
        raise SettingError("OIDC_ISSUER needs OIDC_CLIENT_ID, the name the provider gave this installation.")
    return address


def _database(address: str, instance: Path) -> str:
    if not address:
        return f"sqlite:///{instance / 'wujin.db'}"
    for plain in ("postgres://", "postgresql://"):
        if address.startswith(plain):
            address = "postgresql+psycopg://" + address.removeprefix(plain)
    scheme, is_address, _rest = address.partition("://")
    try:
        is_usable = scheme in ("postgresql+psycopg", "sqlite") and bool(make_url(address))
    except (ArgumentError, ValueError):
        is_usable = False
    if not is_usable:  # named without what follows: it may hold a password
        raise SettingError("DATABASE_URL must be postgresql://user:password@host:port/name, or empty for SQLite in "
                           f"INSTANCE_PATH, not “{scheme[:40]}{is_address}{'…' if is_address else ''}”.")
    return address


def _kept_secret(instance: Path) -> str:
    try:
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingError(f"INSTANCE_PATH {instance} cannot be made ({error.strerror}).") from error
    path = instance / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
