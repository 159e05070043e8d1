"""The form of a joint event's shares: a box for each of its regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from wtforms import DecimalField
from wtforms.validators import NumberRange, Optional

from app.events.asking import OpenedForm

if TYPE_CHECKING:
    from app.events.models import Event


def shares_form(event: Event) -> SharesForm:
    """A box for each of the event's regions."""
    boxes = {f"of_{one.region_code}": DecimalField(
        one.region.name, [Optional(), NumberRange(0, 100, _l("份额要在 0 到 100 之间。"))], places=1,
        render_kw={"inputmode": "decimal", "autocomplete": "off"}) for one in event.in_regions}
    form: SharesForm = type("SharesForm", (SharesForm,), boxes)()
    return form


class SharesForm(OpenedForm):
    """Shares in percent, with one decimal; all empty: evenly."""

    @property
    def boxes(self) -> list[Any]:
        return [field for field in self if field.name.startswith("of_")]

    def show(self, event: Event) -> None:
        for one in event.in_regions:
            self[f"of_{one.region_code}"].data = None if one.share is None else one.share / 10

    def shares(self) -> dict[str, int] | None:
        """Per mille by region's code, tenths of a percent rounded; None when nothing was filled in."""
        if all(box.data is None for box in self.boxes):
            return None
        return {box.name.removeprefix("of_"): round((box.data or 0) * 10) for box in self.boxes}
