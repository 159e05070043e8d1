"""The morning's letter to reviewers: what waits for them, once a day from nine by the office's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import Person
from app.accounts.places import Organization
from app.db import Model, db
from app.events import letters
from app.events.approval import approvals_of, reviewers_of
from app.events.asking import office_zone
from app.events.models import Event
from app.events.reviewing import Waiting, waiting_in
from app.outbox import posting
from app.outbox.letter import Letter, Recipient, one_line

HOUR, LISTED = time(9), 20


class DigestDay(Model):
    """A day whose letters are written, also when there was nothing to write: what comes in later waits a night."""

    __tablename__ = "review_digest_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    written_at: Mapped[datetime]


def post_daily(as_of: datetime) -> int:
    """Rung with every tick, it acts once a day; how many letters."""
    local = as_of.astimezone(office_zone())
    if local.time() < HOUR or db.session.get(DigestDay, local.date()):
        return 0
    db.session.add(DigestDay(day=local.date(), written_at=as_of))
    count = 0
    for reviewer, found in _by_reviewer():
        posting.post(_letter_to(reviewer, found, as_of), Recipient(
            reviewer.email or "", reviewer.name[:120], {"name": one_line(reviewer.name)}),
                     cause=f"events.waiting:{local.date()}", as_of=as_of)
        count += 1
    return count


def _by_reviewer() -> Iterator[tuple[Person, list[Waiting]]]:
    """Each reviewer who has an address, with what is next to be decided in his office."""
    everything = waiting_in(select(Event).where(Event.deleted_at.is_(None)))
    approvals = approvals_of([one.event for one in everything])
    offices: dict[Organization, list[Waiting]] = {}
    for one in everything:
        # Nobody above need agree any more: whoever reviews for the office itself may still do it.
        office = approvals[one.event.id].reviewing or one.event.organization
        offices.setdefault(office, []).append(one)
    mine: dict[Person, list[Waiting]] = {}
    for office, found in offices.items():
        for reviewer in reviewers_of(office):
            if reviewer.email:
                mine.setdefault(reviewer, []).extend(found)
    for reviewer, found in mine.items():
        yield reviewer, sorted(found, key=lambda one: (one.since, one.event.id))


def _letter_to(reviewer: Person, found: list[Waiting], as_of: datetime) -> Letter:
    with force_locale("en" if reviewer.language == "en" else "zh"):
        lines = [letters.Line(letters.plain(one.event.titled(reviewer.language)), " · ".join(
            (one.word, letters.plain(one.event.organization.name), waited(one, as_of)))) for one in found[:LISTED]]
    return letters.waiting(lines, len(found), reviewer.language)


def waited(one: Waiting, as_of: datetime) -> str:
    """How long, in words."""
    hours = int(one.has_waited(as_of).total_seconds() // 3600)
    if hours < 1:
        return _("刚送来")
    if hours < 24:
        return ngettext("等了 %(num)d 小时", "等了 %(num)d 小时", hours)
    return ngettext("等了 %(num)d 天", "等了 %(num)d 天", hours // 24)
