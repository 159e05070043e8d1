"""The forms of signing in and of one's own account. What is a password is never trimmed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, SelectMultipleField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.accounts.models import Role
from app.accounts.passkeys import LONGEST_ANSWER
from app.accounts.sign_in_rules import PASSWORD_DAYS
from app.contact import BadContact, Contact
from app.forms import PlainForm, WholeField, line

MISSING = _l("请填写这一项。")


def _password(label: str) -> PasswordField:
    return PasswordField(label, validators=[InputRequired(MISSING), Length(max=1000)])


class SignInForm(FlaskForm):  # type: ignore[misc]
    account = line(_l("邮箱或手机号"), 254, InputRequired(MISSING))
    password = _password(_l("密码"))


class RecoveryForm(FlaskForm):  # type: ignore[misc]
    account = line(_l("邮箱或手机号"), 254, InputRequired(MISSING))

    @property
    def is_mobile(self) -> bool:
        """Known by how it is written alone: nobody is looked up for it."""
        try:
            return bool(Contact.read(self.account.data or "").mobile)
        except BadContact:
            return False


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    password = _password(_l("新密码"))
    again = _password(_l("再填一次新密码"))

    def differs(self) -> bool:
        return bool(self.password.data != self.again.data)


class ChangePasswordForm(NewPasswordForm):
    current = _password(_l("现在的密码"))


class CodeForm(FlaskForm):  # type: ignore[misc]
    code = line(_l("验证码"), 40, InputRequired(MISSING))


class PasskeyAnswerForm(FlaskForm):  # type: ignore[misc]
    answer = HiddenField(validators=[InputRequired(MISSING), Length(max=LONGEST_ANSWER)])


class PasskeyForm(PasskeyAnswerForm):
    name = line(_l("给它起个名字"), 60, InputRequired(MISSING))


class RulesForm(FlaskForm):  # type: ignore[misc]
    roles = SelectMultipleField(_l("必须用两步验证的角色"), option_widget=CheckboxInput(),
                                widget=ListWidget(prefix_label=False))
    password_days = WholeField(_l("密码用多少天必须换"), validators=[Optional(), NumberRange(*PASSWORD_DAYS)])

    def offer_roles(self) -> None:
        self.roles.choices = [(role.value, role.label) for role in Role]


__all__ = ["ChangePasswordForm", "CodeForm", "NewPasswordForm", "PasskeyAnswerForm", "PasskeyForm", "PlainForm",
           "RecoveryForm", "RulesForm", "SignInForm"]
