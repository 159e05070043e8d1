"""The kinds, anchors and letters of rooms to the left. A further one is one entry here; rooms to the right register
theirs in `create_app`."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l

from app.db import db
from app.events import due_letters as events
from app.events.models import Event
from app.events.span import midnight
from app.events.words import EventState, Part
from app.plans import due_letters as plans
from app.plans.milestones import Milestone
from app.plans.models import Task
from app.reminders import letters
from app.reminders.audience import AUDIENCES, is_to_be_held
from app.reminders.following import STOPPED
from app.reminders.moments import Moment
from app.reminders.registry import Anchor, Kind, LetterKind, register

STAFF = frozenset({"organizers", "hosts", "leads", "reviewers"})
IS_OFF = "活动已不再举办"


def init_app(app: Flask) -> None:
    register(app, *KINDS, *ANCHORS, *AUDIENCES, *LETTERS)
    for one in PUBLIC_LETTERS:
        register(app, one, late_fields=letters.late_fields)


def _fresh(noun: type) -> object:
    return lambda id: db.session.get(noun, id, populate_existing=True)


def _zone() -> str:
    return str(current_app.config["TIMEZONE"])


# ---------------------------------------------------------------- events


def _region(event: Event) -> str:
    return event.organization.region_code


def _start(event: Event) -> Moment:
    return Moment(event.starts_at, event.zone, event.is_all_day, _region(event))


def _end(event: Event) -> Moment:
    """Of whole days the last one."""
    if event.is_all_day:
        return Moment(midnight(event.span.ends_on, event.zone), event.zone, True, _region(event), event.ends_at)
    return Moment(event.ends_at, event.zone, False, _region(event))


def _signup_ends(event: Event) -> Moment | None:
    return Moment(event.signup_ends_at, event.zone, False, _region(event)) if event.takes_enrolments else None


def _not_held(event: Event) -> str:
    return "" if is_to_be_held(event) else STOPPED.get(EventState(event.state), "活动已撤回")


def _not_ended(event: Event) -> str:
    is_on = event.state in (EventState.PUBLISHED, EventState.HELD, EventState.CLOSED) and event.deleted_at is None
    return "" if is_on else STOPPED.get(EventState(event.state), "活动已撤回")


def _counted(event: Event) -> str:
    if event.part and Part(event.part).follows_parent:
        return "人数登记在上级活动"
    return "人数已登记" if event.figures is not None else _not_held(event)


# ---------------------------------------------------------------- plans


def _whole_day(day: date | None, region: str) -> Moment | None:
    if day is None:
        return None
    return Moment(midnight(day, _zone()), _zone(), True, region, midnight(day + timedelta(days=1), _zone()))


def _milestone_due(one: Milestone) -> Moment | None:
    return _whole_day(one.due_on, one.organization.region_code)


def _task_due(task: Task) -> Moment | None:
    return _whole_day(task.due_on, task.plan.organization.region_code)


def _milestone_over(one: Milestone) -> str:
    if one.deleted_at is not None or one.task.plan.adopted_at is None:
        return "节点已删除" if one.deleted_at else "计划还没有启用"
    return "节点已完成" if one.reached_on else ""


def _task_over(task: Task) -> str:
    return "任务已撤下" if task.withdrawn_at else "" if task.plan.adopted_at else "计划还没有启用"


def _day_stamp(day: date | None) -> int:
    return day.toordinal() if day else 0


KINDS = (
    Kind("event", _fresh(Event), lambda one: one.schedule_version,  # type: ignore[arg-type]
         lambda one: one.organization, lambda one, language: one.titled(language)),
    Kind("milestone", _fresh(Milestone), lambda one: _day_stamp(one.due_on),  # type: ignore[arg-type]
         lambda one: one.organization, lambda one, language: f"{one.task.code} {one.title}"),
    Kind("task", _fresh(Task), lambda one: _day_stamp(one.due_on),  # type: ignore[arg-type]
         lambda one: one.lead_organization or one.plan.organization,
         lambda one, language: f"{one.code} {one.called(language)}"),
)

ANCHORS = (
    Anchor("start", _l("活动开始"), "event", _start, _not_held, "活动已经开始"),
    Anchor("end", _l("活动结束"), "event", _end, _not_ended, "活动已经结束", is_usually_after=True),
    Anchor("signup_closes", _l("报名截止"), "event", _signup_ends, _not_held, "报名已经截止",
           "这个活动没有报名截止"),
    Anchor("figures_due", _l("登记人数（活动结束以后）"), "event", _end, _counted, is_usually_after=True),
    Anchor("milestone_due", _l("节点到期"), "milestone", _milestone_due, _milestone_over,
           lacking="这个节点没有日期"),
    Anchor("task_due", _l("任务到期"), "task", _task_due, _task_over, lacking="这项任务没有日期"),
)

PUBLIC_LETTERS = (
    LetterKind(letters.NAME, _l("活动提醒"), "start", frozenset({"enrolled"}),
               lambda event, rule, language: letters.reminder(event, language), looks_ahead=True),
    LetterKind(letters.THANKS, _l("感谢参加"), "end", frozenset({"enrolled"}),
               lambda event, rule, language: letters.thanks(event, language)),
)
LETTERS = (
    LetterKind(events.STARTING, _l("给工作人员：活动快开始"), "start", STAFF, events.starting,
               looks_ahead=True),
    LetterKind(events.ENDED, _l("给工作人员：活动已结束"), "end", STAFF, events.ended),
    LetterKind(events.SIGNUP_CLOSING, _l("给工作人员：报名快截止"), "signup_closes", STAFF, events.signup_closing,
               looks_ahead=True),
    LetterKind(events.FIGURES_DUE, _l("给工作人员：请登记人数"), "figures_due", STAFF, events.figures_due),
    LetterKind(plans.MILESTONE_DUE, _l("节点快到期"), "milestone_due",
               frozenset({"organizers", "leads", "reviewers"}), plans.milestone_due),
    LetterKind(plans.TASK_DUE, _l("任务快到期"), "task_due", frozenset({"leads"}), plans.task_due),
)
