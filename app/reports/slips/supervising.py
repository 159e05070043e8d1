"""Keeps slips in step with the facts: suggests new ones, and closes those whose fact is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import false, or_, select, true
from sqlalchemy.orm import joinedload

from app.accounts.places import Organization
from app.clock import local_day
from app.db import Change, db
from app.errors import Refused
from app.events.models import Event
from app.events.words import EventState
from app.outbox.models import Delivery
from app.plans.milestones import Milestone
from app.plans.models import Plan, Task
from app.reports.counting.tally import tally
from app.reports.outlook.lights import lights
from app.reports.returns.month import Month
from app.reports.returns.monthly import MonthlyReturn
from app.reports.returns.scope import Branch
from app.reports.slips.findings import Arranged, Finding, Survey, is_for, sender_of
from app.reports.slips.slip import SlipCause, SlipState, SupervisionSlip
from app.workdays import workday_after

TIME_TO_ACT = 5  # working days, as proposed; who sends sets his own day
HELD = (EventState.HELD.value, EventState.CLOSED.value)


class NothingToSupervise(Refused):
    """The task is on its way."""


def look_after(branch: Branch, as_of: datetime) -> int:
    """Once a morning: closes what the facts close, suggests what they suggest; how many are new."""
    with force_locale("zh"):  # facts are kept
        survey = Survey.of(branch, as_of)
        settle(branch, survey, as_of)
        return len(suggest(branch, survey.findings, as_of))


def suggest(branch: Branch, found: Iterable[Finding], as_of: datetime,
            by: frozenset[int] | None = None) -> list[SupervisionSlip]:
    """Prepares a slip for each finding that has none; `by`: only those that one of these offices would send."""
    known: dict[object, SupervisionSlip] = {}
    for slip in db.session.scalars(select(SupervisionSlip).where(
            SupervisionSlip.organization_id.in_([one.id for one in branch.all])).order_by(SupervisionSlip.id)):
        known[slip.key] = slip
    made = []
    for one in found:
        sender, earlier = sender_of(branch, one.office), known.get(one.key)
        if sender is None or (by is not None and sender.id not in by):
            continue
        if earlier is not None and not _may_come_again(earlier):
            if earlier.state == SlipState.PREPARED:
                earlier.facts = list(one.facts)  # days went by since; once sent they stay as they were
            continue
        made.append(SupervisionSlip.prepare(
            organization=one.office, sender=sender, cause=one.cause, facts=one.facts, as_of=as_of,
            due_on=workday_after(local_day(as_of), TIME_TO_ACT), **one.about))
    return made


def _may_come_again(earlier: SupervisionSlip) -> bool:
    """What a fact closed may be found again; what a person dropped is not suggested twice."""
    return not earlier.is_open and bool(earlier.closing_fact)


def about_task(office: Organization, task: Task, plan: Plan, as_of: datetime) -> SupervisionSlip:
    """One that a person wants, about how `office` stands with a task.

    :raises NothingToSupervise: when something is arranged and the task is not behind.
    """
    sender = office.parent or office
    with force_locale("zh"):  # facts are kept
        own = tally(plan, as_of, within=office).task(task.id)
        light = lights(plan, as_of)[task.id]
    cause = SlipCause.BEHIND if Arranged.of(plan).by(office, task) else SlipCause.NOTHING_SCHEDULED
    if cause is SlipCause.BEHIND and light.light in ("blue", "met"):
        raise NothingToSupervise(_("任务 %(code)s 没有落后，这个单位也安排了活动，不用督办。", code=task.code))
    facts = [f"任务 {task.code} {task.title}：到{_day(local_day(as_of))}已办 {own.done} 场，已安排 {own.coming} 场。",
             *([light.reason] if light.light != "grey" else [])]
    known = db.session.scalars(SupervisionSlip.open().where(
        SupervisionSlip.organization_id == office.id, SupervisionSlip.task_id == task.id,
        SupervisionSlip.cause == cause.value)).first()
    return known or SupervisionSlip.prepare(
        organization=office, sender=sender, cause=cause, facts=facts, as_of=as_of, task=task,
        due_on=workday_after(local_day(as_of), TIME_TO_ACT))


def settle(branch: Branch, survey: Survey, as_of: datetime) -> None:
    """Closes every open slip of the branch whose fact is there, also where no change told of it."""
    for slip in _open(branch):
        fact = fact_of(slip)
        if not fact and slip.cause == SlipCause.BEHIND and slip.task_id:
            is_lagging = survey.is_lagging(slip.organization_id, slip.task_id)
            fact = "" if is_lagging else "已经赶上进度，不再是红灯。"
        if fact:
            slip.close(fact, as_of)


def gate(delivery: Delivery, as_of: datetime) -> str:
    """Why the letter about a slip need not leave any more."""
    slip = db.session.get(SupervisionSlip, int(delivery.about.removeprefix("slip:")), populate_existing=True)
    return "" if slip and slip.state == SlipState.SENT else "督办的事已经办结"


def _open(branch: Branch) -> Sequence[SupervisionSlip]:
    return db.session.scalars(SupervisionSlip.open().where(
        SupervisionSlip.organization_id.in_([one.id for one in branch.all])).options(
            joinedload(SupervisionSlip.organization).joinedload(Organization.region),
            joinedload(SupervisionSlip.task), joinedload(SupervisionSlip.event).joinedload(Event.figures),
            joinedload(SupervisionSlip.milestone))).all()


def follow(changes: Sequence[Change]) -> None:
    """Stopped by the fact itself: registered with the change hook."""
    subjects = [change.subject for change in changes]
    events = [one for one in subjects if isinstance(one, Event)]
    offices = {one.organization_id for one in subjects if isinstance(one, MonthlyReturn)}
    milestones = {one.id for one in subjects if isinstance(one, Milestone)}
    if not (events or offices or milestones):
        return
    touched = db.session.scalars(SupervisionSlip.open().where(or_(
        SupervisionSlip.event_id.in_([one.id for one in events]), SupervisionSlip.milestone_id.in_(milestones),
        (SupervisionSlip.cause == SlipCause.RETURN.value) & SupervisionSlip.organization_id.in_(offices),
        (SupervisionSlip.cause == SlipCause.NOTHING_SCHEDULED.value) & (true() if events else false())))).all()
    for slip in touched:
        if slip.cause == SlipCause.NOTHING_SCHEDULED and not any(
                task.id == slip.task_id for event in events for task in event.tasks):
            continue
        if fact := fact_of(slip):
            slip.close(fact, changes[-1].as_of)


def fact_of(slip: SupervisionSlip) -> str:
    """What closes it, in words that are kept; nothing while it is still to be done."""
    if slip.organization.closed_at:
        return "单位已关闭。"
    match slip.cause:
        case SlipCause.RETURN if slip.month:
            filed = MonthlyReturn.find(slip.organization, Month(slip.month))
            return f"月报已于{_day(local_day(filed.submitted_at))}报出。" if (
                filed and filed.is_filed and filed.submitted_at) else ""
        case SlipCause.FIGURES if slip.event:
            return _fact_of_event(slip.event, slip.prepared_at)
        case SlipCause.MILESTONE if slip.milestone:
            return _fact_of_milestone(slip.milestone, local_day(slip.prepared_at))
        case SlipCause.NOTHING_SCHEDULED if slip.task_id:
            event = _arranged_for(slip)
            return f"已安排活动“{event.title}”（{_day(event.span.starts_on)}）。" if event else ""
    return ""


def _fact_of_event(event: Event, since: datetime) -> str:
    if event.state in HELD and event.figures:
        return f"已登记人数：{event.figures.attendances} 人次。"
    if event.state == EventState.CANCELLED:
        return "活动已取消。"
    if event.state != EventState.PUBLISHED or event.deleted_at:
        return "活动已撤回或延期。"
    return f"活动已改到{_day(event.span.starts_on)}。" if event.starts_at > since else ""


def _fact_of_milestone(milestone: Milestone, since: date) -> str:
    if milestone.deleted_at:
        return "节点已删除。"
    if milestone.reached_on:
        return f"节点已于{_day(milestone.reached_on)}完成。"
    return f"节点已改到{_day(milestone.due_on)}。" if milestone.due_on and milestone.due_on > since else ""


def _arranged_for(slip: SupervisionSlip) -> Event | None:
    rows = db.session.scalars(Event.countable().where(Event.tasks.any(id=slip.task_id)).options(
        joinedload(Event.organization)).order_by(Event.starts_at, Event.id)).all()
    return next((one for one in rows if any(
        is_for(slip.organization, one.organization.path, code)
        for code in (None, *(region.region_code for region in one.in_regions)))), None)


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
