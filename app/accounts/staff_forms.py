"""What is asked of an administrator about his people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired, FileSize
from wtforms import BooleanField, SelectField, SelectMultipleField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from app.accounts.models import Actor, Person, Role
from app.accounts.places import Organization
from app.contact import BadContact, Contact
from app.db import db
from app.errors import Refused
from app.forms import is_a_workbook_if_it_says_so, line

MOST_BYTES = 8 * 1024 * 1024


def _number(word: Any) -> int | None:
    """What stands for “please choose” is no number."""
    return int(word) if word else None


class StaffForm(FlaskForm):  # type: ignore[misc]
    """`status` is what a page with this form answers when it is shown again."""

    status = 422

    def refuse(self, error: Refused) -> None:
        self.form_errors.append(error.sentence)
        self.status = error.status


class PlacedForm(StaffForm):
    """A role at a unit within reach."""

    organization = SelectField(_l("单位"), [InputRequired()], coerce=int)
    role = SelectField(_l("角色"), [InputRequired()])

    def __init__(self, actor: Actor, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.organization.choices = _offered(actor)
        self.role.choices = [(role.value, role.label) for role in _by_frequency()]

    @property
    def chosen_unit(self) -> Organization:
        return self.units[self.organization.data]


class NewPersonForm(PlacedForm):
    name = line(_l("姓名"), 60, InputRequired(_l("请填姓名。")), description=_l("同一单位有重名的，请加上科室。"))
    contact = line(_l("邮箱或手机号"), 254, InputRequired(_l("请填邮箱或手机号。")),
                   description=_l("有邮箱的会收到登录链接；只有手机号的，请把下一页的二维码给他扫。"))

    def validate_contact(self, field: Any) -> None:
        try:
            self.way = Contact.read(field.data or "")
        except BadContact as error:
            raise ValidationError(error.sentence) from error


class CorrectionForm(StaffForm):
    """What was written wrongly, or has changed."""

    name = line(_l("姓名"), 60, InputRequired(_l("请填姓名。")))
    email = line(_l("邮箱"), 254)
    mobile = line(_l("手机号"), 20)
    organization = SelectField(_l("单位"), [InputRequired()], coerce=int)

    def __init__(self, actor: Actor, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.organization.choices = _offered(actor)

    def validate_email(self, field: Any) -> None:
        self._judge(email=field.data or "")
        if not field.data and not self.mobile.data:
            raise ValidationError(_("邮箱和手机号至少写一个。"))

    def validate_mobile(self, field: Any) -> None:
        self._judge(mobile=field.data or "")

    @property
    def way(self) -> Contact:
        return Contact.of(email=self.email.data or "", mobile=self.mobile.data or "")

    def _judge(self, **written: str) -> None:
        try:
            if any(written.values()):
                Contact.of(**written)
        except BadContact as error:
            raise ValidationError(error.sentence) from error


class RoleForm(PlacedForm):
    """Another role for somebody known."""


class HandOverForm(StaffForm):
    """Nobody stands there chosen: whoever takes over is named on purpose."""

    successor = SelectField(_l("由谁接手"), [InputRequired(_l("请选由谁接手。"))], coerce=_number)
    is_elsewhere = BooleanField(_l("确实由别的单位的人接手"))
    contact = line(_l("活动的联系人改成"), 120,
                   description=_l("写姓名和电话，公开页面上会显示。不改就留空。"))
    events = SelectMultipleField(_l("要改联系人的活动"), coerce=int)

    def __init__(self, leaving: Person, people: Sequence[Person], events: list[tuple[int, str]],
                 **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.leaving, self.people = leaving, {one.id: one for one in people}
        self.successor.choices = [SelectChoice("", _("请选择")), *(
            SelectChoice(one.id, one.name, optgroup=one.organization.name) for one in people)]
        self.events.choices = events

    @property
    def asks_elsewhere(self) -> bool:
        """Whether who was chosen works in another unit than who leaves."""
        chosen = self.people.get(self.successor.data or 0)
        return chosen is not None and chosen.organization_id != self.leaving.organization_id

    def validate_successor(self, field: Any) -> None:
        if self.asks_elsewhere and not self.is_elsewhere.data:
            chosen = self.people[field.data]
            raise ValidationError(_("%(name)s是“%(unit)s”的人，不是本单位的。确实由他接手，请在下面勾选后再交接。",
                                    name=chosen.name, unit=chosen.organization.name))


class SheetForm(StaffForm):
    sheet = FileField(_l("人员表格"), [
        FileRequired(_l("请选一个表格文件。")), FileSize(MOST_BYTES, message=_l("文件超过 8 MB，请分成几份。")),
        is_a_workbook_if_it_says_so],
        description=_l(".xlsx、.xls、.csv 或有表格的 .docx，最多两千人。要有姓名、单位、邮箱或手机、角色这几列。"))


class ApplyForm(StaffForm):
    """Under which unit those are founded that nobody knew."""

    parent = SelectField(_l("新单位建在"), [InputRequired(_l("请选新单位建在哪个单位下面。"))], coerce=_number)

    def __init__(self, actor: Actor, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, offered = _offered(actor)
        self.parent.choices = [("", _("请选择")), *offered]


def _offered(actor: Actor) -> tuple[dict[int, Organization], list[tuple[int, str]]]:
    """The open units within reach, and their names set in as deep as they stand."""
    units = {unit.id: unit for unit in db.session.scalars(Organization.open_under(actor.paths))}
    shallow = min((unit.path.count("/") for unit in units.values()), default=0)
    return units, [(unit.id, "\u3000" * (unit.path.count("/") - shallow) + unit.name) for unit in units.values()]


def _by_frequency() -> list[Role]:
    """The one that most people get comes first."""
    return [Role.ORGANIZER, Role.REVIEWER, Role.PLANNER, Role.LEADER, Role.ADMINISTRATOR, Role.SECURITY_ADMIN,
            Role.AUDITOR]
