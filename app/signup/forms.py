"""The sign-up form: a name, one way to reach the person, consent; for a child its guardian's too."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from app.forms import line
from app.signup.contact import BadContact, Contact

if TYPE_CHECKING:
    from app.events.models import Event
    from app.signup.models import Enrolment


class PersonForm(FlaskForm):  # type: ignore[misc]
    """Who somebody is, and one way to reach them; for a child under fourteen its guardian's."""

    name = line(_l("姓名"), 60, InputRequired(_l("请填写姓名。")))
    guardian = line(_l("监护人姓名"), 60, InputRequired(_l("请填写监护人的姓名。")))
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


    def validate_guardian(self, field: Field) -> None:
        if not any(sign.isalpha() for sign in field.data or ""):
            raise ValidationError(_l("请填写监护人的姓名。"))

    def narrow_to(self, *, child: bool) -> None:
        """Says whose name and whose contact are meant, or asks for no guardian."""
        if not child:
            del self.guardian
            return
        self.name.label.text, self.unit.label.text = _l("孩子的姓名"), _l("孩子的学校")
        self.contact.label.text = _l("监护人的手机号或邮箱")

    @property
    def guardian_told(self) -> str:
        return self.guardian.data or "" if self.guardian else ""


class CorrectionForm(PersonForm):
    """The same, filled in with what is kept."""

    def __init__(self, enrolment: Enrolment) -> None:
        guardian = enrolment.guardian
        super().__init__(name=enrolment.name, contact=enrolment.contact, unit=enrolment.unit,
                         guardian=guardian.name if guardian else "")
        self.narrow_to(child=guardian is not None)

    def told(self) -> dict[str, Any]:
        """As `correct` wants it."""
        return {"name": self.name.data, "contact": Contact.read(self.contact.data), "unit": self.unit.data or "",
                "guardian": self.guardian_told}


class SignupForm(PersonForm):
    """`website` is for machines that fill in everything; people do not see it."""

    form_key = HiddenField(default=lambda: secrets.token_urlsafe(24), validators=[Length(max=64)])
    website = StringField(_l("网站（请留空）"), validators=[Length(max=200)])
    consent = BooleanField(_l("我已阅读以上说明，同意为报名使用我的信息"), validators=[
        DataRequired(_l("不同意就不能在线报名；您可以直接联系主办方。"))])
    guardian_consent = BooleanField(
        _l("我是孩子的父母或其他监护人，已阅读以上说明，同意为报名使用孩子的信息"), validators=[
            DataRequired(_l("监护人不同意就不能为孩子报名；您可以直接联系主办方。"))])

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.narrow_to(child=event.is_for_children)
        if not event.is_for_children:
            del self.guardian_consent

    def validate_website(self, field: Field) -> None:
        if field.data:
            raise ValidationError(_l("这一栏请留空后再提交。"))

    def told(self) -> dict[str, Any]:
        """As `enrol` wants it."""
        contact = Contact.read(self.contact.data)
        return {"name": self.name.data, "email": contact.email, "mobile": contact.mobile,
                "unit": self.unit.data or "", "form_key": self.form_key.data or None,
                "guardian": self.guardian_told}
