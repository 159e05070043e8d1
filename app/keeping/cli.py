"""`flask backup` and `flask restore`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from app.clock import now
from app.db import acting_as
from app.errors import Refused
from app.keeping import backup as backing_up
from app.keeping import restore as restoring
from app.keeping.archive import Manifest
from app.keeping.tables import CannotCarry


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Write over FILE if it is there.")
@with_appcontext
def backup(file: Path, replace: bool) -> None:
    """Writes everything to FILE: tables, files and the secret key, as they are at this moment.

    Whoever has FILE has it all: keep it as you keep the database.
    """
    if file.exists() and not replace:
        raise click.ClickException(f"{file} is there already; choose another name, or say --replace")
    if not file.absolute().parent.is_dir():
        raise click.ClickException(f"there is no folder {file.parent}")
    manifest, missing = _with_bar("rows written", lambda expect, tell: backing_up.back_up(file, now(), expect, tell))
    for name in missing:
        click.echo(f"a file that the database knows is not on the disk: {name}", err=True)
    click.echo(f"{manifest.rows} rows of {len(manifest.tables)} tables and {len(manifest.files)} files in {file} "
               f"({file.stat().st_size} bytes, backup {manifest.id})")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--accept-broken-audit", is_flag=True, help="Restore also an audit whose chain does not hold.")
@with_appcontext
def restore(file: Path, accept_broken_audit: bool) -> None:
    """Restores FILE into an empty database on which flask db upgrade was run.

    Letters wait afterwards until flask outbox release.
    """
    manifest: Manifest = _with_bar("reading, byte by byte", lambda expect, tell: restoring.restore(
        file, now(), accept_broken_audit=accept_broken_audit, expect=expect, tell=tell))
    click.echo(f"{manifest.rows} rows and {len(manifest.files)} files of {manifest.made_at} are back")
    if manifest.uid_host != current_app.config["UID_HOST"]:
        click.echo(f"set UID_HOST={manifest.uid_host}, as it was there: calendars know events by it", err=True)
    click.echo("no letter leaves until you say so: flask outbox release --help", err=True)


def _with_bar(label: str, work: Callable[..., Any]) -> Any:
    """Runs `work` under a progress bar; a refusal becomes one sentence."""
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def expect(length: int) -> None:
            bar.length = max(length, 1)

        try:
            with acting_as("cli"):
                return work(expect, bar.update)
        except (Refused, CannotCarry, OSError) as error:
            raise click.ClickException(str(error)) from error
