"""The sign-up form: a name, one way to reach the person, consent."""

from __future__ import annotations

import secrets
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from app.forms import line
from app.signup.contact import BadContact, Contact


class PersonForm(FlaskForm):  # type: ignore[misc]
    """Who somebody is, and one way to reach them."""

    name = line(_l("姓名"), 60, InputRequired(_l("请填写姓名。")))
    contact = line(_l("手机号或邮箱"), 254, InputRequired(_l("请填写手机号或邮箱。")),
                   description=_l("填邮箱可以收到确认信、变更通知和提醒；只填手机号，请保存好报名凭证页。"))
    unit = line(_l("单位"), 120)

    def validate_contact(self, field: Field) -> None:
        try:
            Contact.read(field.data)
        except BadContact as error:
            raise ValidationError(error.sentence) from error

    def validate_name(self, field: Field) -> None:
        if not any(sign.isalpha() for sign in field.data or ""):
            raise ValidationError(_l("请填写姓名。"))


class CorrectionForm(PersonForm):
    """The same, filled in with what is kept."""


class SignupForm(PersonForm):
    """`website` is for machines that fill in everything; people do not see it."""

    form_key = HiddenField(default=lambda: secrets.token_urlsafe(24), validators=[Length(max=64)])
    website = StringField(_l("网站（请留空）"), validators=[Length(max=200)])
    consent = BooleanField(_l("我已阅读以上说明，同意为报名使用我的信息"), validators=[
        InputRequired(_l("不同意就不能在线报名；您可以直接联系主办方。"))])

    def validate_website(self, field: Field) -> None:
        if field.data:
            raise ValidationError(_l("这一栏请留空后再提交。"))

    def told(self) -> dict[str, Any]:
        """As `enrol` wants it."""
        contact = Contact.read(self.contact.data)
        return {"name": self.name.data, "email": contact.email, "mobile": contact.mobile,
                "unit": self.unit.data or "", "form_key": self.form_key.data or None}
