"""The verbs of an event. Each guards itself, changes all it must, notes the change, and may be told twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from app.db import Change, note
from app.errors import Refused
from app.events.sequence import raise_once
from app.events.span import Span
from app.events.words import EventKind, EventState, Part

if TYPE_CHECKING:
    from app.events.figures import Figures
    from app.events.models import Event

SHOWN = ("title", "title_en", "description", "location", "online_url", "speaker", "audience", "contact",
         "capacity", "signup_closes_at", "is_for_children", "credit_hours", "advance_count")
APART = {"hosts", "programmes"}  # on the event's page, but in no calendar and in no letter


class WrongState(Refused):
    """The event is not in a state that allows this."""


class Stale(Refused):
    """Somebody saved the event since this form was opened."""

    def __init__(self) -> None:
        super().__init__(_("这个活动刚被别人改过。您填的内容还在，请核对后再保存一次。"))


class Lifecycle:
    """Mixed into `Event`."""

    if TYPE_CHECKING:
        figures: Any

    def publish(self: Event, as_of: datetime) -> None:
        """Shows it to everybody, its stages and sessions with it."""
        if self.is_public:
            return
        self._must_be(EventState.DRAFT, EventState.SUBMITTED)
        was_submitted = self.state == EventState.SUBMITTED
        with self._changing("published", as_of, schedule=True):
            self.state = EventState.PUBLISHED.value
            self.published_at = self.published_at or as_of
            self.returned_reason = ""
            self.unpublished_at = None
            if self.figures and self.starts_at <= as_of:  # entered after it was held; they waited with it
                self.state, self.held_at, self.figures_confirmed_at = EventState.HELD.value, as_of, as_of
        self._carry(lambda part: part.publish(as_of))
        if was_submitted:
            self._tell_parent(as_of)

    def unpublish(self: Event, as_of: datetime, reason: str = "") -> None:
        """Back to a draft; feeds keep a tombstone."""
        if not self.is_public:
            return
        self._must_be(EventState.PUBLISHED, EventState.POSTPONED)
        with self._changing("unpublished", as_of, schedule=True):
            self.state, self.reason, self.unpublished_at = EventState.DRAFT.value, reason, as_of
        self._carry(lambda part: part.unpublish(as_of, reason))

    def reschedule(self: Event, span: Span, as_of: datetime, *, location: str | None = None,
                   reason: str = "", quiet: bool = False) -> None:
        """Another time, perhaps another place; stages and sessions move along by as much."""
        if span == self.span and location in (None, self.location) and self.state != EventState.POSTPONED:
            return
        self._must_be(EventState.DRAFT, EventState.SUBMITTED, EventState.PUBLISHED, EventState.POSTPONED)
        delta = span.starts_at - self.starts_at
        with self._changing("rescheduled", as_of, schedule=True, quiet=quiet):
            if self.is_public and delta:
                self.announced_starts_at = self.starts_at
            self.span, self.reason = span, reason
            self.location = self.location if location is None else location
            if self.state == EventState.POSTPONED:
                self.state = EventState.PUBLISHED.value
        if delta:
            self._carry(lambda part: part.reschedule(part.span.moved_by(delta), as_of, quiet=True))
        self._tell_parent(as_of)

    def postpone(self: Event, as_of: datetime, reason: str = "") -> None:
        """Not at the time announced, the new one not yet known."""
        if self.state == EventState.POSTPONED:
            return
        self._must_be(EventState.PUBLISHED)
        with self._changing("postponed", as_of, schedule=True):
            self.state, self.reason = EventState.POSTPONED.value, reason
        self._carry(lambda part: part.postpone(as_of, reason))

    def cancel(self: Event, as_of: datetime, reason: str = "") -> None:
        """It does not take place. It stays visible and says so."""
        if self.state == EventState.CANCELLED:
            return
        self._must_be(EventState.PUBLISHED, EventState.POSTPONED)
        with self._changing("cancelled", as_of, schedule=True):
            self.state, self.reason, self.cancelled_at = EventState.CANCELLED.value, reason, as_of
        self._carry(lambda part: part.cancel(as_of, reason))

    def restore(self: Event, as_of: datetime) -> None:
        """It takes place after all."""
        if self.state == EventState.PUBLISHED:
            return
        self._must_be(EventState.CANCELLED, EventState.POSTPONED)
        with self._changing("restored", as_of, schedule=True):
            self.state, self.reason, self.cancelled_at = EventState.PUBLISHED.value, "", None
        self._carry(lambda part: part.restore(as_of))

    def revise(self: Event, as_of: datetime, *, quiet: bool = False, **fields: Any) -> None:
        """Changes what is said of it: the `SHOWN` fields, `tasks`, `regions`, `kind`, `hosts` and `programmes`.
        Where only the last two change, calendars need not be fetched again and nobody is written to."""
        changed = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if not changed:
            return
        self._must_not_be(EventState.CANCELLED)
        moves = bool(changed.keys() & {"location", "online_url"})
        is_apart = changed.keys() <= APART
        with self._changing("revised", as_of, schedule=moves, quiet=quiet or is_apart, moves_feed=not is_apart):
            for name, value in changed.items():
                setattr(self, name, value)

    def record_figures(self: Event, entered: Figures, as_of: datetime, *, confirmed: bool) -> None:
        """The first entry of figures is what makes an event held; a later one corrects them."""
        self._must_not_be(EventState.CANCELLED, EventState.CLOSED)
        self.enter_figures(entered, as_of)
        with self._changing("held", as_of, also=self.figures.as_words()):
            self.state = EventState.HELD.value
            self.held_at = self.held_at or as_of
            self.published_at = self.published_at or as_of
            self.figures_confirmed_at, self.returned_reason = as_of if confirmed else None, ""
        self._carry(lambda part: part.count_as_held(as_of))

    def enter_figures(self: Event, entered: Figures, as_of: datetime) -> None:
        if self.starts_at > as_of:
            raise WrongState(_("活动还没有开始，不能登记人数。"))
        if self.figures is None:
            self.figures = entered
        else:
            self.figures.correct(entered)

    def count_as_held(self: Event, as_of: datetime) -> None:
        """A stage or session of a parent that was held, once it has begun."""
        if self.starts_at > as_of or self.state in (EventState.HELD, EventState.CANCELLED):
            return
        with self._changing("held", as_of):
            self.state, self.held_at = EventState.HELD.value, as_of
            self.published_at = self.published_at or as_of

    def close(self: Event, as_of: datetime) -> None:
        """Held and summarised; the record is complete."""
        if self.state == EventState.CLOSED:
            return
        self._must_be(EventState.HELD)
        with self._changing("closed", as_of):
            self.state, self.closed_at = EventState.CLOSED.value, as_of

    def discard(self: Event, as_of: datetime) -> None:
        """Takes a draft away; one that was public before leaves its tombstone."""
        if self.deleted_at:
            return
        self._must_be(EventState.DRAFT)
        with self._changing("discarded", as_of):
            self.deleted_at = as_of
        self._carry(lambda part: part.discard(as_of))
        self._tell_parent(as_of)

    def annul(self: Event, as_of: datetime, reason: str) -> None:
        """Takes back what was entered after the event and should not have been: nothing counts or shows it any more,
        calendars that have it hear that it is off. What it said stays in the audit."""
        if self.deleted_at:
            return
        self.require_annullable()
        self._vanish(as_of, reason)
        self._carry(lambda part: part._vanish(as_of, reason))
        self._tell_parent(as_of)

    def require_annullable(self: Event) -> None:
        """:raises WrongState: for one that was announced beforehand, and while other events stand under it."""
        self._must_be(EventState.HELD, EventState.CLOSED)
        if not self.was_entered_afterwards:
            raise WrongState(_("这个活动不是补登的，不能撤销登记。数字不对，请改人数。"))
        if any(not Part(part.part).follows_parent and part.deleted_at is None for part in self.parts):
            raise WrongState(_("它下面还有子活动，请先处理子活动。"))

    def add_part(self: Event, part: Event, as_of: datetime, *, announced: bool = True) -> None:
        """Puts `part` under this one as what its kind is divided into; a public one's new day shows with it,
        or waits for a reviewer when not `announced`."""
        self.add_parts([part], as_of, announced=announced)

    def add_parts(self: Event, parts: Sequence[Event], as_of: datetime, *, announced: bool = True) -> None:
        """All at once: this one spans them without moving on the way."""
        if not parts:
            return
        word = EventKind(self.kind).part
        if word is None or self.parent is not None:
            raise WrongState(_("“%(kind)s”不能再分。", kind=EventKind(self.kind).label))
        self._must_not_be(EventState.CANCELLED, EventState.CLOSED)
        for part in parts:
            part.part, part.position = word.value, len(self.parts)
            self.parts.append(part)
            if word.follows_parent:
                part.kind, part.takes_enrolments = self.kind, False
                if self.is_public and announced:
                    part.publish(as_of)
        parts[-1]._tell_parent(as_of, is_new=True)
        self.version += 1

    # ------------------------------------------------------------ what the verbs share

    @contextmanager
    def _changing(self: Event, what: str, as_of: datetime, *, schedule: bool = False, quiet: bool = False,
                  had: dict[str, Any] | None = None, also: dict[str, Any] | None = None,
                  moves_feed: bool = True) -> Iterator[None]:
        before, was_public = self.facts() | (had or {}), self.published_at is not None
        yield
        self.version += 1
        if moves_feed:
            self.revised_at = as_of
            raise_once(self, as_of)
        if was_public and moves_feed and schedule:
            self.schedule_version += 1
        note(Change(self, what, as_of, before=before, after=self.facts() | (also or {}), quiet=quiet))

    def _vanish(self: Event, as_of: datetime, reason: str) -> None:
        with self._changing("annulled", as_of, schedule=True, also=self.figures.as_words() if self.figures else {}):
            self.deleted_at, self.reason = as_of, reason

    def _must_be(self: Event, *states: EventState) -> None:
        if self.state not in states:
            raise WrongState(_("活动现在是“%(state)s”，不能这样做。", state=EventState(self.state).label))

    def _must_not_be(self: Event, *states: EventState) -> None:
        if self.state in states:
            raise WrongState(_("活动现在是“%(state)s”，不能这样做。", state=EventState(self.state).label))

    def _carry(self: Event, verb: Callable[[Event], None]) -> None:
        """Does the same to the stages and sessions for which it makes sense."""
        for part in self.parts:
            if Part(part.part).follows_parent:
                try:
                    verb(part)
                except WrongState:
                    continue  # a stage already held or cancelled keeps its own state

    def _tell_parent(self: Event, as_of: datetime, *, is_new: bool = False) -> None:
        """A class or competition spans its sessions or stages, whole days. A new one moves nothing announced."""
        parent = self.parent
        if parent is None or parent.deleted_at or not Part(self.part).follows_parent:
            return
        spans = [one.span for one in parent.shown_parts if one.state != EventState.CANCELLED]
        whole = spans[0].joined(spans[1:]) if spans else parent.span
        if whole == parent.span:
            return
        with parent._changing("rescheduled", as_of, schedule=parent.is_public and not is_new, quiet=True):
            parent.span = whole
