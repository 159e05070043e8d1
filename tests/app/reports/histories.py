"""What may happen to the events and records of some offices, in any order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from app.accounts.models import Person
from app.accounts.places import Region
from app.db import db
from app.errors import Refused
from app.events.models import Event
from app.events.words import EventKind
from app.plans.indicators import Indicator
from app.plans.milestones import Milestone
from app.plans.models import Plan, Task
from app.plans.outside import OutsideFigure
from app.plans.registers import Register, RegisterEntry, Standing
from tests.conftest import AS_OF
from tests.factories import a_plan, a_region, a_task, an_event, an_office, chen, figures

PLACES = ("四川", "成都", "锦江区", "武侯区", "绵阳", "涪城区")
CODES = ("E1.1", "I2.1", "S1.3")
NOW = AS_OF + timedelta(days=200)
VERBS = ("hold", "hold", "hold", "hold unconfirmed", "hold unconfirmed", "confirm", "correct", "return figures",
         "close", "cancel", "postpone", "restore", "unpublish", "publish", "discard", "move", "regions", "regions",
         "share", "shares", "link", "unlink", "host", "host", "part", "part", "hours")
RECORDS = ("entry", "entry", "approve", "approve", "withdraw", "milestone", "milestone", "reach", "reach", "unreach",
           "drop", "figure", "figure", "month")
NUMBERS = st.integers(0, 9999)
# Something happens to the records, then an event is made and lives through some verbs; and so on.
lives = st.lists(st.tuples(
    st.lists(st.tuples(st.sampled_from(RECORDS), NUMBERS), max_size=6), NUMBERS,
    st.lists(st.tuples(st.sampled_from(VERBS), NUMBERS), min_size=1, max_size=6)), min_size=2, max_size=6)
History = list[tuple[list[tuple[str, int]], int, list[tuple[str, int]]]]


class World:
    """Offices, two registers, and indicators of every measure and every way of asking."""

    def __init__(self) -> None:
        self.plan: Plan = a_plan()
        root = an_office()
        city, other = (an_office(f"{name}市局", name, parent=root) for name in ("成都", "绵阳"))
        self.offices = [root, city, other, an_office("锦江区局", "锦江区", parent=city),
                        an_office("省教育厅", "四川", parent=root, kind="department")]
        self.by: Person = chen(root)
        self.regions: list[Region] = [a_region(name) for name in PLACES]
        self.tasks: list[Task] = [a_task(code) for code in CODES]
        self.registers = [Register(organization=root, name=name) for name in ("学校", "基地")]
        db.session.add_all(self.registers)
        db.session.flush()
        for task in self.tasks:
            task.indicators = list(self._asked())
        db.session.flush()
        self.events: list[Event] = []
        self.entries: list[RegisterEntry] = []
        self.milestones: list[Milestone] = []

    def _asked(self) -> Any:
        for measure in ("events", "attendances", "people", "hours", "hosts", "register", "milestones", "outside"):
            yield self._indicator(measure)
        for per in ("city", "county", "unit"):
            yield self._indicator("events", per=per)
        yield self._indicator("events", period="quarter")
        yield self._indicator("hosts", per="city", period="half")
        yield self._indicator("register", period="cumulative", register=self.registers[0])
        yield self._indicator("hosts", register=self.registers[1])

    def _indicator(self, measure: str, **words: Any) -> Indicator:
        register = words.pop("register", self.registers[0] if measure == "register" else None)
        return Indicator(wording="至少1", comparison="at_least", minimum=1, maximum=None, unit="个", basis="working",
                         measure=measure, register=register, **{"per": "total", "period": "year"} | words)

    # ------------------------------------------------------------ what may happen

    def live(self, history: History) -> None:
        for records, made, verbs in history:
            for what, number in (*records, ("event", made), *verbs):
                self.happen(what, number)

    def happen(self, what: str, number: int) -> None:
        with suppress(Refused):  # as life has it: the verb guards itself
            getattr(self, "do_" + what.replace(" ", "_"))(number)
        db.session.flush()

    def do_event(self, number: int) -> None:
        kind = (EventKind.LECTURE, EventKind.TRAINING, EventKind.CAMPAIGN)[number % 3]
        self.events.append(an_event(
            f"活动{len(self.events)}", kind=kind, starts_at=AS_OF + timedelta(hours=number * 7 % 9000 - 4000),
            organization=self.offices[number % 5], regions=[self.regions[number % 6]],
            tasks=[self.tasks[number % 3]], published=number % 4 > 0,
            credit_hours=number % 50 if number % 2 else None))

    def do_publish(self, number: int) -> None:
        self._event(number, lambda one: one.publish(NOW))

    def do_hold(self, number: int, confirmed: bool = True) -> None:
        people = number % 9 if number % 2 else None
        self._event(number, lambda one: one.record_figures(
            figures(self.by, 10 + number % 90, people=people), NOW, confirmed=confirmed))

    def do_hold_unconfirmed(self, number: int) -> None:
        self.do_hold(number, confirmed=False)

    def do_correct(self, number: int) -> None:
        self.do_hold(number + 17)

    def do_confirm(self, number: int) -> None:
        self._event(number, lambda one: one.confirm_figures(NOW))

    def do_return_figures(self, number: int) -> None:
        self._event(number, lambda one: one.return_figures(NOW, "请核对"))

    def do_close(self, number: int) -> None:
        self._event(number, lambda one: one.close(NOW))

    def do_cancel(self, number: int) -> None:
        self._event(number, lambda one: one.cancel(NOW))

    def do_postpone(self, number: int) -> None:
        self._event(number, lambda one: one.postpone(NOW))

    def do_restore(self, number: int) -> None:
        self._event(number, lambda one: one.restore(NOW))

    def do_unpublish(self, number: int) -> None:
        self._event(number, lambda one: one.unpublish(NOW))

    def do_discard(self, number: int) -> None:
        self._event(number, lambda one: one.discard(NOW))

    def do_move(self, number: int) -> None:
        self._event(number, lambda one: one.reschedule(one.span.moved_by(timedelta(days=number % 90 - 45)), NOW))

    def do_regions(self, number: int) -> None:
        chosen = [region for at, region in enumerate(self.regions) if number >> at & 1]
        self._event(number, lambda one: one.revise(NOW, regions=chosen))

    def do_share(self, number: int) -> None:
        def share(one: Event) -> None:
            if one.in_regions:
                one.in_regions[number % len(one.in_regions)].share = number % 4 * 250 or None
        self._event(number, share)

    def do_shares(self, number: int) -> None:
        def share(one: Event) -> None:
            for at, place in enumerate(one.in_regions):
                place.share = (number + at * 300) % 1000
        self._event(number, share)

    def do_link(self, number: int) -> None:
        self._event(number, lambda one: one.revise(NOW, tasks=[*{*one.tasks, self.tasks[number % 3]}]))

    def do_unlink(self, number: int) -> None:
        self._event(number, lambda one: one.revise(NOW, tasks=one.tasks[1:]))

    def do_host(self, number: int) -> None:
        if self.entries:
            self._event(number, lambda one: one.hosts.append(self.entries[number % len(self.entries)]))

    def do_hours(self, number: int) -> None:
        self._event(number, lambda one: one.revise(NOW, credit_hours=number % 80 or None))

    def do_part(self, number: int) -> None:
        def add(one: Event) -> None:
            part = an_event("一天", kind=EventKind(one.kind), starts_at=one.starts_at, published=False,
                            tasks=[self.tasks[number % 3]], organization=one.organization, credit_hours=number % 40)
            one.add_part(part, NOW)
            self.events.append(part)
        self._event(number, add)

    def do_entry(self, number: int) -> None:
        entry = RegisterEntry(
            register=self.registers[number % 2], organization=self.offices[number % 5],
            name=f"第{len(self.entries)}中学", region=self.regions[number % 6], standing=Standing.APPLIED.value,
            created_at=NOW, revised_at=NOW)
        db.session.add(entry)
        self.entries.append(entry)

    def do_approve(self, number: int) -> None:
        if self.entries:
            entry = self.entries[number % len(self.entries)]
            entry.approved_on = date(2024, 6, 1) + timedelta(days=number % 1200)
            entry.standing = (Standing.APPROVED if number % 2 else Standing.PLAQUE).value

    def do_withdraw(self, number: int) -> None:
        if self.entries:
            self.entries[number % len(self.entries)].standing = Standing.WITHDRAWN.value

    def do_milestone(self, number: int) -> None:
        task = self.tasks[number % 3]
        own = [one for one in task.indicators if one.measure == "milestones"]
        made = Milestone(task=task, indicator=own[0] if number % 4 else None, organization=self.offices[number % 5],
                         title="批复", due_on=date(2026, 5, 1), created_at=NOW, revised_at=NOW)
        db.session.add(made)
        self.milestones.append(made)

    def do_reach(self, number: int) -> None:
        self._milestone(number, "reached_on", date(2026, 1, 1) + timedelta(days=number % 500 - 50))

    def do_unreach(self, number: int) -> None:
        self._milestone(number, "reached_on", None)

    def do_drop(self, number: int) -> None:
        self._milestone(number, "deleted_at", NOW)

    def do_figure(self, number: int, is_running_total: bool = True) -> None:
        """The same month, region and source again takes the place of what was there."""
        indicator = next(one for one in self.tasks[number % 3].indicators if one.measure == "outside")
        month, region = date(2026, 1 + number % 6, 1), self.regions[number % 2]
        source = ("平台甲", "平台乙")[number // 7 % 2]
        found = db.session.scalars(db.select(OutsideFigure).filter_by(
            indicator_id=indicator.id, month=month, region_code=region.code, source=source)).one_or_none()
        if found is None:
            found = OutsideFigure(indicator=indicator, month=month, region=region, source=source)
            db.session.add(found)
        found.amount, found.is_running_total, found.entered_at = number * 31 % 5000, is_running_total, NOW
        found.true_on = month + timedelta(days=27 + number % 20)

    def do_month(self, number: int) -> None:
        self.do_figure(number, is_running_total=False)

    def _event(self, number: int, verb: Callable[[Event], None]) -> None:
        """Mostly what was made last; now and then one of long ago."""
        verb(self.events[number % len(self.events)] if number % 5 == 0 else self.events[-1])

    def _milestone(self, number: int, name: str, value: object) -> None:
        if self.milestones:
            setattr(self.milestones[number % len(self.milestones)], name, value)
