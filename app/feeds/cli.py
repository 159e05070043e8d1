"""`flask feeds rebuild`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.db import acting_as, db
from app.feeds import entries

feeds = AppGroup("feeds", help="The calendar's stored entries.")


@feeds.command()
def rebuild() -> None:
    """Remakes every stored entry, e.g. after BASE_URL changed; subscribers fetch everything once more."""
    with acting_as("cli"), click.progressbar(length=entries.count_to_rebuild(), label="entries") as bar:
        for count in entries.rebuild():
            db.session.commit()
            bar.update(count)
        db.session.commit()
    click.echo(f"{bar.pos} events")
