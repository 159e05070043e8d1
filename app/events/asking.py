"""What the forms of the console share: moments by the office's clocks, a span, tasks and regions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, Field, HiddenField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired

from app.accounts.places import Region
from app.errors import Refused
from app.events.choosing import Regions, find_tasks, offered_tasks, task_key
from app.events.lifecycle import Stale
from app.events.span import Span
from app.forms import line
from app.plans.models import Task

if TYPE_CHECKING:
    from app.accounts.models import Actor
    from app.events.models import Event
    from app.events.waiting import Proposed

MOST_TASKS, MOST_REGIONS = 20, 60


def office_zone() -> ZoneInfo:
    return ZoneInfo(current_app.config["TIMEZONE"])


class MomentField(DateTimeLocalField):  # type: ignore[misc]
    """A moment as the office's clocks show it."""

    def __init__(self, label: Any, validators: Any = (), **kwargs: Any) -> None:
        super().__init__(label, validators, tz=office_zone,
                         format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)

    def process_formdata(self, values: list[str]) -> None:
        try:
            super().process_formdata([value.strip() for value in values])
        except ValueError as error:
            raise ValueError(_("请写成 2026-04-20 14:00 这样的日期和时间。")) from error
        if self.data and not 1970 < self.data.year < 2200:
            self.data = None
            raise ValueError(_("年份要在 1971 到 2199 之间。"))


class ConsoleForm(FlaskForm):  # type: ignore[misc]
    """`status` is what a page with this form answers when it is shown again."""

    status = 422

    def refuse(self, error: Refused) -> None:
        self.form_errors.append(error.sentence)
        self.status = error.status


class OpenedForm(ConsoleForm):
    """Knows which version of the event its user saw when it was opened."""

    version = HiddenField()
    is_stale = False

    def open_on(self, subject: Event | Proposed) -> None:
        """Shown again over a newer version, what was typed can be saved after a look."""
        self.version.data = str(subject.version)

    def must_be_fresh(self, subject: Event | Proposed) -> None:
        """:raises Stale: when somebody changed the event since; a form that tells no version is stale too."""
        if self.version.data != str(subject.version):
            self.is_stale = True
            raise Stale


class TimedForm(ConsoleForm):
    """Start and end, and where."""

    starts_at = MomentField(_l("开始"), [InputRequired(_l("请填开始时间。"))])
    ends_at = MomentField(_l("结束"), [InputRequired(_l("请填结束时间。"))])
    is_all_day = BooleanField(_l("全天活动（只取开始和结束的日期）"))
    location = line(_l("地点"), 200, description=_l("写到参加的人找得到：楼、层、房间。"))

    def validate_ends_at(self, field: Any) -> None:
        starts_at, ends_at = self.starts_at.data, field.data
        if not starts_at or not ends_at:
            return
        if ends_at.date() < starts_at.date() if self.is_all_day.data else ends_at <= starts_at:
            raise ValidationError(_("结束时间要晚于开始时间。"))

    @property
    def span(self) -> Span:
        return span_of(self.starts_at.data, self.ends_at.data, bool(self.is_all_day.data))

    def show_span(self, span: Span) -> None:
        self.starts_at.data, self.is_all_day.data = span.starts_at, span.is_all_day
        self.ends_at.data = datetime.combine(
            span.ends_on, datetime.min.time(), office_zone()) if span.is_all_day else span.ends_at


class LinkedForm(ConsoleForm):
    """Tasks and regions. `actor` says whose plans are offered, `year` which one runs."""

    tasks = SelectMultipleField(_l("计划任务"), validate_choice=False)
    regions = SelectMultipleField(_l("地区"), validate_choice=False)

    def __init__(self, actor: Actor, as_of: datetime, **kwargs: Any) -> None:
        self.actor, self.year = actor, as_of.astimezone(office_zone()).year
        super().__init__(**kwargs)
        self.known_regions = Regions()

    def validate_tasks(self, field: Any) -> None:
        _found, unknown = self._found_tasks()
        if unknown:
            raise ValidationError(_("计划里没有任务“%(code)s”，请从列表里选。", code=unknown[0][:20]))
        if len(field.data or ()) > MOST_TASKS:
            raise ValidationError(_("一次活动最多对应 %(count)d 项任务。", count=MOST_TASKS))

    def validate_regions(self, field: Any) -> None:
        words = self._region_words()
        for word in words:
            if self.known_regions.find(word) is None:
                raise ValidationError(_("没有叫“%(word)s”的地区，请从列表里选。", word=word[:20]))
        if not words:
            raise ValidationError(_("请至少选一个地区；面向全省的选“四川”。"))
        if len(words) > MOST_REGIONS:
            raise ValidationError(_("一次活动最多选 %(count)d 个地区；再多请选上一级。", count=MOST_REGIONS))

    @property
    def chosen_tasks(self) -> list[Task]:
        return self._found_tasks()[0]

    @property
    def chosen_regions(self) -> list[Region]:
        found = {word: self.known_regions.find(word) for word in self._region_words()}
        return sorted({one.code: one for one in found.values() if one}.values(), key=lambda one: one.code)

    @property
    def mistyped_regions(self) -> list[str]:
        return [word for word in self._region_words() if self.known_regions.find(word) is None]

    @property
    def offered_tasks(self) -> list[tuple[str, list[tuple[str, Task]]]]:
        """By sector, without those already chosen, which stand above."""
        chosen = {task_key(task) for task in self.chosen_tasks}
        return [(sector.label, [(task_key(task), task) for task in tasks if task_key(task) not in chosen])
                for sector, tasks in offered_tasks(self.actor, self.year)]

    task_key = staticmethod(task_key)

    def _found_tasks(self) -> tuple[list[Task], list[str]]:
        return find_tasks(self.actor, [word.strip() for word in self.tasks.data or ()], self.year)

    def _region_words(self) -> list[str]:
        return [word.strip() for word in self.regions.data or () if word.strip()]


def web_address(form: Any, field: Field) -> None:
    """Only what a browser opens as a page; an address that runs something is refused."""
    if not field.data:
        return
    try:
        parts = urlsplit(field.data)
        is_page = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_page = False
    if not is_page or any(sign.isspace() for sign in field.data):
        raise ValidationError(_("网址要以 http:// 或 https:// 开头，中间没有空格。"))


def span_of(starts_at: datetime, ends_at: datetime, is_all_day: bool) -> Span:
    zone = office_zone()
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if is_all_day:
        return Span.of_days(first.date(), last.date(), zone.key)
    return Span(starts_at, ends_at, zone=zone.key)
