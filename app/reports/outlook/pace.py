"""Whether we shall make it: what is there, what the pace asks for by today, and the light that says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.settings import Settings
from app.events.asking import office_zone
from app.plans.indicators import Indicator, Measure
from app.reports.counting.cells import Amount, Count, shown, whole
from app.reports.counting.records import Step
from app.reports.outlook.days import short_day

Workdays = Callable[[date, date], int]

# Working days from deciding on a thing to its being there: our reading, so that “latest” means something.
LEADS = {"lecture": 10, "visit": 5, "meeting": 10, "press": 5, "media": 5, "training": 20, "campaign": 40,
         "competition": 60}
USUAL_LEAD = 10
RECOGNITION_LEAD = 40  # from application to approval of what goes into a register, and of a milestone
SOON = 20  # working days before the latest date, from which on something not yet arranged is yellow
RED_AFTER = 30  # days by which a milestone may be late before it is red
ORDER = ("red", "yellow", "blue", "met", "grey")


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a number, or a task, stands. `missing`: to the lowest number that meets it, what is scheduled not counted.

    `expected`: what the pace asks for by today. `latest_on`: the last working day on which what is neither done nor
    scheduled can sensibly be decided on; None when nothing is open. `light`: blue, yellow, red, met, or grey where
    there is nothing to count or nobody said yet that the words mean this number; `reason`: why, in a sentence.
    """

    done: Amount
    scheduled: Amount
    missing: Amount
    expected: Amount
    latest_on: date | None
    light: str
    reason: str
    is_unconfirmed: bool = False

    @property
    def word(self) -> str:
        """Instead of the usual word of its light."""
        return _("目标未确认") if self.is_unconfirmed else ""


def outlook_of(indicator: Indicator, count: Count, as_of: datetime, settings: Settings,
               workdays: Workdays, *, part: Fraction = Fraction(1), is_past: bool = False) -> Outlook:
    """The outlook of one indicator at `as_of`. `part`: how much of it `count.target` asks for (分解); `is_past`:
    `as_of` is no longer today, and its day is told."""
    today, due = as_of.astimezone(office_zone()).date(), due_of(indicator)
    least = count.target.band[0]
    missing = max(least - count.done, 0)
    still_open = max(missing - count.scheduled, 0)
    expected = expected_by(today, indicator, least, workdays, part)
    latest = latest_on(due, lead_of(indicator), workdays) if still_open else None
    if indicator.per != "total" and not count.places:
        light, reason = "grey", _("没有要分别完成的地区或单位，不计数。")
    elif not indicator.is_confirmed:
        light, reason = "grey", _("目标未确认，先不亮灯；%(facts)s。", facts=_facts(count))
    elif count.is_met:
        light, reason = "met", _("已达标：%(done)s%(unit)s。", done=shown(count.done), unit=count.target.unit)
    else:
        light, reason = _judge(count, _Dates(today, due, latest, is_past), expected, still_open, settings, workdays)
    return Outlook(count.done, count.scheduled, whole(missing), expected, latest, light, reason,
                   not indicator.is_confirmed)


@dataclass(frozen=True, slots=True)
class _Dates:
    today: date
    due: date
    latest: date | None
    is_past: bool


def _facts(count: Count) -> str:
    """What is there, what is on its way, and how much of that was held and waits for somebody to confirm it."""
    words = {"done": shown(count.done), "scheduled": shown(count.scheduled), "unit": count.target.unit}
    if not (count.scheduled and count.unconfirmed):
        return _("已完成 %(done)s%(unit)s，已安排 %(scheduled)s%(unit)s", **words)
    return ngettext(
        "已完成 %(done)s%(unit)s，已安排 %(scheduled)s%(unit)s（其中 %(num)d 场已办未确认）",
        "已完成 %(done)s%(unit)s，已安排 %(scheduled)s%(unit)s（其中 %(num)d 场已办未确认）",
        count.unconfirmed, **words)


def _pace(count: Count, expected: Amount, dates: _Dates) -> str:
    words = {"facts": _facts(count), "expected": shown(expected), "unit": count.target.unit}
    if dates.is_past:
        return _("%(facts)s；到%(day)s按进度该有 %(expected)s%(unit)s", day=short_day(dates.today), **words)
    return _("%(facts)s；到今天按进度该有 %(expected)s%(unit)s", **words)


