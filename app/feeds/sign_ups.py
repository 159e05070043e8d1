"""The private feed of who signed up: what he is enrolled in, and its stages and sessions. No name, no ticket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select

from app.db import db
from app.events.models import Event
from app.events.queries import OWN_DAYS
from app.feeds.private import PrivateFeed
from app.feeds.tokens import FeedToken
from app.signup import mailbox, privacy
from app.signup.models import Enrolment


@dataclass(frozen=True, kw_only=True)
class SignUps(PrivateFeed):
    """Of one mailbox and name. Who withdraws has it no longer; what is cancelled stays as such."""

    holder: str

    @property
    def _name(self) -> str:
        return _("我的报名")

    @property
    def _holdings(self) -> str:
        return _("您报了名的活动")

    def _own(self) -> ColumnElement[bool]:
        enrolled = mailbox.attending(self.holder).with_only_columns(Enrolment.event_id).order_by(None)
        return or_(Event.id.in_(enrolled), and_(Event.part.in_(OWN_DAYS), Event.parent_id.in_(enrolled)))


def init_app(app: Any) -> None:
    privacy.also(app, kept_of)


def kept_of(enrolment: Enrolment) -> Iterator[dict[str, str]]:
    """For the copy of who holds the ticket: the calendars asked for by this enrolment's letter, and no other's."""
    for one in db.session.scalars(select(FeedToken).where(FeedToken.enrolment_id == enrolment.id).order_by(
            FeedToken.id)):
        yield {"name": _("我的报名"), "made_at": _time(one.created_at), "fetched_at": _time(one.fetched_at),
               "revoked_at": _time(one.revoked_at)}


def _time(moment: datetime | None) -> str:
    zone = ZoneInfo(current_app.config["TIMEZONE"])
    return moment.astimezone(zone).isoformat(timespec="minutes") if moment else ""
