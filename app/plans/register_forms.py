"""The forms of registers and of what is in them."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from wtforms import BooleanField, Field, SelectField, ValidationError
from wtforms.validators import DataRequired, InputRequired, StopValidation

from app.accounts.models import Actor
from app.forms import line, text
from app.plans.asking import EvidenceField, OpenedForm, PlacedForm, PlanForm, day
from app.plans.registers import Register, RegisterEntry
from app.plans.standing import DAYS, STEPS, Course, Standing


class RegisterForm(PlanForm):
    """What a register is called, and what it is for."""

    name = line(_lp("name", "名称"), 80, DataRequired(_l("请填名称。")))
    name_en = line(_l("英文名称"), 120)
    unit = line(_l("单位（量词）"), 12, DataRequired(_l("请填单位，如个、所、家。")), default="个",
                description=_l("如：个、所、家、人。"))
    can_host = BooleanField(_l("能办活动：建活动时可以选作举办地（学校、企业、实践基地）"))
    is_personal = BooleanField(_l("登记的是人：名单里只显示姓，看全名会留记录"))

    def show(self, register: Register) -> None:
        for name, value in register.facts().items():
            self[name].data = value

    def words(self) -> dict[str, Any]:
        return {"name": self.name.data, "name_en": self.name_en.data or "", "unit": self.unit.data,
                "can_host": bool(self.can_host.data), "is_personal": bool(self.is_personal.data)}


def _name_unless_known(form: EntryForm, field: Field) -> None:
    """A person's name is not shown again to whoever corrects something else; left empty it stays."""
    if not field.data and (form.entry is None or not form.register.is_personal):
        raise StopValidation(_("请填名称。"))


class EntryForm(PlacedForm):
    """An entry, the days of its steps with it."""

    name = line(_lp("name", "名称"), 160, _name_unless_known)
    level = line(_l("级别"), 40, description=_l("如：省级、国家级。"))
    address = line(_l("地址"), 200)
    note = text(_l("备注"), 2000)
    approval_number = line(_l("批复文号"), 80)
    applied_on, reviewed_on, announced_on = day(_l("申报日期")), day(_l("评审日期")), day(_l("公示日期"))
    approved_on, plaque_on, withdrawn_on = day(_l("批复日期")), day(_l("授牌日期")), day(_l("撤销日期"))
    withdrawn_reason = line(_l("撤销原因"), 300)

    def __init__(self, actor: Actor, register: Register, entry: RegisterEntry | None = None, **kwargs: Any) -> None:
        self.register, self.entry = register, entry
        super().__init__(actor, **kwargs)
        self.name.flags.required = entry is None or not register.is_personal
        if register.is_personal:
            self.name.label.text = _("姓名")
            self.address.label.text = _("工作单位")

    def show(self, entry: RegisterEntry) -> None:
        self.place_at(entry.organization)
        self.region.data = self.known_regions.label(entry.region)
        for name in ("level", "address", "note", "approval_number", "withdrawn_reason", *DAYS):
            self[name].data = getattr(entry, name)
        self.name.data = "" if self.register.is_personal else entry.name
        self.open_on(entry)

    @property
    def course(self) -> Course:
        return Course(**{name: self[name].data for name in DAYS})

    def words(self) -> dict[str, Any]:
        """All but the days, by the names of the columns."""
        said = {name: self[name].data or "" for name in (
            "level", "address", "note", "approval_number", "withdrawn_reason")}
        return said | {"organization": self.chosen_organization, "region": self.chosen_region} | (
            {"name": self.name.data} if self.name.data else {})


class StepForm(OpenedForm):
    """The next step of an entry, and what shows it."""

    standing = SelectField(_l("到了哪一步"), [InputRequired()])
    on = day(_l("日期"), InputRequired(_l("请填日期。")))
    number = line(_l("批复文号"), 80, description=_l("批复时填；没有文号的，材料里放批复文件。"))
    reason = line(_l("撤销原因"), 300, description=_l("撤销时填。"))
    files = EvidenceField()

    def __init__(self, entry: RegisterEntry, today: date, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        steps = steps_after(Standing(entry.standing))
        self.standing.choices = [(step.value, step.step) for step in steps]
        if not self.is_submitted():
            self.open_on(entry)
            self.on.data = today

    def validate_reason(self, field: Field) -> None:
        if self.standing.data == Standing.WITHDRAWN and not field.data:
            raise ValidationError(_("请写为什么撤销。"))


class FilesForm(PlanForm):
    """More evidence."""

    more = EvidenceField()

    def validate_more(self, field: Any) -> None:
        if not field.uploads:
            raise ValidationError(_("请选要加的文件。"))


def steps_after(standing: Standing) -> list[Standing]:
    return list(STEPS[STEPS.index(standing) + 1:] if standing in STEPS else STEPS)
