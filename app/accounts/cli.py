"""`flask accounts invite`."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from app.accounts.models import Person, Role, SignInLink
from app.accounts.places import Organization
from app.clock import now
from app.db import acting_as, db

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
    if "@" not in email or any(sign.isspace() for sign in email):
        raise click.ClickException(f"“{email}” is no e-mail address")
    with acting_as("cli"):
        person = db.session.scalars(Person.with_email(email)).one_or_none() or Person.invite(
            name=name or email, email=email, role=Role(role), organization=organization, as_of=now())
        db.session.add(person)
        click.echo(link_for(person))


def link_for(person: Person) -> str:
    """A fresh one-time link; commits, for what is printed must be true."""
    link, token = SignInLink.issue(person, now())
    db.session.add(link)
    db.session.commit()
    return f"{current_app.config['BASE_URL']}/sign-in/{token}"
