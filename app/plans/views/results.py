"""How earlier years ended of which the system holds no rows: entered by hand, with the source, and marked so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import NotThere, Refused
from app.events.asking import office_zone
from app.legible import number_in
from app.plans.console import bp
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from app.plans.views.wishes import whole_number
from app.reports.counting.cells import Count
from app.reports.counting.tally import tally

Page = str | tuple[str, int] | Response
LONGEST = 200


class StaleResults(Refused):
    def __init__(self) -> None:
        super().__init__(_("您打开这一页以后，别人填过结果。您填的还在，请核对后再保存一次。"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator with what was counted, and what stands in its two boxes."""

    indicator: Indicator
    count: Count
    result: str
    source: str

    @property
    def is_counted(self) -> bool:
        """What the system holds rows of needs no hand."""
        return bool(self.count.amount)

    @property
    def mistake(self) -> str:
        if self.result and whole_number(self.result) is None:
            return _("结果要填整数；没有就留空。")
        if self.result and not self.source:
            return _("请写来源，例如哪份总结、哪份报表。")
        if len(self.source) > LONGEST:
            return _("来源最多 %(count)d 个字。", count=LONGEST)
        return _("有来源没有结果。") if self.source and not self.result else ""


@bp.get("/results")
@allowed("planner")
def results() -> Page:
    plan = _plan()
    tasks = _tasks(plan)
    return _page(plan, tasks, _entries(plan, tasks, None), [])


@bp.post("/results")
@allowed("planner")
def enter_results() -> Page:
    plan, as_of = _plan(lock=True), now()
    tasks = _tasks(plan)
    entries = _entries(plan, tasks, request.form)
    faults = [f"{one.indicator.task.code} {one.indicator.wording}{_('：')}{one.mistake}"
              for one in entries if one.mistake]
    if request.form.get("seen") != _digest(tasks):
        return _page(plan, tasks, entries, [StaleResults().sentence]), StaleResults.status
    if faults:
        return _page(plan, tasks, entries, faults), 422
    changed = sum(one.indicator.enter_result(whole_number(one.result), one.source, as_of) for one in entries
                  if not one.is_counted)
    db.session.commit()
    flash(_("已保存 %(count)d 项。", count=changed) if changed else _("没有要改的。"), "success")
    return redirect(url_for("console_plans.results", year=plan.year))


def _plan(*, lock: bool = False) -> Plan:
    """An earlier year's plan of an office for which the actor plans; last year's when none is named.

    :raises NotThere: for any other.
    """
    this_year = now().astimezone(office_zone()).year
    year = number_in(request.values, "year")
    wanted = Plan.scoped(g.actor).where(Plan.year < this_year).options(joinedload(Plan.organization))
    plans = [one for one in db.session.scalars(wanted.with_for_update(of=Plan) if lock else wanted)
             if g.actor.reaches(one.organization) and year in (None, one.year)]
    if not plans:
        raise NotThere(_("没有可以填报的往年计划。今年的数字由系统统计。"))
    return plans[0]


def _tasks(plan: Plan) -> Sequence[Task]:
    return db.session.scalars(Task.of_plan(plan).options(
        joinedload(Task.plan).joinedload(Plan.organization), selectinload(Task.indicators))).all()


def _entries(plan: Plan, tasks: Sequence[Task], words: MultiDict[str, str] | None) -> list[Entry]:
    counted = tally(plan, now())
    found = []
    for task in tasks:
        for one in task.indicators:
            result = "" if one.entered_result is None else str(one.entered_result)
            source = one.entered_source
            if words is not None:
                result = words.get(f"result-{one.id}", "").strip()
                source = " ".join(words.get(f"source-{one.id}", "").split())
            found.append(Entry(one, counted.of(one), result, source))
    return found


def _digest(tasks: Sequence[Task]) -> str:
    """Of all results as they stand."""
    told = [(one.id, one.entered_result, one.entered_source) for task in tasks for one in task.indicators]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _page(plan: Plan, tasks: Sequence[Task], entries: list[Entry], faults: list[str]) -> str:
    years = [one.year for one in db.session.scalars(Plan.scoped(g.actor).where(
        Plan.year < now().astimezone(office_zone()).year))]
    return render_template("console/years/results.html", plan=plan, entries=entries, faults=faults, years=years,
                           seen=_digest(tasks))
