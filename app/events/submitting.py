"""Sent in, taken back, returned: the way of an event to the one who may publish it, and what is said on it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Person
from app.db import Change, Model, note
from app.errors import Refused
from app.events.lifecycle import WrongState
from app.events.words import EventState

if TYPE_CHECKING:
    from app.events.figures import Figures
    from app.events.models import Event


RETURN = "退回："  # how the reason of a return begins in the thread; kept, so not in the reader's language
CORRECTION = "更正人数："  # and that of figures put right after the event was closed


class NoReason(Refused):
    """What is final is not changed without saying why."""

    status = 422


class Submission(Model):
    """Who sent an event in last, and when; the event's state says whether it still waits."""

    __tablename__ = "event_submission"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    by: Mapped[Person] = relationship()
    at: Mapped[datetime]


class Comment(Model):
    """A remark between an event's author and its reviewer; never public."""

    __tablename__ = "event_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    author: Mapped[Person] = relationship(lazy="joined")
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)

    @property
    def is_return(self) -> bool:
        return self.text.startswith(RETURN)

    @property
    def words(self) -> str:
        return self.text.removeprefix(RETURN)


class Submitting:
    """Mixed into `Event`."""

    if TYPE_CHECKING:
        submission: Any
        figures_confirmed_at: Any

    def submit(self: Event, by: Person, as_of: datetime) -> None:
        """To the reviewer; it rests until he publishes or returns it, or its author takes it back."""
        if self.state == EventState.SUBMITTED:
            return
        self._must_be(EventState.DRAFT)
        with self._changing("submitted", as_of):
            self.state, self.returned_reason = EventState.SUBMITTED.value, ""
        if self.submission is None:
            self.submission = Submission(by=by, at=as_of)
        else:
            self.submission.by, self.submission.at = by, as_of

    def take_back(self: Event, as_of: datetime) -> None:
        """A draft again, by its author's own wish."""
        if self.state == EventState.DRAFT:
            return
        self._must_be(EventState.SUBMITTED)
        with self._changing("taken_back", as_of):
            self.state = EventState.DRAFT.value

    def return_(self: Event, as_of: datetime, reason: str) -> None:
        """A draft again, with what is to be put right."""
        if self.state == EventState.DRAFT and self.returned_reason == reason:
            return
        self._must_be(EventState.SUBMITTED)
        with self._changing("returned", as_of, also={"returned_reason": reason}):
            self.state, self.returned_reason = EventState.DRAFT.value, reason

    def hand_in_figures(self: Event, entered: Figures, by: Person, as_of: datetime) -> None:
        """Figures of an event that was never public, by somebody who may not publish: they wait with it."""
        self._must_be(EventState.DRAFT)
        self.enter_figures(entered, as_of)
        self.submit(by, as_of)

    def confirm_figures(self: Event, as_of: datetime) -> None:
        """From now on they count."""
        if self.figures_confirmed_at:
            return
        self._must_be(EventState.HELD, EventState.CLOSED)
        if self.figures is None:
            raise WrongState(_("还没有登记人数。"))
        with self._changing("figures_confirmed", as_of, also=self.figures.as_words()):
            self.figures_confirmed_at, self.returned_reason = as_of, ""

    def return_figures(self: Event, as_of: datetime, reason: str) -> None:
        """They stay unconfirmed until entered anew."""
        self._must_be(EventState.HELD, EventState.CLOSED)
        with self._changing("figures_returned", as_of, also={"returned_reason": reason}):
            self.returned_reason = reason

    def correct_figures(self: Event, entered: Figures, by: Person, as_of: datetime, reason: str, *,
                        confirmed: bool) -> None:
        """Of a closed event, which stays closed; unless `confirmed` they count again when somebody above agrees.

        :raises NoReason: without one; it stays in the thread, and in the audit beside both numbers.
        """
        self._must_be(EventState.CLOSED)
        if not reason.strip():
            raise NoReason(_("活动已办结，更正人数要写原因。"))
        before = self.figures.as_words() if self.figures else {}
        self.enter_figures(entered, as_of)
        with self._changing("figures_corrected", as_of, had=before,
                            also=self.figures.as_words() | {"reason": reason}):
            self.figures_confirmed_at, self.returned_reason = as_of if confirmed else None, ""
        self.comments.append(Comment(author=by, at=as_of, text=CORRECTION + reason))

    def keep_reason(self: Event, reason: str, by: Person, as_of: datetime) -> None:
        """Why it was returned stays in the thread, whatever becomes of the event."""
        self.comments.append(Comment(author=by, at=as_of, text=RETURN + reason))

    def remark(self: Event, text: str, by: Person, as_of: datetime) -> None:
        """Says something on it to whoever works on it or reviews it."""
        self.comments.append(Comment(author=by, at=as_of, text=text))
        note(Change(self, "remarked", as_of, after={"text": text}))
