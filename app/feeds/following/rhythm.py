"""How often somebody is written to: at once, every day, or every Monday at an hour that is not at night."""

from __future__ import annotations

import enum
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

MORNING, NIGHT = 8, 22  # no letter of ours rings between them (the quiet hours)
HOURS = tuple(range(MORNING, NIGHT))
MONDAY = 0


class Rhythm(enum.StrEnum):
    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"

    @property
    def label(self) -> str:
        return {"at_once": _("随时：有新活动或变化就来信"), "daily": _("每天一封"),
                "weekly": _("每周一一封")}[self.value]

    def told(self, hour: int) -> str:
        """The whole choice in words: 每周一 8:00."""
        clock = f"{hour}:00"
        return {"at_once": _("随时"), "daily": _("每天 %(clock)s", clock=clock),
                "weekly": _("每周一 %(clock)s", clock=clock)}[self.value]

    def next_after(self, moment: datetime, hour: int, zone: ZoneInfo) -> datetime | None:
        """The first letter's moment after `moment`; none for what comes at once."""
        if self is Rhythm.AT_ONCE:
            return None
        day = moment.astimezone(zone).date()
        while True:
            at = datetime.combine(day, time(hour), zone)
            if at > moment and (self is Rhythm.DAILY or day.weekday() == MONDAY):
                return at.astimezone(moment.tzinfo)
            day += timedelta(days=1)

    def last_until(self, moment: datetime, hour: int, zone: ZoneInfo) -> datetime:
        """The newest letter's moment that has come: whoever slept through three of them writes one."""
        if self is Rhythm.AT_ONCE:
            return moment
        day = moment.astimezone(zone).date()
        while True:
            at = datetime.combine(day, time(hour), zone)
            if at <= moment and (self is Rhythm.DAILY or day.weekday() == MONDAY):
                return at.astimezone(moment.tzinfo)
            day -= timedelta(days=1)


def is_quiet(moment: datetime, zone: ZoneInfo) -> bool:
    return not MORNING <= moment.astimezone(zone).hour < NIGHT
