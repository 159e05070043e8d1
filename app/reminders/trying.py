"""A rule tried: when it would fire for a thing, whom it would reach, and what they would read. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.outbox.letter import Letter, filled
from app.reminders.following import wanted_of
from app.reminders.moments import Dates
from app.reminders.registry import LetterKind, Mailbox, Thing, registry
from app.reminders.rules import ReminderRule

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Trial:
    """`dates` None: it would not fire, `reason` says why where there is one."""

    rule: ReminderRule
    thing: Thing
    dates: Dates | None
    reason: str
    count: int  # of addresses, as things stand
    letter: LetterKind

    @classmethod
    def of(cls, rule: ReminderRule, thing: Thing, as_of: datetime) -> Trial:
        dates, reason = wanted_of(rule, thing)
        audience = registry().audiences[rule.audience]
        until = as_of if dates is None else max(as_of, dates.due_at)
        count = audience.count(thing, until) if audience.fits(thing) else 0
        return cls(rule, thing, dates, reason, count, registry().letter_of(rule))

    def is_due(self, as_of: datetime) -> bool:
        """Its hour has struck and it would still help: switched on now, it would write at once."""
        return self.dates is not None and self.dates.due_at <= as_of < self.dates.useful_until

    def due_now(self, as_of: datetime) -> int:
        """How many would be written to at once."""
        if self.dates is None or not self.is_due(as_of):
            return 0
        return registry().audiences[self.rule.audience].count(self.thing, self.dates.due_at)

    def first(self, as_of: datetime) -> Sequence[Mailbox]:
        audience = registry().audiences[self.rule.audience]
        return audience.slice(self.thing, as_of, 0, SHOWN) if audience.fits(self.thing) else []

    def letter_to(self, mailbox: Mailbox | None) -> tuple[str, str]:
        """Subject and text with that recipient's fields; links that open something are made only at sending."""
        language = "en" if mailbox and mailbox.language == "en" else "zh"
        letter: Letter = self.letter.write(self.thing, self.rule, language)
        fields = {"ticket_links": "……"} | ({"name": mailbox.recipient.name, **mailbox.recipient.fields}
                                           if mailbox else {"name": "……"})
        return filled(letter.subject, fields), filled(letter.text, fields)
