"""What all forms share: trimmed text, no control characters, and the sentences they answer with."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f"
    # Joiners (\u200d) stay: families of emoji and some scripts need them.
    r"\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_BREAK = re.compile(r"[\r\n\t]")


class PlainForm(FlaskForm):  # type: ignore[misc]
    """A form of only a button: its token is all it carries."""


def without_control(form: Any, field: Field) -> None:
    """Refuses what would be invisible in a title, break a feed's line or turn text round."""
    if field.data and _CONTROL.search(field.data):
        raise ValidationError(_("含有看不见的控制字符，请删去后再试。"))


def one_line(form: Any, field: Field) -> None:
    if field.data and _BREAK.search(field.data):
        raise ValidationError(_("这里只能填一行，不能换行。"))
    without_control(form, field)


def trimmed(value: str | None) -> str | None:
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def line(label: Any, longest: int, *validators: Any, **kwargs: Any) -> StringField:
    """A field of one line, trimmed, at most `longest` characters."""
    return StringField(label, validators=[*validators, one_line, Length(max=longest)], filters=[trimmed], **kwargs)


def text(label: Any, longest: int, *validators: Any, **kwargs: Any) -> TextAreaField:
    """A field of several lines."""
    return TextAreaField(label, validators=[*validators, without_control, Length(max=longest)],
                         filters=[trimmed], **kwargs)


def visible(value: str) -> str:
    """Others' text without what `without_control` would refuse."""
    return _CONTROL.sub("", value)
