"""How a joint event is credited to its regions: by shares that its organizer lays down, else evenly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from app.db import Change, note
from app.errors import Refused

if TYPE_CHECKING:
    from app.events.models import Event

WHOLE = 1000  # per mille


class BadShares(Refused):
    """Shares that are not those of the event's regions, or that do not sum to the whole."""

    status = 422


class Sharing:
    """Mixed into `Event`."""

    def share_out(self: Event, shares: Mapping[str, int] | None, as_of: datetime) -> None:
        """Lays down each region's share, per mille by code; None: evenly. The public sees nothing of it.

        :raises BadShares: for one region only, for others than its own, or for a sum that is not the whole.
        """
        if len(self.in_regions) < 2:
            raise BadShares(_("只有一个地区的活动全算这个地区的，不用分。"))
        if shares is not None and set(shares) != {one.region_code for one in self.in_regions}:
            raise BadShares(_("活动的地区刚改过，请重新填份额。"))
        if shares is not None and (min(shares.values()) < 0 or sum(shares.values()) != WHOLE):
            raise BadShares(_("各地份额加起来要正好 100%%，现在是 %(sum)s%%。", sum=f"{sum(shares.values()) / 10:g}"))
        before = self.shares_in_words
        for one in self.in_regions:
            one.share = None if shares is None else shares[one.region_code]
        if self.shares_in_words != before:
            self.version += 1
            note(Change(self, "shared_out", as_of, before={"shares": before}, after={"shares": self.shares_in_words}))

    @property
    def shares_in_words(self: Event) -> list[str]:
        """“成都市 70%”; empty where they are even."""
        if any(one.share is None for one in self.in_regions):
            return []
        return [f"{one.region.name} {(one.share or 0) / 10:g}%" for one in self.in_regions]
