"""`flask plan import` and `flask plan export`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from app.accounts.places import Organization
from app.clock import now
from app.db import acting_as, db
from app.exporting import csv_of
from app.plans.importing import UnreadablePlan, read
from app.plans.models import Plan

plan = AppGroup("plan", help="The year's plan.")


@plan.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--year", type=click.IntRange(2000, 2100), default=lambda: now().year)
@click.option("--dry-run", is_flag=True, help="Print what was understood and keep nothing.")
def import_(file: Path, year: int, dry_run: bool) -> None:
    """Imports a plan from FILE (CSV) for the root office and adopts it."""
    office = db.session.scalars(Organization.roots().limit(1)).one_or_none()
    if office is None:
        raise click.ClickException("there is no office yet")
    try:
        fresh = read(file, office, year, f"{year}年知识产权“五进”推进计划")
    except UnreadablePlan as error:
        raise click.ClickException(str(error)) from error
    for category in fresh.categories:
        click.echo(f"{category.code} {category.name}")
        for task in category.tasks:
            targets = "; ".join(f"{one.wording or '(counted)'} = {one.comparison} {one.minimum}"
                                for one in task.indicators)
            click.echo(f"  {task.code} {task.title}  {targets}")
    if dry_run:
        db.session.rollback()
        return
    if db.session.scalars(Plan.of_year(year)).first():
        raise click.ClickException(f"there is a plan of {year} already")
    with acting_as("cli"):
        db.session.add(fresh)
        fresh.adopt(now())
        db.session.commit()


@plan.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--year", type=int, default=lambda: now().year)
def export(file: Path, year: int) -> None:
    """Writes the plan of a year to FILE (CSV with a BOM, for Excel)."""
    found = db.session.scalars(Plan.of_year(year)).first()
    if found is None:
        raise click.ClickException(f"there is no plan of {year}")
    rows = [[task.code, task.category.sector, task.category.name, task.title, task.official_wording,
             "; ".join(one.wording or f"{one.minimum}{one.unit}" for one in task.indicators)] for task in found.tasks]
    file.write_bytes(csv_of([["code", "sector", "category", "title", "official_wording", "targets"], *rows]))


