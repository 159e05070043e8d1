"""Who and what keeps an office from being closed."""

from __future__ import annotations

from flask_babel import ngettext
from sqlalchemy import func, select

from app.accounts.models import Person
from app.accounts.places import Organization
from app.db import db


def hold_open(organization: Organization) -> str:
    """A sentence while people or offices below depend on it, or nothing."""
    people = db.session.scalar(select(func.count(Person.id)).where(
        Person.organization_id == organization.id, Person.active.is_(True)))
    if people:
        return ngettext(
            "还有 %(num)d 名工作人员。请先移交、停用，或者并入别的单位。",
            "还有 %(num)d 名工作人员。请先移交、停用，或者并入别的单位。",
            people)
    children = db.session.scalar(select(func.count(Organization.id)).where(
        Organization.parent_id == organization.id, Organization.closed_at.is_(None)))
    return ngettext(
        "下面还有 %(num)d 个单位。请先关闭或者移走。",
        "下面还有 %(num)d 个单位。请先关闭或者移走。",
        children) if children else ""
