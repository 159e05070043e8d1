"""`flask plan import` and `flask plan export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from app import limits
from app.accounts.places import Organization
from app.clock import now
from app.db import acting_as, db
from app.errors import Refused
from app.exporting import csv_of, xlsx_of
from app.plans import importing
from app.plans.models import Plan
from app.plans.sheet.applying import ALL, Applying
from app.plans.sheet.columns import Layout, Rows, find_head
from app.plans.sheet.differences import Difference, difference
from app.plans.sheet.outgoing import plan_sheet
from app.plans.sheet.printing import lines_of, lines_of_plan, problems_of
from app.plans.sheet.reading import WORK
from app.plans.sheet.standing import Standing
from app.plans.sheet.tasks import TaskSheet

MOST_BYTES = 8 * 1024 * 1024

plan = AppGroup("plan", help="The year's plan.")


@plan.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--year", type=click.IntRange(2000, 2100), default=lambda: now().year, help="The plan's; this year's.")
@click.option("--dry-run", is_flag=True, help="Print what was understood and keep nothing.")
@click.option("--confirm", is_flag=True, help="Take what was understood of each target as confirmed.")
@click.option("--good-only", is_flag=True, help="Import the good rows though others have problems.")
def import_(file: Path, year: int, dry_run: bool, confirm: bool, good_only: bool) -> None:
    """Imports the task sheet FILE (.xlsx, .xls, .csv, or a table in a .docx) as the root office's plan.

    What is new, changed, renamed and gone is printed before anything is kept.
    """
    if file.stat().st_size > MOST_BYTES:
        raise click.ClickException(f"{file.name} is larger than {MOST_BYTES // 2**20} MB")
    try:
        if importing.is_own_table(file):
            _import_own(file, year, dry_run)
        else:
            _import_sheet(_rows(file, year), file.name, year, dry_run, ALL if confirm else (), good_only)
    except (Refused, limits.Unfit, importing.UnreadablePlan) as error:
        db.session.rollback()
        raise click.ClickException(getattr(error, "sentence", str(error))) from error


@plan.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--year", type=int, default=lambda: now().year, help="The plan's; this year's.")
def export(file: Path, year: int) -> None:
    """Writes the plan of a year to FILE, as .xlsx or .csv by its ending; brought in again it makes no difference."""
    if file.suffix.lower() not in (".xlsx", ".csv"):
        raise click.ClickException(f"{file.name} must end in .xlsx or .csv")
    if not file.absolute().parent.is_dir():
        raise click.ClickException(f"there is no folder {file.parent}")
    standing = Standing.of(_office(), year)
    if standing.plan is None or standing.plan.adopted_at is None:
        raise click.ClickException(f"there is no plan of {year}")
    sheet = plan_sheet(standing)
    file.write_bytes(xlsx_of(sheet) if file.suffix.lower() == ".xlsx" else csv_of(sheet.rows))


def _rows(file: Path, year: int) -> Rows:
    """Read in a limited child, as on the page, and before the database is asked anything."""
    with click.progressbar(length=100, label="reading", file=sys.stderr) as bar:
        def told(done: int, total: int) -> None:
            bar.update(min(done // 100, 99) - bar.pos)

        found = limits.run(WORK, {"name": file.name, "year": year}, file.read_bytes(), told=told)
        bar.update(100 - bar.pos)
    return found["rows"]  # type: ignore[no-any-return]


def _import_sheet(rows: Rows, name: str, year: int, dry_run: bool, confirmed: str | tuple[()],
                  good_only: bool) -> None:
    with acting_as("cli"):
        head = find_head(rows)
        sheet = TaskSheet.read(rows, Layout(head.until, head.guesses), year)
        found = difference(sheet, Standing.of(_office(), year, lock=not dry_run), {})
        for line in lines_of(found):
            click.echo(line)
        for line in problems_of(sheet):
            click.echo(line, err=True)
        if dry_run:
            db.session.rollback()
            return
        if len(sheet.good) < len(sheet.tasks) and not good_only:
            raise click.ClickException("rows have problems (above): correct them, or say --good-only")
        _apply(found, name, confirmed)


def _apply(found: Difference, name: str, confirmed: str | tuple[()]) -> None:
    with click.progressbar(length=len(found.tasks), label="importing", file=sys.stderr) as bar:
        Applying(found, now(), source=name, confirmed=confirmed).apply(lambda done, total: bar.update(done - bar.pos))
        db.session.commit()


def _import_own(file: Path, year: int, dry_run: bool) -> None:
    """The table in which our own sample plan is kept: it states every number, and makes a plan that is not there."""
    office = _office()
    fresh = importing.read(file, office, year, Plan.usual_title(year))
    for line in lines_of_plan(fresh):
        click.echo(line)
    if dry_run:
        db.session.rollback()
        return
    if db.session.scalars(Plan.of_office(office, year)).first():
        raise click.ClickException(f"there is a plan of {year} already")
    with acting_as("cli"):
        db.session.add(fresh)
        fresh.adopt(now())
        db.session.commit()


def _office() -> Organization:
    office = db.session.scalars(Organization.roots().limit(1)).one_or_none()
    if office is None:
        raise click.ClickException("there is no office yet")
    return office
