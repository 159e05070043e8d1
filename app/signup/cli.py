"""`flask signup anonymise`."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import AppGroup

from app.clock import now
from app.db import acting_as
from app.signup import erasing

signup = AppGroup("signup", help="Participants and their data.")


@signup.command()
@click.option("--as-of", "as_of_text", metavar="ISO", help="Another moment than now, e.g. 2026-10-01T08:00.")
@click.option("--dry-run", is_flag=True, help="Only says how many.")
def anonymise(as_of_text: str | None, dry_run: bool) -> None:
    """Erases participants whose event is past its office's keeping time; the counts stay."""
    as_of = _moment(as_of_text) if as_of_text else now()
    if as_of > now() and not dry_run:
        raise click.ClickException("what is kept today is not erased for a day to come; try --dry-run")
    if dry_run:
        click.echo(f"{erasing.anonymise(as_of, is_dry_run=True, limit=1_000_000)} would be anonymised")
        return
    with acting_as("cli"):
        click.echo(f"{erasing.anonymise_all(as_of)} anonymised")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"“{text}” is no moment; write 2026-10-01T08:00", param_hint="--as-of") from error
    zone = ZoneInfo(current_app.config["TIMEZONE"])
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
