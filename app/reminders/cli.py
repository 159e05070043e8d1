"""`flask reminders tick` and `flask reminders run`."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import AppGroup

from app import scheduling
from app.clock import now
from app.db import acting_as, db
from app.outbox import sending, transport
from app.reminders import due

reminders = AppGroup("reminders", help="Reminders and the sending of letters.")


@reminders.command()
@click.option("--as-of", "as_of_text", metavar="ISO", help="Another moment than now, e.g. 2026-04-20T09:00.")
def tick(as_of_text: str | None) -> None:
    """Does what is due until nothing is left: marks what was missed, writes letters, sends them."""
    present = now()
    as_of = _moment(as_of_text) if as_of_text else present
    if as_of > present and not transport.is_harmless():
        raise click.ClickException("a moment to come is tried only where no letter can leave: set MAIL_URL=outbox:")
    owner = "" if as_of_text else scheduling.owner()
    missed = written = sent = 0
    with acting_as("cli"):
        is_finished = False
        while not is_finished:
            done = due.tick(as_of, owner)
            db.session.commit()
            missed, written, is_finished = missed + done.missed, written + done.letters, done.is_finished
        while batch := sending.deliver(as_of):
            sent += batch
            click.echo(f"{sent} letters taken up", err=True)
    click.echo(f"{missed} reminders missed, {written} letters written, {sent} taken up for sending")


@reminders.command()
def run() -> None:
    """Rings the jobs in the foreground, without the web, until stopped."""
    scheduling.run(current_app._get_current_object())  # type: ignore[attr-defined]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        sentence = f"“{text}” is no date and time; write 2026-04-20T09:00"
        raise click.BadParameter(sentence, param_hint="--as-of") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(current_app.config["TIMEZONE"]))
    return moment.astimezone(UTC)
