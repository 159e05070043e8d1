"""The verbs of an indicator: what is asked is settled by a person, and split among regions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from app.db import Change, note
from app.errors import Refused
from app.plans.hanging import InUse, hanging_on
from app.plans.revising import StalePlan

if TYPE_CHECKING:
    from app.plans.indicators import Indicator

# What may be said of an indicator anew, by the names of its columns.
NUMBERS = ("comparison", "minimum", "maximum", "unit", "counting", "per", "period")
SAID = ("name", "wording", *NUMBERS, "basis", "measure", "register_id", "quarters")
QUARTERS = 4


class NotRising(Refused):
    status = 422

    def __init__(self) -> None:
        super().__init__(_("四个季度末的累计数要一个比一个大，或者相等；不分季度就全部留空。"))


class Settled:
    """Mixed into `Indicator`."""

    def revise(self: Indicator, as_of: datetime, **said: Any) -> bool:
        """Whether anything differs now. Stated words stay as they are: what they mean may be corrected.

        :raises NotRising: quarters that fall.
        """
        if said.keys() - set(SAID):
            raise TypeError(f"an indicator says nothing of {sorted(said.keys() - set(SAID))}")
        quarters = list(said.get("quarters") or ())
        if quarters and (len(quarters) != QUARTERS or quarters != sorted(quarters)):
            raise NotRising
        return self._change(as_of, "revised", said)

    def confirm(self: Indicator, as_of: datetime) -> None:
        """A person says that the wording means these numbers."""
        self._change(as_of, "target_confirmed", {"is_confirmed": True})

    def split(self: Indicator, amounts: Mapping[str, int], as_of: datetime) -> bool:
        """What each region is to bring, by its code; regions that are not named bring nothing.

        The sum may differ from the target: an office may ask for more to be safe.
        """
        from app.plans.indicators import Allocation  # indicators mixes this class in

        before = {one.region_code: one.amount for one in self.allocations}
        after = {code: amount for code, amount in amounts.items() if amount}
        if any(amount < 0 for amount in after.values()):
            raise ValueError("nobody brings less than nothing")
        if before == after:
            return False
        kept = {one.region_code: one for one in self.allocations}
        for code, one in kept.items():
            if code in after:
                one.amount = after[code]
            else:
                self.allocations.remove(one)
        self.allocations += [Allocation(region_code=code, amount=amount) for code, amount in after.items()
                             if code not in kept]
        self.version += 1
        changed = sorted(code for code in before.keys() | after.keys() if before.get(code) != after.get(code))
        note(Change(self, "target_split", as_of, before={code: before.get(code, 0) for code in changed},
                    after={code: after.get(code, 0) for code in changed}))
        return True

    def remove(self: Indicator, as_of: datetime) -> None:
        """From its task. Refuse before, where rows hang on it: see `hanging`."""
        self.task.indicators.remove(self)
        note(Change(self.task, "target_removed", as_of, before=self.as_said()))

    def retire(self: Indicator, as_of: datetime) -> None:
        """:raises InUse: where milestones or figures of elsewhere hang on it."""
        if hanging := hanging_on("indicator", [self.id]):
            raise InUse(hanging)
        self.remove(as_of)

    def must_be(self: Indicator, version: str | None) -> None:
        """:raises StalePlan: for a form that was opened on another version."""
        if version != str(self.version):
            raise StalePlan

    def as_said(self: Indicator) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("wording", *NUMBERS)}

    def _change(self: Indicator, as_of: datetime, what: str, said: Mapping[str, Any]) -> bool:
        before = {name: getattr(self, name) for name in said}
        changed = [name for name in said if before[name] != said[name]]
        for name in changed:
            setattr(self, name, said[name])
        if changed:
            self.version += 1
            note(Change(self, what, as_of, before={name: before[name] for name in changed},
                        after={name: said[name] for name in changed}))
        return bool(changed)
