"""Demonstration participants: “演示学员01” and so on, who sign up one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from app.events.models import Event
from app.signup.enrolling import enrol

IN_ALL = 60


def enrol_some(event: Event, number: int, since: datetime, until: datetime,
               beginning: int) -> Iterator[tuple[datetime, Callable[[datetime], object]]]:
    """`number` of them sign up for `event`, spread over the time from `since` to `until`."""
    pause = (until - since) / (number + 1)
    for place in range(number):
        yield ((since + pause * (place + 1)).replace(microsecond=0),
               partial(_enrol, event, (beginning + place) % IN_ALL + 1))


def _enrol(event: Event, number: int, as_of: datetime) -> None:
    enrol(event, name=f"演示学员{number:02}", email=f"demo{number:02}@example.org",
          unit=f"演示单位{number % 9 + 1}", as_of=as_of,
          guardian=f"演示家长{number:02}" if event.is_for_children else "")
