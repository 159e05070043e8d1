"""What all forms share: trimmed text, no control characters, and the sentences they answer with."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import TextInput

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f"
    # Joiners (\u200d) stay: families of emoji and some scripts need them.
    r"\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
CONTAINERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")  # of .xlsx, and of .xls
TOLD_BY_THE_READER = (b"%PDF", b"{\\rtf", b"<")
_WHOLE = re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)")
LONGEST_NUMBER = 15  # digits
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


def is_a_workbook_if_it_says_so(form: Any, field: Field) -> None:
    """Refuses plain text under the name of a workbook, which would be read as one long cell. What a PDF, a web page
    or another document is instead, its reader tells."""
    name = (field.data.filename or "").lower() if field.data else ""
    if not name.endswith((".xlsx", ".xls")):
        return
    start = field.data.stream.read(8)
    field.data.stream.seek(0)
    if start and not start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(CONTAINERS + TOLD_BY_THE_READER):
        raise ValidationError(_("这不是 Excel 文件，只是名字像。请用 Excel 或 WPS 打开，另存为 .xlsx 再上传。"))


class WholeInput(TextInput):  # type: ignore[misc]
    """A box for text: one of type=number swallows the separators that people type and paste."""

    def __call__(self, field: Field, **kwargs: Any) -> Any:
        for name in ("min", "max", "step"):
            kwargs.pop(name, None)
        return super().__call__(field, **({"inputmode": "numeric"} | kwargs))


class WholeField(IntegerField):  # type: ignore[misc]
    """A whole number as people type it, 281,000 and ２９０，０００ too. A minus only where a range refuses it."""

    widget = WholeInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        words = unicodedata.normalize("NFKC", valuelist[0]).strip() if valuelist else ""
        if not words:
            return
        found = _WHOLE.fullmatch(words) if len(words) <= 2 * LONGEST_NUMBER else None
        digits = found[2].replace(",", "") if found else ""
        is_ranged = hasattr(self.flags, "min") and self.flags.min is not None
        if found is None or len(digits) > LONGEST_NUMBER or (found[1] and not is_ranged):
            raise ValueError(_("请填整数。"))
        self.data = int(found[1] + digits)

    def say(self, number: int | None) -> None:
        """Instead of what was typed."""
        self.data, self.raw_data = number, None


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
