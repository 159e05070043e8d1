"""What keeps a letter from leaving though its time has come, and until when: told to who waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from app.db import db
from app.look import clock, short_day
from app.outbox import holding, relay
from app.outbox.domains import OTHER
from app.outbox.models import Delivery
from app.outbox.pace import DomainPace


@dataclass(frozen=True, slots=True)
class Hold:
    """`until` None: nobody knows."""

    sentence: str
    until: datetime | None = None


def hold_of(letter: Delivery, as_of: datetime) -> Hold | None:
    """Of a letter that waits; None: nothing but its own time. Three small queries."""
    if whole := hold_of_all(as_of):
        return whole
    house = db.session.get(DomainPace, letter.domain_group)
    if house is None or letter.next_at > max(as_of, house.paused_until or as_of):
        return None
    name = houses()[house.domain_group]
    if house.is_paused(as_of) and house.paused_until is not None:
        until = f"{short_day(house.paused_until)} {clock(house.paused_until)}"
        why = house.reason or _("对方的邮件服务器请我们晚些再寄")
        return Hold(_("%(house)s 暂停到 %(until)s，到时自动寄：%(why)s。", house=name, until=until,
                      why=why.rstrip("。.")), house.paused_until)
    if house.per_minute:
        return Hold(_("%(house)s 放慢到每分钟 %(count)s 封，轮到它就寄。", house=name, count=house.per_minute))
    return None


def hold_of_all(as_of: datetime) -> Hold | None:
    """What keeps every letter."""
    if reason := holding.held():
        return Hold(_("发信已停（%(why)s），放行以后才寄。", why=holding.in_words(reason)))
    if relay.trouble(as_of):
        return Hold(_("邮件服务器连不上或不让寄信，接通以后自动寄出。"))
    return None


def houses() -> Mapping[str, str]:
    """As people call them."""
    return {"qq": _("QQ邮箱"), "netease": _("网易邮箱（163、126）"), "gmail": "Gmail", "outlook": "Outlook",
            OTHER: _("其他邮箱")}
