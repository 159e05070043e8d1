"""Returns of the demonstration's offices, in each state, and two slips: one open, one closed by its fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from app.accounts.models import Person, Role
from app.accounts.places import Organization
from app.clock import local_day
from app.db import acting_as, db
from app.demonstration.people import Staff
from app.demonstration.scripts import ZONE
from app.events.span import midnight
from app.reports import letters
from app.reports.returns.deadlines import due_on
from app.reports.returns.gathering import gather
from app.reports.returns.month import Month
from app.reports.returns.monthly import MonthlyReturn
from app.reports.returns.scope import Branch, decides_on
from app.reports.slips import supervising
from app.reports.slips.slip import SlipCause, SupervisionSlip
from app.workdays import workday_after

FILED, APPROVED, RETURNED = "filed", "approved", "returned"
WORDS = "按计划办了活动，到场的人比预想的多，现场咨询集中在商标和地理标志。"
IDLE = "本月没有办活动，下个月的讲座已经定好时间和地点。"
PROBLEMS = "乡镇场地小，下个月想借用中学报告厅。"
REASON = "和活动照片里的人数对不上，请核对人次。"
SLOW, LATE = "乐至县", "郫都区"  # the one does not file at all, the other only when told to
# Of last month; whoever is not named has not filed yet.
LAST = {"成都": APPROVED, "郫都区": APPROVED, "双流区": FILED, "绵阳": FILED, "德阳": RETURNED, "省教育厅": APPROVED}


class Step(NamedTuple):
    """Something that was done about a return or a slip."""

    at: datetime
    by: Person
    do: Callable[[datetime], object]


class Returns:
    """Plays them; `as_of` is the present, which nothing may pass."""

    def __init__(self, offices: dict[str, Organization], staff: Staff, as_of: datetime) -> None:
        self.offices, self.staff, self.as_of = offices, staff, as_of
        self.branch = Branch.of(offices["省"])
        self.last = Month.of(as_of).previous
        self.before = self.last.previous

    def play(self) -> None:
        for step in sorted((*self._filed(), *self._slips()), key=lambda step: step.at):
            with acting_as(f"person:{step.by.id}"), db.session.begin_nested():
                step.do(step.at)
        with acting_as("job"):
            supervising.look_after(self.branch, self.as_of)

    def _filed(self) -> Iterator[Step]:
        for number, (word, office) in enumerate(self.offices.items()):
            minutes = timedelta(minutes=7 * number)
            if word == LATE:
                yield from self._of(office, self.before, APPROVED, self._deadline + timedelta(days=5, hours=1))
            elif word != SLOW:
                yield from self._of(office, self.before, APPROVED, self.before.ends_at + timedelta(days=2, hours=9))
            if word in LAST:
                at = min(self.last.ends_at + timedelta(days=1, hours=9) + minutes, self.as_of - timedelta(hours=1))
                yield from self._of(office, self.last, LAST[word], max(at, self.last.ends_at))

    @property
    def _deadline(self) -> datetime:
        """The morning of the day on which the returns of the month before last were due."""
        return midnight(due_on(self.before, 28), ZONE) + timedelta(hours=9)

    def _of(self, office: Organization, month: Month, end: str, at: datetime) -> Iterator[Step]:
        """Filed, and what came of it; nothing that lies ahead."""
        author, decider = self.staff.at(office, Role.ORGANIZER), self.staff.at(decides_on(office), Role.REVIEWER)
        decided = min(at + timedelta(hours=20), self.as_of)
        if at > self.as_of:
            return
        yield Step(at, author, partial(self._file, office, month, author))
        if end == APPROVED:
            yield Step(decided, decider, lambda moment: _the(office, month).approve(decider, moment))
        elif end == RETURNED:
            yield Step(decided, decider, lambda moment: _send_back(_the(office, month), decider, moment))

    def _file(self, office: Organization, month: Month, author: Person, as_of: datetime) -> None:
        figures = gather(self.branch, office, month, as_of)
        MonthlyReturn.ensure(office, month).submit(
            figures, author, as_of, words=WORDS if figures.held else IDLE,
            problems=PROBLEMS if office.region.level == "county" else "")

    def _slips(self) -> Iterator[Step]:
        """Both about the month before last, two working days after it was due."""
        at = self._deadline + (workday_after(local_day(self._deadline), 2) - local_day(self._deadline))
        if at > self.as_of:
            return
        for word in (SLOW, LATE):
            office = self.offices[word]
            sender = self.staff.at(decides_on(office), Role.REVIEWER)
            yield Step(at, sender, partial(self._supervise, office, sender))

    def _supervise(self, office: Organization, sender: Person, as_of: datetime) -> None:
        day = local_day(self._deadline)
        slip = SupervisionSlip.prepare(
            organization=office, sender=decides_on(office), cause=SlipCause.RETURN, as_of=as_of,
            facts=[f"{self.before.first.year}年{self.before.first.month}月的月报应在{day.month}月{day.day}日以前报，"
                   f"到{as_of.month}月{as_of.day}日还没有报。"],
            due_on=workday_after(local_day(as_of), 5), month=self.before.first)
        db.session.flush()
        slip.send(sender, as_of, words="请核对活动和人数，尽快报出月报。", due_on=slip.due_on)
        letters.tell_of_slip(slip, as_of)


def _the(office: Organization, month: Month) -> MonthlyReturn:
    found = MonthlyReturn.find(office, month)
    if found is None:
        raise LookupError(f"{office.name} {month.word}")
    return found


def _send_back(filed: MonthlyReturn, by: Person, as_of: datetime) -> None:
    filed.send_back(by, as_of, REASON)
    letters.tell_returned(filed, as_of)
