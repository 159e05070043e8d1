"""What the console says in red to those whose letters depend on it: no scheduler, no mail server, letters late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.installation import Installation
from app.accounts.models import Role
from app.clock import now
from app.db import db
from app.keeping.health import LETTERS_LATE, SILENT
from app.outbox import holding, relay
from app.outbox.models import Delivery
from app.reminders.heart import last_beat

TOLD = frozenset({Role.ADMINISTRATOR.value, Role.ORGANIZER.value})


@dataclass(frozen=True, slots=True)
class Alarm:
    """It goes away by itself, when it is over."""

    sentence: str
    since: datetime


def init_app(app: Flask) -> None:
    app.jinja_env.globals["alarms"] = alarms


def alarms() -> list[Alarm]:
    """For the person signed in; nothing for whom it does not concern."""
    if not current_user or not current_user.is_authenticated or not any(
            grant.role in TOLD for grant in current_user.grants):
        return []
    try:
        return list(alarms_at(now()))
    except SQLAlchemyError:  # the page says itself what is wrong
        db.session.rollback()
        return []


def alarms_at(as_of: datetime) -> Iterator[Alarm]:
    """Three small queries."""
    beat = last_beat()
    made = db.session.scalar(select(func.min(Installation.made_at))) if beat is None else None
    if made is not None and as_of - made > SILENT:
        yield Alarm(_("定时程序还没有运行过，提醒和通知都不会寄出；请管理员查看服务器。"), made)
        return
    if beat is not None and as_of - beat > SILENT:
        yield Alarm(_("定时程序停了，提醒和通知都不会寄出；请管理员查看服务器。"), beat)
        return  # then all else is late too
    if down := relay.trouble(as_of):
        yield Alarm(_("邮件服务器连不上或不让寄信，信件都在等，接通以后自动寄出。"), down.since)
        return
    oldest = db.session.scalar(Delivery.due(as_of).order_by(None).with_only_columns(func.min(Delivery.next_at)))
    if oldest is not None and as_of - oldest > LETTERS_LATE and not holding.held():
        yield Alarm(_("有信件该寄而没有寄出。"), oldest)
