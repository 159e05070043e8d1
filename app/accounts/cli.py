"""`flask setup` and `flask accounts invite`."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select

from app.accounts.links import LINK_LIVES, SignInLink
from app.accounts.models import Person, Role
from app.accounts.places import Organization
from app.accounts.setup import first_administrator, found, is_set_up
from app.clock import now
from app.db import acting_as, db, is_current
from app.errors import Refused
from app.plans import importing

accounts = AppGroup("accounts", help="People and their roles.")


@accounts.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--organization", "organization_name", required=True, help="Its full name.")
@click.option("--name", default="", help="The person's name; default: the address.")
def invite(email: str, role: str, organization_name: str, name: str) -> None:
    """Invites EMAIL and prints a one-time link that signs in. For somebody known, a new link."""
    organization = db.session.scalars(
        select(Organization).where(Organization.name == organization_name)).one_or_none()
    if organization is None:
        raise click.ClickException(f"there is no organization called “{organization_name}”")
    _check_address(email)
    with acting_as("cli"):
        person = db.session.scalars(Person.with_email(email)).one_or_none() or Person.invite(
            name=name or email, email=email, role=Role(role), organization=organization, as_of=now())
        db.session.add(person)
        click.echo(link_for(person))


@click.command()
@click.option("--office", help="Its full name, as the footer shows it.")
@click.option("--region", help="Its province (or city): name or GB/T 2260 code.")
@click.option("--admin-name", help="The first administrator's name.")
@click.option("--admin-email", help="The first administrator's e-mail address.")
@click.option("--contact", help="How the public reaches the office; shown in the footer.")
@click.option("--icp", help="ICP filing number; shown in the footer.")
@click.option("--security-number", help="Public-security filing number; shown in the footer.")
@click.option("--site-code", help="Identification code of a government site; shown in the footer.")
@click.option("--sample-plan", is_flag=True, help="Also load the published plan of 2023 as a sample.")
@with_appcontext
def setup(office: str | None, region: str | None, admin_name: str | None, admin_email: str | None, sample_plan: bool,
          **footer: str | None) -> None:
    """Sets up a real installation: office, settings, first administrator. Asks for what is not given."""
    if not is_current(current_app):
        from flask_migrate import upgrade  # Alembic is slow to load, and every start reads this file

        upgrade()
    if is_set_up():
        raise click.ClickException("this installation is set up already; people are added by “flask accounts invite”")
    db.session.rollback()  # nothing is held while somebody types
    is_asking = None in (office, region, admin_name, admin_email)
    office = office or click.prompt("Full name of the office")
    region = region or click.prompt("Its region, by name or GB/T 2260 code", default="四川省")
    admin_name = admin_name or click.prompt("Name of the first administrator")
    admin_email = admin_email or click.prompt("E-mail address of the first administrator")
    _check_address(admin_email)
    if is_asking:
        footer = {name: value if value is not None else _ask_for_footer(name) for name, value in footer.items()}
        sample_plan = sample_plan or click.confirm("Load the published plan of 2023 as a sample?", default=False)
    with acting_as("cli"):
        link = _set_up(office, region, admin_name, admin_email, footer, sample_plan)
    click.echo("\nThe office is set up. The administrator signs in once, "
               f"within {LINK_LIVES.days} days, by:\n\n  {link}\n"
               "\nEvery office publishes alone until a rule says who reviews:  管理 / 发布和送审\n"
               "\nStart it with:  make start      See that all is well with:  .venv/bin/flask check")


def _set_up(office: str, region: str, admin_name: str, admin_email: str, footer: dict[str, str | None],
            sample_plan: bool) -> str:
    """All of it in one transaction, which the link's making commits."""
    moment = now()
    try:
        root = found(office=office, region=region, as_of=moment, contact=footer["contact"], icp_number=footer["icp"],
                     security_number=footer["security_number"], site_code=footer["site_code"])
        person = first_administrator(root, name=admin_name, email=admin_email, as_of=moment)
        if sample_plan:
            published = importing.sample(root)
            db.session.add(published)
            published.adopt(moment)
        return link_for(person)
    except Refused as error:
        db.session.rollback()
        raise click.ClickException(error.sentence) from error


def _ask_for_footer(name: str) -> str:
    words = {"contact": "Contact shown in the footer", "icp": "ICP filing number",
             "security_number": "Public-security filing number", "site_code": "Site identification code"}
    return str(click.prompt(f"{words[name]} (Enter: none)", default="", show_default=False))


def _check_address(email: str) -> None:
    if "@" not in email or any(sign.isspace() for sign in email):
        raise click.ClickException(f"“{email}” is no e-mail address")


def link_for(person: Person) -> str:
    """A fresh one-time link; commits, for what is printed must be true."""
    link, token = SignInLink.issue(person, now())
    db.session.add(link)
    db.session.commit()
    return f"{current_app.config['BASE_URL']}/sign-in/{token}"
