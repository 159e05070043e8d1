"""What goes to and fro between an author and a reviewer, as steps of an event's life."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from app.accounts.models import Person
from app.demonstration.people import Deed
from app.demonstration.scripts import Script
from app.events.models import Event
from app.events.reviewing import of_event
from app.events.waiting import Proposed

REVIEWER = "审核："
Told = Iterator[tuple[datetime, Person, Deed]]


@dataclass(frozen=True, slots=True)
class Approving:
    """One event between its author and its reviewer; None: it needs none."""

    event: Event
    author: Person
    reviewer: Person | None

    def publish(self, at: datetime) -> Told:
        """Sent in, and agreed to on the next day; or published at once."""
        yield at, self.author, partial(self.event.submit, self.author) if self.reviewer else self.event.publish
        yield from self.agree(at + timedelta(days=1))

    def agree(self, at: datetime) -> Told:
        if self.reviewer:
            yield at, self.reviewer, partial(_agree, self.event, self.reviewer)

    def wait(self, script: Script, at: datetime) -> Told:
        """Sent in, talked about, perhaps returned; not public at the end."""
        if self.reviewer is None:
            raise ValueError(f"{script.title}: nobody reviews it, so it cannot wait")
        yield at, self.author, partial(self.event.submit, self.author)
        yield from self.talk(script, at + timedelta(minutes=40))
        if script.returned:
            yield (at + timedelta(hours=18), self.reviewer,
                   partial(_send_back, self.event, self.reviewer, script.returned))

    def talk(self, script: Script, at: datetime) -> Told:
        for number, words in enumerate(script.remarks):
            by = self.reviewer if words.startswith(REVIEWER) and self.reviewer else self.author
            yield (at + timedelta(minutes=25 * number), by,
                   partial(self.event.remark, words.removeprefix(REVIEWER), by))

    def propose(self, script: Script, at: datetime) -> Told:
        """A change to what is public already."""
        yield at, self.author, partial(_propose, self.event, script, self.author)
        yield from self.talk(script, at + timedelta(minutes=40))


def _agree(event: Event, by: Person, as_of: datetime) -> None:
    for one in of_event(event):
        one.agree(by, as_of)


def _send_back(event: Event, by: Person, reason: str, as_of: datetime) -> None:
    for one in of_event(event):
        one.send_back(by, as_of, reason)


def _propose(event: Event, script: Script, by: Person, as_of: datetime) -> None:
    proposed = Proposed(event)
    proposed.revise(as_of, **script.wanted)
    proposed.keep(by, as_of)
