"""What there is to supervise: each finding with its facts, for the office above to look at.

The facts are kept as they were found, so they are in the language of the data and not in the reader's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.places import Organization, RegionLevel
from app.clock import local_day
from app.db import db
from app.events.models import Event, EventRegion, event_task
from app.events.queries import OWN_DAYS
from app.events.words import EventState
from app.plans.indicators import Indicator
from app.plans.milestones import Milestone
from app.plans.models import DeliveredBy, Plan, Task
from app.reports.counting.cells import shown
from app.reports.counting.tally import Tally, tally
from app.reports.outlook.lights import lights
from app.reports.outlook.pace import Outlook
from app.reports.returns.month import Month
from app.reports.returns.monthly import ReturnState
from app.reports.returns.outstanding import Filing, filings
from app.reports.returns.scope import Branch, ids_along
from app.reports.slips.slip import SlipCause
from app.workdays import workday_after

GRACE = 2  # working days after an event for its figures
LONG_PAST = timedelta(days=180)  # older events without figures are for the year's cleaning up, not for a slip
BEFORE_DEADLINE = timedelta(days=90)  # by then a task should have something scheduled


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that one office is to be asked for. `about` holds the slip's task, event, milestone or month."""

    office: Organization
    cause: SlipCause
    facts: tuple[str, ...]
    about: Mapping[str, Any]

    @property
    def key(self) -> tuple[Any, ...]:
        """The same as `SupervisionSlip.key`."""
        ids = (self.about[name].id if name in self.about else None for name in ("task", "event", "milestone"))
        return self.office.id, self.cause.value, *ids, self.about.get("month")


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found in a branch, with the lights of the running plan's tasks and who is asked for which of them."""

    findings: list[Finding]
    lights: Mapping[int, Outlook]
    asked: frozenset[tuple[int, int]]  # office, task

    @classmethod
    def of(cls, branch: Branch, as_of: datetime) -> Survey:
        """The branch of a root office, in a bounded number of queries."""
        last = Month.of(as_of).previous
        late = [one for month in (last.previous, last) for one in late_returns(filings(branch, month, as_of), month)]
        found = [*late, *_without_figures(branch, as_of), *_milestones_overdue(branch, as_of)]
        plan = db.session.scalars(Plan.of_year(local_day(as_of).year).where(
            Plan.organization_id == branch.top.id)).one_or_none()
        if plan is None:
            return cls(found, {}, frozenset())
        counted = tally(plan, as_of)
        lit = lights(plan, as_of, counted=counted)
        shares = _all_shares(branch, plan)
        found += _tasks(plan, shares, lit, counted, local_day(as_of))
        return cls(found, lit, frozenset((share.office.id, task.id) for task, share in shares))

    def is_lagging(self, office_id: int, task_id: int) -> bool:
        """Whether an office that was sent a slip about a task's progress still has reason to act."""
        if (office_id, task_id) in self.asked:
            return any(one.office.id == office_id and "task" in one.about and one.about["task"].id == task_id
                       for one in self.findings)
        return task_id not in self.lights or self.lights[task_id].light not in ("blue", "met")


def late_returns(found: Iterable[Filing], month: Month) -> Iterator[Finding]:
    for one in found:
        if one.is_late:
            facts = [f"{_month(month)}的月报应在{_day(one.due_on)}以前报，到{_day(one.today)}还没有报。"]
            if one.found and one.state == ReturnState.RETURNED and one.found.decided_at:
                facts.append(f"{_day(local_day(one.found.decided_at))}退回过，原因：{one.found.returned_reason}；"
                             "还没有重报。")
            yield Finding(one.office, SlipCause.RETURN, tuple(facts), {"month": month.first})


def _without_figures(branch: Branch, as_of: datetime) -> Iterator[Finding]:
    offices = {one.id: one for one in branch.all}
    rows = db.session.scalars(select(Event).where(
        Event.organization_id.in_(offices.keys()), Event.deleted_at.is_(None),
        Event.state == EventState.PUBLISHED.value, Event.ends_at <= as_of, Event.ends_at > as_of - LONG_PAST,
        Event.part.is_(None) | Event.part.not_in(OWN_DAYS)).order_by(Event.starts_at, Event.id))
    today = local_day(as_of)
    for event in rows:
        ended = event.span.ends_on
        if workday_after(ended, GRACE) < today:
            facts = (f"“{event.title}”{_day(ended)}办完，到{_day(today)}还没有登记人数。",)
            yield Finding(offices[branch.told_by[event.organization_id]], SlipCause.FIGURES, facts, {"event": event})


def _milestones_overdue(branch: Branch, as_of: datetime) -> Iterator[Finding]:
    offices, today = {one.id: one for one in branch.all}, local_day(as_of)
    rows = db.session.scalars(select(Milestone).join(Milestone.task).where(
        Milestone.organization_id.in_(offices.keys()), Milestone.deleted_at.is_(None), Task.withdrawn_at.is_(None),
        Milestone.reached_on.is_(None), Milestone.due_on < today, Milestone.due_on >= date(today.year - 1, 7, 1))
        .options(joinedload(Milestone.task)).order_by(Milestone.due_on, Milestone.id))
    for one in rows:
        if one.due_on is None:
            continue
        facts = (f"任务 {one.task.code} {one.task.title}的节点“{one.title}”应在{_day(one.due_on)}完成，"
                 f"已过 {(today - one.due_on).days} 天。",)
        yield Finding(offices[branch.told_by[one.organization_id]], SlipCause.MILESTONE, facts,
                      {"milestone": one, "task": one.task})


