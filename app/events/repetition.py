"""The form by which an event is held again: when; and what could not come along."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import HiddenField
from wtforms.validators import InputRequired

from app.db import db
from app.events.asking import MomentField, OpenedForm, office_zone
from app.events.choosing import tasks_in
from app.events.lifecycle import WrongState
from app.events.models import Event
from app.events.queries import find_parent_again
from app.events.repeating import successor
from app.events.span import Span, later, midnight
from app.plans.asking import day

if TYPE_CHECKING:
    from app.accounts.models import Actor

WEEK = timedelta(days=7)


class RepetitionForm(OpenedForm):
    """A moment, or a day for what fills whole days; the end follows by the length."""

    form_key = HiddenField()
    starts_at = MomentField(_l("新的开始时间"), [InputRequired(_l("请填开始时间。"))])
    starts_on = day(_l("新的开始日期"), InputRequired(_l("请填开始日期。")))

    def narrow_to(self, event: Event) -> None:
        if event.is_all_day:
            del self.starts_at
        else:
            del self.starts_on

    def suggest(self, event: Event, as_of: datetime) -> None:
        """The same weekday and hour: the first after it that is still to come."""
        begins = next_week_of(event.span, as_of)
        self.form_key.data = secrets.token_urlsafe(24)
        self.open_on(event)
        if event.is_all_day:
            self.starts_on.data = begins.astimezone(ZoneInfo(event.zone)).date()
        else:
            self.starts_at.data = begins

    def begins(self, event: Event) -> datetime:
        moment: Any = midnight(self.starts_on.data, event.zone) if event.is_all_day else self.starts_at.data
        return moment  # type: ignore[no-any-return]

    def make(self, event: Event, actor: Actor, as_of: datetime) -> Event:
        """The new draft: of the tasks of its year, under the campaign or series that the actor may still add to.

        :raises WrongState: where it is another office's by now, or its draft was made and thrown away.
        """
        begins, office = self.begins(event), successor(event.organization)
        if not actor.reaches(office):
            raise WrongState(_("这项活动现在归“%(office)s”，请由那里再办。", office=office.name))
        key = self.key_for(event)
        if key and db.session.scalar(select(Event.id).where(Event.form_key == key)):
            raise WrongState(_("这张表单建的草稿已经删除。还要再办，请从活动页重新打开。"))
        tasks = tasks_in(event.tasks, actor, begins.astimezone(office_zone()).year)
        made = event.repeat(begins, as_of, tasks=tasks, parent=find_parent_again(actor, event, as_of))
        made.form_key = key
        return made

    def key_for(self, event: Event) -> str | None:
        """Kept with what the form makes; no key of another form can be like it."""
        return f"again-{event.id}-{self.form_key.data}"[:64] if self.form_key.data else None


def next_week_of(span: Span, as_of: datetime) -> datetime:
    """Its start a whole number of weeks later, at least one, and after `as_of`."""
    weeks = max((as_of - span.starts_at) // WEEK, 1)
    while (begins := later(span.starts_at, weeks * WEEK, span.zone)) <= as_of:
        weeks += 1
    return begins


def left_behind(event: Event, made: Event, as_of: datetime) -> Iterator[str]:
    """A sentence for each thing that one may have expected of `made` and that has to be looked after."""
    if made.starts_at <= as_of:
        yield _("新的时间已经过去，请核对。")
    if made.signup_closes_at and made.signup_closes_at <= as_of < made.starts_at:
        yield _("报名截止跟着移动，已经过去了，请改。")
    if event.parent and made.parent is None:
        yield _("“%(title)s”不再接收新的活动，没有挂在它下面。", title=event.parent.title)
    if len(made.tasks) < len(event.tasks):
        year = made.starts_at.astimezone(office_zone()).year
        yield _("有 %(count)d 项计划任务不在 %(year)d 年的计划里，没有带过来。",
                count=len(event.tasks) - len(made.tasks), year=year)
    if gone := [one.name for one in event.hosts if one not in made.hosts]:
        yield _("已撤销的举办地没有带过来：%(names)s。", names=_("、").join(gone))
    if gone := [one.name for one in event.programmes if one not in made.programmes]:
        yield _("已停办的品牌活动没有带过来：%(names)s。", names=_("、").join(gone))
