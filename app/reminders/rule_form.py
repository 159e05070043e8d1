"""The form of a rule: whom, so long before or after what, on which day, at what time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange, Optional, Regexp, ValidationError

from app.forms import WholeField
from app.plans.asking import PlanForm
from app.reminders.registry import Anchor, registry
from app.reminders.rules import A_DAY, OF_PLANS, DayRule, Lead, LeadUnit

MOST_HOURS = 24 * 60
AFTER = {LeadUnit.HOURS: A_DAY, LeadUnit.DAYS: 5 * A_DAY, LeadUnit.WORKDAYS: 7 * A_DAY}


class RuleForm(PlanForm):
    """`act` is what was answered when somebody is due at once: now, or later."""

    anchor = SelectField(_l("以什么为准"), [InputRequired()])
    direction = SelectField(_l("之前还是之后"), [Optional()])
    lead_amount = WholeField(_l("提前或推后多少"), [
        InputRequired(_l("请填一个数。")), NumberRange(0, 99, _l("要在 0 到 99 之间。"))],
        description=_l("当天发的，填 0 天，再填几点发。"), render_kw={"min": 0, "max": 99, "inputmode": "numeric"})
    lead_unit = SelectField(_l("按天还是小时"), [InputRequired()])
    audience = SelectField(_l("发给谁"), [InputRequired()])
    at_time = StringField(
        _l("几点发"), [Optional(), Regexp(r"([01]\d|2[0-3]):[0-5]\d$", message=_l("请写成 09:00 这样。"))],
        description=_l("不填就和活动同一个钟点。22:00 到 8:00 之间不发，只有提前 3 小时以内的照发。"),
        render_kw={"type": "time"})
    day_rule = SelectField(_l("碰上休息日"), [InputRequired()])
    hours = WholeField(_l("过了几小时就不发了"), [
        Optional(), NumberRange(1, MOST_HOURS, _l("要在 %(low)d 到 %(high)d 之间。", low=1, high=MOST_HOURS))],
        description=_l("系统停过再开时用。不填按通常的：提前的到开始前为止，推后的几天。"),
        render_kw={"min": 1, "max": MOST_HOURS, "inputmode": "numeric"})
    act = HiddenField()

    def __init__(self, anchors: Iterable[Anchor], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        kept = registry()
        self.anchor.choices = [(one.name, str(one.label)) for one in anchors]
        self.audience.choices = [(one.name, str(one.label)) for one in kept.audiences.values() if any(
            kept.letters_for(anchor, one.name) for anchor, _name in self.anchor.choices)]
        self.direction.choices = [("", _("通常的：结束和登记人数是之后，别的是之前")), ("before", _("之前")),
                                  ("after", _("之后"))]
        self.lead_unit.choices = [(one.value, one.label) for one in LeadUnit]
        self.day_rule.choices = [(one.value, one.label) for one in DayRule]

    def validate_audience(self, field: Any) -> None:
        anchor = next((word for name, word in self.anchor.choices if name == self.anchor.data), "")
        audience = next((word for name, word in self.audience.choices if name == field.data), "")
        if anchor and audience and not registry().letters_for(self.anchor.data, field.data):
            raise ValidationError(_("“%(anchor)s”没有写给“%(audience)s”的信，请换一个。",
                                    anchor=anchor, audience=audience))

    def validate_direction(self, field: Any) -> None:
        anchor = registry().anchors.get(self.anchor.data or "")
        if anchor is not None and anchor.is_usually_after and field.data == "before":
            raise ValidationError(_("“%(anchor)s”的信要在之后发。", anchor=anchor.label))
        written = registry().letters_for(self.anchor.data or "", self.audience.data or "")
        if field.data == "after" and written and written[0].looks_ahead:
            raise ValidationError(_("这封信说的是还没到的事，要在之前发。"))

    def validate_lead_amount(self, field: Any) -> None:
        is_on_the_day = self.lead_unit.data == LeadUnit.DAYS and self.at_time.data
        if field.data == 0 and not is_on_the_day:
            raise ValidationError(_("至少填 1；当天发的，填 0 天，再填几点发。"))

    def validate_lead_unit(self, field: Any) -> None:
        if field.data == LeadUnit.HOURS and self.anchor.data in OF_PLANS:
            raise ValidationError(_("节点和任务只有日子，没有钟点，请按天或工作日算。"))

    @property
    def is_after(self) -> bool:
        """As said, else as is usual for what it is about."""
        return self.direction.data == "after" if self.direction.data else (
            registry().anchors[self.anchor.data].is_usually_after)

    def words(self) -> dict[str, Any]:
        """The rule's columns."""
        unit, is_after = LeadUnit(self.lead_unit.data), self.is_after
        lead = Lead(self.lead_amount.data, unit)
        usual = AFTER[unit] if is_after or not lead.minutes else lead.useful_for(0)
        return {"anchor": self.anchor.data, "is_after": is_after, "lead_amount": lead.amount, "lead_unit": unit.value,
                "audience": self.audience.data, "at_time": self.at_time.data or "", "day_rule": self.day_rule.data,
                "useful_for": self.hours.data * 60 if self.hours.data else usual}
