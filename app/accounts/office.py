"""What every page says of the office it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, g
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.installation import Installation
from app.accounts.places import Organization
from app.accounts.settings import settings_of
from app.db import db
from app.languages import language
from app.outbox.transport import Relay

# Where anybody may look a filing number up; a site must link it there.
ICP_REGISTER, SECURITY_REGISTER = "https://beian.miit.gov.cn/", "https://beian.mps.gov.cn/"


@dataclass(frozen=True, slots=True)
class Registration:
    """A number under which the site is filed, and the public register that holds it."""

    words: str
    register: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """The root office as the footer and the mark show it; an empty line is not shown."""

    name: str = ""
    contact: str = ""
    registrations: list[Registration] = field(default_factory=list)
    is_demonstration: bool = False


def init_app(app: Flask) -> None:
    app.context_processor(_words)


def office() -> Office:
    """Asked once a request and language: letters of one batch speak several."""
    known: dict[str, Office] = g.setdefault("offices", {})
    if language() not in known:
        is_demonstration = select(Installation.is_demonstration).limit(1).scalar_subquery()
        root = db.session.execute(Organization.roots().add_columns(is_demonstration).limit(1)).one_or_none()
        known[language()] = _shown(root[0], bool(root[1])) if root else Office(
            is_demonstration=Installation.is_shown_as_demonstration())
    return known[language()]


def _shown(root: Organization, is_demonstration: bool) -> Office:
    own = settings_of(root)
    numbers = [Registration(own.icp_number, ICP_REGISTER), Registration(own.security_number, SECURITY_REGISTER),
               Registration(own.site_code and _("网站标识码：%(code)s", code=own.site_code))]
    return Office(root.called(language()), own.contact, [one for one in numbers if one.words], is_demonstration)


def _words() -> dict[str, Any]:
    found = office()
    return {"office": found, "is_demonstration": found.is_demonstration, "sends_letters": _sends_letters}


def _sends_letters() -> bool:
    """Whether a letter written now leaves the house at all, sooner or later."""
    return Relay.parse(current_app.config["MAIL_URL"]) is not None and not office().is_demonstration
