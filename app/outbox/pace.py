"""How fast each house of mailboxes is written to. Three refusals for now in a row halve its pace, a hundred letters
taken raise it by a tenth; 421 and refusals by policy pause that house alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlalchemy import Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model, db
from app.outbox.answers import Answer, Outcome

BEGIN_AT = 60  # letters a minute, where none was set before the first halving
FREE_FROM = 600  # a pace that nobody notices any more
SOFT_IN_ROW, GOOD_IN_ROW = 3, 100


class DomainPace(Model):
    """What we learnt of one house; no row: nothing ever went wrong. `per_minute` 0: as fast as it takes them."""

    __tablename__ = "domain_pace"

    domain_group: Mapped[str] = mapped_column(String(16), primary_key=True)
    per_minute: Mapped[int] = mapped_column(default=0)
    thousandths: Mapped[int] = mapped_column(default=0)  # of a letter, that it would take at `filled_at`
    filled_at: Mapped[datetime]
    paused_until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(300), default="")
    soft_in_row: Mapped[int] = mapped_column(default=0)
    good_in_row: Mapped[int] = mapped_column(default=0)

    @classmethod
    def of(cls, group: str, as_of: datetime) -> DomainPace:
        return cls(domain_group=group, per_minute=0, thousandths=0, filled_at=as_of, reason="", soft_in_row=0,
                   good_in_row=0)

    @classmethod
    def slowed(cls, as_of: datetime) -> Select[DomainPace]:
        """Those that hold letters back now."""
        return select(cls).where((cls.paused_until > as_of) | (cls.per_minute > 0)).order_by(cls.domain_group)

    def is_paused(self, as_of: datetime) -> bool:
        return self.paused_until is not None and self.paused_until > as_of

    def room(self, as_of: datetime) -> int | None:
        """How many letters it takes now; None: any number."""
        if self.is_paused(as_of):
            return 0
        return self._filled(as_of) // 1000 if self.per_minute else None

    def spend(self, count: int, as_of: datetime) -> None:
        if self.per_minute:
            self.thousandths, self.filled_at = self._filled(as_of) - 1000 * count, as_of

    def hear(self, answer: Answer, as_of: datetime) -> None:
        """Learns from how a letter to this house ended."""
        match answer.outcome:
            case Outcome.ACCEPTED:
                self.soft_in_row, self.good_in_row = 0, self.good_in_row + 1
                if self.good_in_row >= GOOD_IN_ROW:
                    self._speed_up()
            case Outcome.LATER:
                self.good_in_row, self.soft_in_row = 0, self.soft_in_row + 1
                if self.soft_in_row >= SOFT_IN_ROW:
                    self._slow_down(as_of)
            case Outcome.HOUSE_BUSY | Outcome.POLICY:
                self.paused_until, self.reason = as_of + answer.wait, str(answer)

    def _filled(self, as_of: datetime) -> int:
        seconds = max(0.0, (as_of - self.filled_at).total_seconds())  # a clock set back fills nothing
        return min(1000 * self.per_minute, self.thousandths + round(1000 * seconds * self.per_minute / 60))

    def _speed_up(self) -> None:
        self.good_in_row = 0
        if self.per_minute:
            faster = max(self.per_minute + 1, round(self.per_minute * 1.1))
            self.per_minute = faster if faster < FREE_FROM else 0

    def _slow_down(self, as_of: datetime) -> None:
        self.soft_in_row = 0
        self.per_minute = max(1, (self.per_minute or BEGIN_AT * 2) // 2)
        self.thousandths, self.filled_at = 0, as_of


_ANYTHING_KNOWN = select(DomainPace.__table__.c.domain_group).limit(1)


def paces() -> dict[str, DomainPace]:
    """By house, one query."""
    return {one.domain_group: one for one in db.session.scalars(select(DomainPace))}


def hear(answers: Iterable[tuple[str, Answer]], as_of: datetime) -> None:
    """By house, in the transaction that records them. Good answers where nothing is known need no row."""
    answers = list(answers)
    if all(answer.is_ok for _group, answer in answers) and not db.session.connection().scalar(_ANYTHING_KNOWN):
        return
    known = paces()
    for group, answer in answers:
        if group not in known:
            if answer.outcome not in (Outcome.LATER, Outcome.HOUSE_BUSY, Outcome.POLICY):
                continue
            known[group] = DomainPace.of(group, as_of)
            db.session.add(known[group])
        known[group].hear(answer, as_of)


def rooms(groups: Iterable[str], known: Mapping[str, DomainPace], as_of: datetime) -> dict[str, int | None]:
    """Those of the houses that take letters now: how many; None: any number."""
    found = {group: known[group].room(as_of) if group in known else None for group in groups}
    return {group: room for group, room in found.items() if room != 0}


def shared(groups: Iterable[str], limit: int, as_of: datetime, take: Callable[[str, int], int]) -> dict[str, int]:
    """How many letters of each house were taken: `take` is told a house and its fair share, none above its pace, and
    gives how many there were; what one leaves goes to the next."""
    known, left = paces(), limit
    open_ones = rooms(groups, known, as_of)
    taken: dict[str, int] = {}
    for number, (group, room) in enumerate(sorted(open_ones.items(), key=lambda one: one[1] or limit)):
        fair = -(-left // (len(open_ones) - number))
        taken[group] = take(group, fair if room is None else min(fair, room))
        left -= taken[group]
        if group in known:
            known[group].spend(taken[group], as_of)
    return taken
