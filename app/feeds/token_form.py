"""The form of a private feed."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, ValidationError
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from app.errors import Refused
from app.feeds.tokens import LONGEST_NAME, Holding
from app.forms import line


class FeedForm(FlaskForm):  # type: ignore[misc]
    """What it is called and what it holds."""

    name = line(_l("名称"), LONGEST_NAME, DataRequired(_l("请填名称。")), description=_l("日历里就叫这个名字。"))
    holds = SelectMultipleField(_l("放进什么"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
                                validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holds.choices = [(one.value, one.label) for one in Holding]
        self.holds.flags.required = True

    def validate_holds(self, field: Any) -> None:
        if not set(field.data or ()) <= set(Holding):
            raise ValidationError(_("请从列表里选。"))
        if not set(field.data or ()) - {Holding.BELOW.value}:
            raise ValidationError(_("请至少选一样。"))

    @property
    def wanted(self) -> list[Holding]:
        return [Holding(word) for word in self.holds.data or ()]

    def refuse(self, error: Refused) -> None:
        self.form_errors.append(error.sentence)
