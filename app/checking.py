"""`flask check`: the state of every point an installation stands or falls by, on one screen."""

from __future__ import annotations

import enum
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select, text

from app.accounts.installation import Installation
from app.accounts.models import Grant, Person, Role
from app.accounts.places import Organization
from app.accounts.setup import is_set_up
from app.clock import now
from app.db import db, is_current, reading
from app.events.unreviewed import gaps_among, is_anybody_asked
from app.keeping.backup import Backup
from app.keeping.health import BACKUP_OLD, LETTERS_LATE
from app.outbox import holding
from app.outbox.models import Delivery
from app.outbox.transport import Relay
from app.reminders.due import HEART
from app.reminders.models import Heartbeat
from config import OWNERS_ALONE, encryption_fault, is_loopback, secret_fault

MEGABYTE = 1024 * 1024
QUIET_FOR = timedelta(minutes=1)


class State(enum.StrEnum):
    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


COLOURS = {State.OK: "green", State.WARNING: "yellow", State.WRONG: "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at one point, in a sentence."""

    state: State
    sentence: str


Point = Callable[[Flask], Finding]


@click.command()
@with_appcontext
def check() -> None:
    """Looks at every point of safety and health; exit 1 if something is wrong."""
    states = []
    for name, finding in findings(current_app):
        states.append(finding.state)
        mark = click.style(f"{finding.state.value:8}", fg=COLOURS[finding.state])
        click.echo(f"{mark} {name:14} {finding.sentence}")
    wrong, warnings = states.count(State.WRONG), states.count(State.WARNING)
    click.echo(f"\n{len(states)} points: {wrong} wrong, {warnings} to look at")
    if wrong:
        raise SystemExit(1)


def findings(app: Flask) -> Iterator[tuple[str, Finding]]:
    """Every point, in order; one that cannot be looked at is wrong, and the rest are still told."""
    for name, point in POINTS.items():
        try:
            with reading():  # beside a running installation, which must not wait for it
                found = point(app)
        except Exception as error:  # the screen must come whole, most of all when things are broken
            found = wrong(f"cannot be looked at: {type(error).__name__}")
        db.session.rollback()
        yield name, found


def ok(sentence: str) -> Finding:
    return Finding(State.OK, sentence)


def warning(sentence: str) -> Finding:
    return Finding(State.WARNING, sentence)


def wrong(sentence: str) -> Finding:
    return Finding(State.WRONG, sentence)


def secret(app: Flask) -> Finding:
    fault = secret_fault(app.config["SECRET_KEY"])
    kept = app.config["INSTANCE_PATH"] / "secret_key"
    if not fault and kept.exists() and kept.stat().st_mode & 0o077:
        return wrong(f"{kept.name} can be read by other users of this machine; chmod 600 it.")
    return wrong(fault) if fault else ok("SECRET_KEY is long and not a known one.")


def privacy(app: Flask) -> Finding:
    """Copied files may be open to all; within a closed folder nobody gets to them."""
    folder = app.config["INSTANCE_PATH"]
    if not folder.stat().st_mode & OWNERS_ALONE:
        return ok("The folder of the data is its owner's alone.")
    open_ones = [one.name for one in sorted(folder.glob("wujin.db*")) if one.stat().st_mode & OWNERS_ALONE]
    return warning(f"{', '.join([f'{folder.name}/', *open_ones])} can be opened by other users of this machine; "
                   f"run: chmod -R go= {folder.name}")


def debug(app: Flask) -> Finding:
    return wrong("FLASK_DEBUG is on; unset it.") if app.debug else ok("Debugging is off.")


def encryption(app: Flask) -> Finding:
    fault = encryption_fault(app.config)
    return wrong(fault) if fault else ok(f"BASE_URL is {app.config['BASE_URL']}.")


def hosts(app: Flask) -> Finding:
    named = app.config["TRUSTED_HOSTS"]
    if named:
        return ok("Answers to " + ", ".join(named) + ".")
    if is_here_alone(app):
        return ok("Any host name, but from this machine alone.")
    return warning("Any host name is answered to; set TRUSTED_HOSTS to the public one.")


def proxies(app: Flask) -> Finding:
    count = app.config["TRUSTED_PROXIES"]
    if count:
        return ok(f"{count} in front may tell the client's address.")
    if is_here_alone(app):
        return ok("None in front.")
    return warning("TRUSTED_PROXIES is 0: all who come through the proxy count as one. Set how many there are.")


def database(app: Flask) -> Finding:
    db.session.execute(text("SELECT 1"))
    if db.engine.dialect.name == "sqlite":
        return ok(f"SQLite in {app.config['INSTANCE_PATH'].name}/, reachable.")
    return ok(f"{db.engine.dialect.name}, reachable.")


def migrations(app: Flask) -> Finding:
    if is_current(app):
        return ok("The tables are those of this version.")
    return wrong("The tables are not those of this version; run: flask db upgrade")


def office(app: Flask) -> Finding:
    if not is_set_up():
        return wrong("There is no office yet; run: flask setup")
    if Installation.is_shown_as_demonstration():
        return warning("This is demonstration data: marked on every page, and no letter leaves.")
    return ok("There is an office, and it is no demonstration.")


def administrator(app: Flask) -> Finding:
    count = db.session.scalar(select(func.count(func.distinct(Grant.person_id))).join(Person).where(
        Grant.role == Role.ADMINISTRATOR.value, Person.active)) or 0
    if count:
        return ok(f"{count} can administer.")
    return wrong("Nobody can administer; run: flask accounts invite EMAIL --role administrator --organization NAME")


def reviewing(app: Flask) -> Finding:
    gaps = gaps_among(db.session.scalars(select(Organization).where(Organization.closed_at.is_(None))))
    stuck = [gap.office.name for gap in gaps if gap.stand_in is None]
    if stuck:
        return warning(f"Nobody reviews what is submitted to {', '.join(stuck[:5])}; give somebody there the role.")
    if not is_anybody_asked():
        return ok("Every office publishes alone; rules are made under 管理 / 发布和送审.")
    return ok("Whatever is submitted has a reviewer.")


def mail(app: Flask) -> Finding:
    relay = Relay.parse(app.config["MAIL_URL"])
    if relay is None:
        return warning("MAIL_URL is outbox: letters are kept in the database and none is sent.")
    if app.config["MAIL_FROM"].rstrip(">").endswith("@localhost"):
        return wrong("MAIL_FROM is still the default; mail servers refuse it. Set the office's address.")
    if relay.password and not (relay.is_tls or relay.starts_tls or relay.is_loopback):
        return wrong("The relay's password goes over the net in clear; use smtps:// or ?starttls=1.")
    return ok(f"Letters leave through {relay.host}:{relay.port}.")


def letters(app: Flask) -> Finding:
    if reason := holding.held():
        return warning(f"None leaves until somebody runs: flask outbox release ({reason})")
    waiting = db.session.scalar(Delivery.due(now()).order_by(None).with_only_columns(func.min(Delivery.next_at)))
    if waiting is None or now() - waiting < LETTERS_LATE:
        return ok("None is overdue.")
    return warning(f"The oldest should have left {_roughly(now() - waiting)} ago; see the console's page of letters.")


def backup(app: Flask) -> Finding:
    made = db.session.scalar(Backup.newest())
    if made is None:
        return warning("None was ever made; run: flask backup FILE")
    age = now() - made
    return (ok if age <= BACKUP_OLD else warning)(f"The last one was made {_roughly(age)} ago.")


def scheduler(app: Flask) -> Finding:
    heart = db.session.get(Heartbeat, HEART)
    if heart is None:
        return warning("It has never run here; make start runs it.")
    age = now() - heart.at
    if age > QUIET_FOR:
        return warning(f"It was last alive {_roughly(age)} ago; letters wait until it runs.")
    return ok(f"Alive {_roughly(age)} ago.")


def disk(app: Flask) -> Finding:
    free = shutil.disk_usage(app.config["INSTANCE_PATH"]).free // MEGABYTE
    judged = wrong if free < 200 else warning if free < 2000 else ok
    return judged(f"{free:,} MB are free where the data are.")


def files(app: Flask) -> Finding:
    folder = app.config["INSTANCE_PATH"] / "files"
    with tempfile.TemporaryFile(dir=folder if folder.exists() else folder.parent) as probe:
        probe.write(b"?")
    return ok("The folder for files can be written to.")


def uid_host(app: Flask) -> Finding:
    if app.config["UID_HOST"].endswith(".invalid"):
        return warning("UID_HOST is still the default; choose it before the first event is published, never after.")
    return ok(f"Events are known to calendars @{app.config['UID_HOST']}.")


def limits(app: Flask) -> Finding:
    if app.config["RATE_LIMITS"]:
        return ok("Requests are limited.")
    return warning("RATE_LIMITS is off: guessing and flooding are not slowed.")


POINTS: dict[str, Point] = {
    "secret": secret, "privacy": privacy, "debug": debug, "encryption": encryption, "hosts": hosts,
    "proxies": proxies, "rate limits": limits, "database": database, "migrations": migrations, "office": office,
    "administrator": administrator, "reviewing": reviewing, "mail": mail, "letters": letters, "scheduler": scheduler,
    "backup": backup, "disk": disk, "files": files, "calendar ids": uid_host,
}


def is_here_alone(app: Flask) -> bool:
    return is_loopback(app.config["HOST"]) and not app.config["BASE_URL"].startswith("https:")


def _roughly(age: timedelta) -> str:
    seconds = int(age.total_seconds())
    for length, word in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * length:
            return f"{seconds // length} {word}"
    return f"{seconds} seconds"
