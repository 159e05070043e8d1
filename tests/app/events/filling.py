"""What an organizer types into the forms of the console."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.clock import now
from app.db import db
from app.events.models import Event

SHANGHAI = ZoneInfo("Asia/Shanghai")


def in_days(days: float, hour: int = 14) -> datetime:
    day = now().astimezone(SHANGHAI) + timedelta(days=days)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


def typed(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def the_form(**changes: Any) -> dict[str, Any]:
    """A lecture in ten days, from 14:00 to 16:00."""
    return {"title": "蜀光讲坛第一期", "kind": "lecture", "tasks": ["I2.1"], "regions": ["510100"],
            "starts_at": typed(in_days(10)), "ends_at": typed(in_days(10, 16)), "location": "省委党校报告厅",
            "capacity": "120", "then": "draft"} | changes


def the_edit(event: Event, **changes: Any) -> dict[str, Any]:
    """The form of a published event as it was opened."""
    return {"version": str(event.version), "title": event.title, "kind": event.kind, "regions": ["510100"]} | changes


def opened(event: Event) -> dict[str, str]:
    """What a page on `event` opened just now carries hidden."""
    db.session.expire_all()
    return {"version": str(event.version)}


def the_figures(**changes: Any) -> dict[str, Any]:
    return {"attendances": "86", "people": "80", "summary": "讲了商标注册，提问很多。"} | changes


def events() -> list[Event]:
    db.session.expire_all()
    return list(db.session.scalars(select(Event).order_by(Event.id)))


def mistakes(page: str) -> list[str]:
    """The sentences of the error summary."""
    summary = re.search(r'<div class="summary".*?</div>', page, re.DOTALL)
    found = re.findall(r"<li>(.*?)</li>", summary[0], re.DOTALL) if summary else []
    return [html.unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in found]


def kept(page: str, name: str) -> str:
    """What a box of the page holds."""
    box = re.search(rf'<input[^>]*\bname="{name}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', box[0]) if box else None
    return html.unescape(value[1]) if value else ""


def ticked(page: str, name: str) -> list[str]:
    boxes = re.findall(rf'<input[^>]*\bname="{name}"[^>]*>', page)
    return [re.search(r'value="([^"]*)"', box)[1] for box in boxes if " checked" in box]  # type: ignore[index]


