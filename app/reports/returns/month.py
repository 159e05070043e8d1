"""A calendar month by the office's clocks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from app.errors import NotThere
from app.events.asking import office_zone
from app.events.span import midnight

_WORD = re.compile(r"(20[0-9]{2}|19[7-9][0-9])-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """Named by its first day; `word` is what stands in an address: 2026-10."""

    first: date

    @classmethod
    def named(cls, word: str) -> Month:
        """:raises NotThere: when `word` is no month."""
        found = _WORD.fullmatch(word)
        if found is None:
            raise NotThere(_("没有这个月份，请写成 2026-10 这样。"))
        return cls(date(int(found[1]), int(found[2]), 1))

    @classmethod
    def of(cls, moment: datetime) -> Month:
        return cls(moment.astimezone(office_zone()).date().replace(day=1))

    @property
    def word(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def next(self) -> Month:
        return Month((self.first + timedelta(days=31)).replace(day=1))

    @property
    def previous(self) -> Month:
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def begins_at(self) -> datetime:
        return midnight(self.first, office_zone().key)

    @property
    def ends_at(self) -> datetime:
        """The first moment that is not in it any more."""
        return midnight(self.next.first, office_zone().key)

    def is_over(self, as_of: datetime) -> bool:
        return self.ends_at <= as_of
