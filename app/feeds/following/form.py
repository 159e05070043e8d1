"""The forms of somebody who follows."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from app.feeds.following.rhythm import HOURS, Rhythm
from app.forms import line
from app.languages import LANGUAGES
from app.signup.contact import BadContact, Contact


class RhythmForm(FlaskForm):  # type: ignore[misc]
    """How often, when, and in which language."""

    rhythm = RadioField(_l("多久一封"), choices=[], default=Rhythm.WEEKLY.value, validators=[
        InputRequired(_l("请选多久一封。"))])
    hour = SelectField(_l("几点来信"), [InputRequired(_l("请选几点来信。"))], coerce=int, default=HOURS[0],
                       choices=[SelectChoice(hour, f"{hour}:00") for hour in HOURS],
                       description=_l("用于每天和每周一的信。随时来信的，夜里 22 点到早上 8 点不打扰。"))
    language = SelectField(_l("信的语言"), [InputRequired(_l("请选语言。"))], choices=[
        SelectChoice(code, name) for code, name in LANGUAGES.items()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rhythm.choices = [SelectChoice(one.value, one.label) for one in Rhythm]

    @property
    def wish(self) -> dict[str, Any]:
        return {"rhythm": Rhythm(self.rhythm.data), "hour": self.hour.data, "language": self.language.data}


class FollowForm(RhythmForm):
    """`website` is for machines that fill in everything; people do not see it."""

    email = line(_l("邮箱"), 254, InputRequired(_l("请填写邮箱。")))
    website = StringField(_l("网站（请留空）"), validators=[Length(max=200)])
    consent = BooleanField(_l("我已阅读以上说明，同意为来信使用我的邮箱"), validators=[
        DataRequired(_l("不同意就不能用邮件关注；您可以订阅日历，那不用留任何信息。"))])

    def validate_email(self, field: Field) -> None:
        try:
            Contact.of(email=field.data or "")
        except BadContact as error:
            raise ValidationError(error.sentence) from error

    def validate_website(self, field: Field) -> None:
        if field.data:
            raise ValidationError(_l("这一栏请留空后再提交。"))

    @property
    def address(self) -> str:
        return Contact.of(email=self.email.data or "").email
