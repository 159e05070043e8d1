"""The forms by which an event is made, changed, moved and divided."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, DecimalField, HiddenField, SelectField, ValidationError
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from app.accounts.places import Organization
from app.events.asking import LinkedForm, MomentField, OpenedForm, TimedForm, web_address
from app.events.choosing import task_key
from app.events.hosting import HostedForm
from app.events.lifecycle import WrongState
from app.events.models import Event
from app.events.span import BadSpan, Span
from app.events.words import EventKind
from app.forms import WholeField, line, text

if TYPE_CHECKING:
    from app.accounts.models import Actor
    from app.events.waiting import Proposed

MOST_SEATS = 100_000


class EventForm(LinkedForm, HostedForm, TimedForm):
    """An event in one page: eight fields, and the rest folded away."""

    # As the page has them: what is inherited would come first, or last.
    order = ("title", "kind", "tasks", "regions", "starts_at", "ends_at", "location", "capacity")

    form_key = HiddenField()
    version = HiddenField()
    title = line(_l("名称"), 120, DataRequired(_l("请填活动名称。")))
    kind = SelectField(_l("类型"), [InputRequired()], choices=[])
    capacity = WholeField(_l("名额"), [Optional(), NumberRange(1, MOST_SEATS, _l("名额要在 1 到 100000 之间。"))],
                            description=_l("填了名额就接受网上报名。不限名额或不用报名的留空。"))
    parent = SelectField(_l("所属宣传周或系列"), choices=[], validate_choice=False)
    takes_enrolments = BooleanField(_l("接受网上报名，不限名额"))
    signup_closes_at = MomentField(_l("报名截止"), [Optional()], description=_l("不填则到开始时截止。"))
    is_for_children = BooleanField(_l("面向未满14周岁的孩子"), description=_l(
        "报名时另外征得监护人同意，并留下监护人姓名；联系方式填监护人的。"))
    online_url = line(_l("线上链接"), 500, web_address, description=_l("线上或现场加线上的，填会议或直播地址。"))
    speaker = line(_l("主讲"), 120)
    audience = line(_l("对象"), 200)
    contact = line(_l("联系人"), 120, description=_l("会公开显示：科室和办公电话即可。"))
    description = text(_l("介绍"), 5000)
    title_en = line(_l("英文名称"), 200)
    quiet = BooleanField(_l("小改动，不写信通知已报名的人"))

    def __init__(self, actor: Actor, as_of: datetime, *, taken: int = 0, **kwargs: Any) -> None:
        super().__init__(actor, as_of, **kwargs)
        self.taken = taken
        self.kind.choices = [(kind.value, kind.label) for kind in EventKind]
        self.capacity.render_kw = {"min": max(taken, 1), "max": MOST_SEATS}
        if not self.is_submitted():
            self.form_key.data = self.form_key.data or secrets.token_urlsafe(24)

    def offer_parents(self, parents: list[Event]) -> None:
        self.parent.choices = [("", _("不属于"))] + [(str(one.id), one.title) for one in parents]

    def suggest(self, organization: Organization, kind: str, words: list[str]) -> None:
        """What the task and the office already say, for a new event."""
        self.tasks.data = words
        tasks = self.chosen_tasks
        self.regions.data = [organization.region_code]
        self.kind.data = kind if kind in set(EventKind) else (
            tasks[0].event_kind if tasks and tasks[0].event_kind else EventKind.LECTURE.value)
        self.audience.data = tasks[0].audience if tasks else ""
        self.suggest_programmes(tasks)

    def suggest_from(self, parent: Event) -> None:
        """An item or an issue takes over what its parent says."""
        self.tasks.data = self.tasks.data or [task_key(task) for task in parent.tasks]
        self.audience.data = self.audience.data or parent.audience
        self.is_for_children.data = parent.is_for_children
        self.programmes.data = self.programmes.data or [str(one.id) for one in parent.programmes]
        if parent.kind == EventKind.LECTURE:
            for name in ("location", "speaker", "contact"):
                self[name].data = getattr(parent, name)

    def show(self, event: Event | Proposed) -> None:
        """Fills in what is said of `event` now."""
        for name in ("title", "kind", "capacity", "signup_closes_at", "is_for_children", "online_url",
                     "speaker", "audience", "contact", "description", "title_en", "location"):
            if name in self:
                self[name].data = getattr(event, name)
        self.takes_enrolments.data = event.takes_enrolments and not event.capacity
        self.tasks.data = [task_key(task) for task in event.tasks]
        self.regions.data = [region.code for region in event.regions]
        self.show_hosting(event)
        self.version.data = str(event.version)
        if "starts_at" in self:
            self.show_span(event.span)

    def narrow_to(self, event: Event) -> None:
        """For an event that exists: its place in the tree stays, and what is announced moves by 改期."""
        del self.parent, self.form_key
        if not event.is_public:
            del self.quiet
            return
        del self.starts_at, self.ends_at, self.is_all_day, self.location
        self.announced_span = event.span

    announced_span: Span | None = None

    def validate_capacity(self, field: Any) -> None:
        if field.data and field.data < self.taken:
            raise ValidationError(ngettext(
                "已经有 %(num)d 人报名，名额不能比这少。",
                "已经有 %(num)d 人报名，名额不能比这少。",
                self.taken))
        self._must_take_enrolments(field)

    def validate_takes_enrolments(self, field: Any) -> None:
        self._must_take_enrolments(field)

    def _must_take_enrolments(self, field: Any) -> None:
        if field.data and self.kind.data == EventKind.CAMPAIGN:
            raise ValidationError(_("宣传周不直接报名，请在它的子活动上设名额。"))

    def validate_signup_closes_at(self, field: Any) -> None:
        if self.announced_span:
            ends_at = self.announced_span.ends_at
        elif self.starts_at.data and self.ends_at.data and not self.ends_at.errors:
            try:
                ends_at = self.span.ends_at
            except BadSpan:
                return
        else:
            return
        if field.data and field.data > ends_at:
            raise ValidationError(_("报名截止不能晚于活动结束。"))

    def words(self) -> dict[str, Any]:
        """What is said of the event, by the names of its columns; the time apart."""
        said = {name: self[name].data for name in (
            "title", "kind", "capacity", "signup_closes_at", "is_for_children", "online_url", "speaker", "audience",
            "contact", "description", "title_en")}
        said = {name: value if value is not None or name in ("capacity", "signup_closes_at") else ""
                for name, value in said.items()}
        return said | {"takes_enrolments": bool(self.takes_enrolments.data or self.capacity.data),
                       "tasks": self.chosen_tasks, "regions": self.chosen_regions}

    def draft(self, organization: Organization, as_of: datetime) -> Event:
        event = Event.draft(
            span=self.span, organization=organization, as_of=as_of, form_key=self.form_key.data or None,
            location=self.location.data or "", **self.words() | {"kind": EventKind(self.kind.data)},
            **self.hosting(organization, self.chosen_regions, as_of))
        event.slug = self._slug()
        return event

    def write_to(self, event: Event | Proposed, as_of: datetime) -> None:
        """Only what differs; a draft's time and place with the rest."""
        if event.parts and self.kind.data != event.kind:
            raise WrongState(_("已经有下属场次的活动不能改类型。"))
        words = self.words() | {"slug": event.slug or self._slug()}
        words |= self.hosting(event.organization, self.chosen_regions, as_of)
        event.revise(as_of, quiet=bool(self.quiet and self.quiet.data), **words)
        if not event.is_public:
            event.reschedule(self.span, as_of, location=self.location.data or "")

    def _slug(self) -> str | None:
        """A campaign has a page of its own; its address is made of its English name where it has one."""
        if self.kind.data != EventKind.CAMPAIGN:
            return None
        words = re.sub(r"[^a-z0-9]+", "-", (self.title_en.data or "").lower()).strip("-")[:60]
        return f"{words or 'campaign'}-{secrets.token_hex(2)}"