# ---------------------------------------------------------------- tasks that nobody works on, or not enough


class Share(NamedTuple):
    """Who is asked for a task: its lead, or an office whose region got part of a number."""

    office: Organization
    indicator: Indicator | None = None
    amount: int = 0


def _all_shares(branch: Branch, plan: Plan) -> list[tuple[Task, Share]]:
    """The article states no lead, so a task has somebody to ask only where an office named one or split a number."""
    tasks = db.session.scalars(Task.of_plan(plan).where(Task.withdrawn_at.is_(None)).options(
        selectinload(Task.indicators).selectinload(Indicator.allocations))).all()
    return [(task, share) for task in tasks for share in _shares(branch, task)]


def _tasks(plan: Plan, shares: Iterable[tuple[Task, Share]], lit: Mapping[int, Outlook], counted: Tally,
           today: date) -> Iterator[Finding]:
    arranged = Arranged.of(plan)
    for task, share in shares:
        due = task.due_on or date(plan.year, 12, 31)
        is_idle = task.delivered_by != DeliveredBy.MILESTONES.value and not arranged.by(share.office, task)
        if is_idle and today >= due - BEFORE_DEADLINE:
            yield Finding(share.office, SlipCause.NOTHING_SCHEDULED, _idle_facts(task, share, due, today),
                          {"task": task})
        elif lit[task.id].light == "red" and _owes(share, counted):
            yield Finding(share.office, SlipCause.BEHIND, _behind_facts(task, share, lit[task.id], counted),
                          {"task": task})


def _shares(branch: Branch, task: Task) -> Iterator[Share]:
    """Each office once: its largest part, if it has several. Nobody is asked for what nobody confirmed."""
    found: dict[int, Share] = {}
    lead = next((one for one in branch.filing if one.id == task.lead_organization_id), None)
    if lead is not None:
        found[lead.id] = Share(lead)
    of_region = {one.region_code: one for one in branch.filing if one.kind == "office"}
    parts = sorted(((part.amount, indicator.id, part.region_code, indicator) for indicator in task.indicators
                    if indicator.is_confirmed for part in indicator.allocations if part.amount),
                   key=lambda one: one[:3], reverse=True)
    for amount, _id, code, indicator in parts:
        if (office := of_region.get(code)) and office.id not in found:
            found[office.id] = Share(office, indicator, amount)
    yield from found.values()


def _owes(share: Share, counted: Tally) -> bool:
    """Who has a part of the number owes nothing once his part is there."""
    return share.indicator is None or _done_by(share, counted) < share.amount


def _done_by(share: Share, counted: Tally) -> Any:
    stem = share.office.region.stem
    found = counted.of(share.indicator).by_region.items() if share.indicator else ()
    return sum(amount for code, amount in found if code.startswith(stem))


def _idle_facts(task: Task, share: Share, due: date, today: date) -> tuple[str, ...]:
    part = f"分解给{share.office.region.short_name} {share.amount}{share.indicator.unit}；" if share.indicator else ""
    return (f"任务 {task.code} {task.title}：{part}到{_day(today)}没有一场已办或已安排的活动，"
            f"离{_day(due)}的时限{_days_left(due, today)}。",)


def _behind_facts(task: Task, share: Share, outlook: Outlook, counted: Tally) -> tuple[str, ...]:
    facts = [f"任务 {task.code} {task.title}亮红灯：{outlook.reason}"]
    if share.indicator:
        facts.append(f"分解给{share.office.region.short_name} {share.amount}{share.indicator.unit}，"
                     f"已办 {shown(_done_by(share, counted))}{share.indicator.unit}。")
    return tuple(facts)


@dataclass(frozen=True, slots=True)
class Arranged:
    """Which offices and regions have something held or announced for a task; one query for the whole plan."""

    rows: Mapping[int, list[tuple[str, str | None]]]  # by task: the office's path and a region of the event

    @classmethod
    def of(cls, plan: Plan) -> Arranged:
        tasks = select(Task.id).where(Task.plan_id == plan.id)
        found: dict[int, list[tuple[str, str | None]]] = {}
        for task, path, code in db.session.execute(
                Event.countable().with_only_columns(event_task.c.task_id, Organization.path, EventRegion.region_code)
                .select_from(Event).join(event_task, event_task.c.event_id == Event.id).join(Event.organization)
                .outerjoin(EventRegion, EventRegion.event_id == Event.id).where(event_task.c.task_id.in_(tasks))):
            found.setdefault(task, []).append((path, code))
        return cls(found)

    def by(self, office: Organization, task: Task) -> bool:
        return any(is_for(office, path, code) for path, code in self.rows.get(task.id, ()))


def is_for(office: Organization, path: str, code: str | None) -> bool:
    """Whether an event held by the office of this path, for this region, is one of `office`'s."""
    has_land = office.kind == "office" and office.region.level != RegionLevel.PROVINCE
    return path.startswith(office.path) or bool(has_land and code and code.startswith(office.region.stem))


def sender_of(branch: Branch, office: Organization) -> Organization | None:
    """The nearest office above that is at work; the root has none."""
    above = {one.id: one for one in branch.filing}
    way = [above[id] for id in ids_along(office.path)[:-1] if id in above]
    return way[-1] if way else None


def _days_left(due: date, today: date) -> str:
    return f"只剩 {(due - today).days} 天" if due >= today else f"已过 {(today - due).days} 天"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _month(month: Month) -> str:
    return f"{month.first.year}年{month.first.month}月"
