"""Finding letters in the ledger: the newest of the times they show first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from app.outbox.models import Delivery, DeliveryState, LetterContent

A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. `words`: a whole address, or part of a subject, name or event's title; `since` and `until`
    are about when a letter is to leave, or left."""

    words: str = ""
    state: str = ""
    letters: ColumnElement[bool] | None = None  # which of them, by name
    since: datetime | None = None
    until: datetime | None = None

    def among(self, visible: ColumnElement[bool], named: ColumnElement[bool],
              abouts: Select[str]) -> Select[Delivery]:
        """Of the `visible` ones. Names are looked through in the `named` ones alone: whoever may not read them shall
        not guess them; `abouts` are the events whose title fits."""
        found = Delivery.visible(visible).options(joinedload(Delivery.content)).order_by(
            func.coalesce(Delivery.sent_at, Delivery.next_at).desc(), Delivery.id.desc())
        if self.words:
            found = found.where(self._fits(named, abouts))
        if self.state:
            found = found.where(Delivery.state == self.state)
        if self.letters is not None:
            found = found.where(self.letters)
        if self.since:
            found = found.where(Delivery.next_at >= self.since)
        if self.until:
            found = found.where(Delivery.next_at < self.until)
        return found

    def _fits(self, named: ColumnElement[bool], abouts: Select[str]) -> ColumnElement[bool]:
        if "@" in self.words:
            return Delivery.address == self.words.casefold()
        subjects = select(LetterContent.id).where(LetterContent.subject.icontains(self.words, autoescape=True))
        return or_(Delivery.content_id.in_(subjects), Delivery.about.in_(abouts),
                   Delivery.name.icontains(self.words, autoescape=True) & named)


def unsent(which: ColumnElement[bool]) -> Select[tuple[str, int]]:
    """By state, how many of these wait and how many are under way."""
    return select(Delivery.state, func.count()).where(which, Delivery.state.in_(
        (DeliveryState.PENDING.value, DeliveryState.CLAIMED.value))).group_by(Delivery.state)
