"""`flask outbox hold` and `flask outbox release`."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import AppGroup

from app.clock import now
from app.db import acting_as, db
from app.outbox import holding
from app.reminders import releasing

outbox = AppGroup("outbox", help="The letters that wait.")


@outbox.command()
@click.option("--reason", default=holding.BY_HAND, help="Shown to whoever asks why.")
def hold(reason: str) -> None:
    """Lets no letter leave from the next batch on; they are written and wait."""
    with acting_as("cli"):
        holding.hold(reason, now())
        db.session.commit()


@outbox.command()
@click.option("--stop-before", "stop_before", metavar="ISO",
              help="Take back what was to leave before this moment, e.g. 2026-04-20T09:00: the moment when the old "
                   "place stopped, as it has sent those.")
def release(stop_before: str | None) -> None:
    """Lets letters leave again, after a restore or a hold; says how many wait."""
    if not (reason := holding.held()):
        raise click.ClickException("letters are not held")
    click.echo(f"held: {reason}", err=True)
    with acting_as("cli"):
        done = releasing.release(now(), _moment(stop_before) if stop_before else None)
    if stop_before:
        click.echo(f"{done.stopped} letters taken back")
    click.echo(f"{done.waiting} letters wait and go")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"“{text}” is no date and time; write 2026-04-20T09:00",
                                 param_hint="--stop-before") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(current_app.config["TIMEZONE"]))
    return moment.astimezone(UTC)