def _judge(count: Count, dates: _Dates, expected: Amount, still_open: Amount, settings: Settings,
           workdays: Workdays) -> tuple[str, str]:
    have, unit = count.done + count.scheduled, count.target.unit
    percent = int(have * 100 // expected) if expected else 100
    facts = _facts(count)
    lacking = _("还差 %(count)s%(unit)s", count=shown(still_open or count.target.band[0] - count.done), unit=unit)
    if dates.today > dates.due:
        light = "yellow" if percent >= settings.blue_from else "red"
        return light, _("%(facts)s；%(day)s的完成时限已过，%(lacking)s。", facts=facts, day=short_day(dates.due),
                        lacking=lacking)
    if dates.latest and dates.today > dates.latest:
        return "red", _("%(facts)s；%(lacking)s，最迟 %(day)s 要定下来，已经过了。", facts=facts, lacking=lacking,
                        day=short_day(dates.latest))
    pace = _pace(count, expected, dates)
    if percent < settings.blue_from:
        light = "yellow" if percent >= settings.yellow_from else "red"
        return light, _("%(pace)s，只到 %(percent)d%%；%(lacking)s。", pace=pace, percent=percent, lacking=lacking)
    if dates.latest and (left := workdays(dates.today, dates.latest)) <= SOON:
        return "yellow", ngettext(
            "%(pace)s；%(lacking)s，最迟 %(day)s 要定下来，只剩 %(num)d 个工作日。",
            "%(pace)s；%(lacking)s，最迟 %(day)s 要定下来，只剩 %(num)d 个工作日。",
            left, pace=pace, lacking=lacking, day=short_day(dates.latest))
    return "blue", _("%(pace)s。", pace=pace)


def due_of(indicator: Indicator) -> date:
    return indicator.task.due_on or date(indicator.task.plan.year, 12, 31)


def expected_by(today: date, indicator: Indicator, least: Amount, workdays: Workdays,
                part: Fraction = Fraction(1)) -> Amount:
    """What should be there today: by the quarters (`part` of each) where they are given, else along a straight line
    over the working days of the year until it is due. Things come whole: nothing is asked for before one is due.
    """
    year, due = indicator.task.plan.year, due_of(indicator)
    nodes = [(date(year - 1, 12, 31), Fraction(0))]
    if indicator.quarters:
        nodes += [(_quarter_end(year, number), asked * part)
                  for number, asked in enumerate(indicator.quarters, start=1)]
    else:
        nodes.append((due, Fraction(least)))
    reached = Fraction(0)
    for (start, low), (end, high) in pairwise(nodes):
        if today >= end:
            reached = high
        elif today > start:
            days = workdays(start + timedelta(days=1), end)
            reached = low + (high - low) * Fraction(workdays(start + timedelta(days=1), today), days or 1)
    return int(min(reached, Fraction(least)) // 1)


def _quarter_end(year: int, number: int) -> date:
    return (date(year + 1, 1, 1) if number == 4 else date(year, number * 3 + 1, 1)) - timedelta(days=1)


def lead_of(indicator: Indicator) -> int:
    """Working days that what is missing takes to come about."""
    if indicator.measure in (Measure.REGISTER, Measure.MILESTONES):
        return RECOGNITION_LEAD
    if indicator.measure == Measure.OUTSIDE:
        return 0
    return LEADS.get(indicator.task.event_kind, USUAL_LEAD)


def latest_on(due: date, lead: int, workdays: Workdays) -> date:
    """The last working day after which `lead` working days still lie before the day it is due ends."""
    day = due
    while workdays(day, day) == 0 or workdays(day + timedelta(days=1), due) < lead:
        day -= timedelta(days=1)
    return day


def of_milestones(steps: Sequence[Step], as_of: datetime) -> Outlook | None:
    """How a task's milestones stand; None where it has none."""
    if not steps:
        return None
    today = as_of.astimezone(office_zone()).date()
    reached = sum(step.reached_on is not None for step in steps)
    late = sorted(((today - step.due_on).days, step) for step in steps
                  if step.reached_on is None and step.due_on and step.due_on < today)
    expected = sum(step.due_on is not None and step.due_on <= today for step in steps)
    left = len(steps) - reached
    if not left:
        light, reason = "met", _all_reached(steps)
    elif late:
        days, step = late[-1]
        light = "red" if days > RED_AFTER else "yellow"
        reason = ngettext(
            "节点“%(title)s”该在 %(day)s 完成，已过 %(num)d 天。",
            "节点“%(title)s”该在 %(day)s 完成，已过 %(num)d 天。",
            days, title=step.title, day=short_day(step.due_on))
    else:
        light = "blue"
        reason = ngettext(
            "节点完成 %(reached)d 个，共 %(num)d 个，没有过期的。",
            "节点完成 %(reached)d 个，共 %(num)d 个，没有过期的。",
            len(steps), reached=reached)
    return Outlook(reached, 0, left, expected, None, light, reason)


def _all_reached(steps: Sequence[Step]) -> str:
    days = [(step.reached_on - step.due_on).days for step in steps
            if step.reached_on and step.due_on and step.reached_on > step.due_on]
    told = ngettext("%(num)d 个节点都已完成", "%(num)d 个节点都已完成", len(steps))
    if not days:
        return _("%(told)s。", told=told)
    return ngettext("%(told)s，其中 %(num)d 个晚了，最多晚 %(days)d 天。",
                    "%(told)s，其中 %(num)d 个晚了，最多晚 %(days)d 天。", len(days), told=told, days=max(days))


def worst(outlooks: Sequence[Outlook]) -> Outlook | None:
    """The one that the whole is judged by: the first red, else yellow, blue; met only where all are."""
    return min(outlooks, key=lambda one: ORDER.index(one.light), default=None)


def uncounted(done: int, coming: int, *, is_withdrawn: bool = False) -> Outlook:
    """Grey: there is neither a number nor a milestone to count by."""
    reason = _("已不在任务表里，不再计数。") if is_withdrawn else _("没有数字目标，也没有节点，只列活动，不计数。")
    return Outlook(done, coming, 0, 0, None, "grey", reason)