class ScheduleForm(OpenedForm, TimedForm):
    """A new time, perhaps a new place."""

    signup_closes_at = MomentField(_l("报名截止"), [Optional()], description=_l("不填则到开始时截止。"))
    reason = line(_l("原因"), 300, description=_l("会写在通知信和活动页上。"))
    quiet = BooleanField(_l("小改动，不写信通知（例如只更正房间号的笔误）"))

    def show(self, event: Event | Proposed) -> None:
        self.show_span(event.span)
        self.location.data, self.signup_closes_at.data = event.location, event.signup_closes_at

    def validate_signup_closes_at(self, field: Any) -> None:
        if not (field.data and self.starts_at.data and self.ends_at.data):
            return
        try:
            ends_at = self.span.ends_at
        except BadSpan:
            return  # told at the end itself
        if field.data > ends_at:
            raise ValidationError(_("报名截止不能晚于活动结束。"))

    def move(self, event: Event | Proposed, as_of: datetime) -> None:
        """The deadline with the rest, but without a letter of its own."""
        event.revise(as_of, quiet=True, signup_closes_at=self.signup_closes_at.data)
        event.reschedule(self.span, as_of, location=self.location.data or "", reason=self.reason.data or "",
                         quiet=bool(self.quiet.data))


class ReasonForm(OpenedForm):
    reason = line(_l("原因"), 300, description=_l("会写在通知信和活动页上。"))


class AnnulmentForm(OpenedForm):
    reason = line(_l("原因"), 300, DataRequired(_l("请写明为什么撤销，例如“重复登记”。")),
                  description=_l("记在操作记录里，不公开。"))


class PartForm(TimedForm):
    """A stage of a competition or a session of a class."""

    title = line(_l("名称"), 120, DataRequired(_l("请填名称。")))
    speaker = line(_l("主讲"), 120)
    online_url = line(_l("线上链接"), 500, web_address)
    hours = DecimalField(_l("学时"), [Optional(), NumberRange(0, 100, _l("学时要在 0 到 100 之间。"))], places=1)
    advance_count = WholeField(
        _l("晋级数"), [Optional(), NumberRange(1, MOST_SEATS, _l("晋级数要在 1 到 100000 之间。"))])
    version = HiddenField()

    def narrow_to(self, kind: EventKind) -> None:
        """Hours are for a class, numbers advancing for a competition."""
        if kind is EventKind.COMPETITION:
            del self.hours, self.speaker
        else:
            del self.advance_count

    def validate_hours(self, field: Any) -> None:
        if field.data is not None and field.data * 10 != int(field.data * 10):
            raise ValidationError(_("学时最多一位小数，例如 3.5。"))

    def show(self, part: Event | Proposed) -> None:
        for name in ("title", "speaker", "online_url", "location", "advance_count"):
            if name in self:
                self[name].data = getattr(part, name)
        if "hours" in self:
            self.hours.data = None if part.credit_hours is None else part.credit_hours / 10
        self.version.data = str(part.version)
        self.show_span(part.span)

    def words(self) -> dict[str, Any]:
        said = {name: self[name].data or "" for name in ("title", "speaker", "online_url") if name in self}
        if "hours" in self:
            said["credit_hours"] = None if self.hours.data is None else int(self.hours.data * 10)
        if "advance_count" in self:
            said["advance_count"] = self.advance_count.data
        return said
