"""The form of an indicator: the words, and what a person says they mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, ValidationError
from wtforms.validators import DataRequired, InputRequired, NumberRange, StopValidation

from app.forms import WholeField, line
from app.plans.asking import OpenedForm
from app.plans.indicators import Basis, Indicator, Measure
from app.plans.numerals import LARGEST
from app.plans.registers import Register
from app.plans.sheet.proposals import Proposal
from app.plans.target import Comparison, Counting, Per, Period
from app.plans.wording import read

SAME = ("name", "wording", "minimum", "maximum", "unit", "comparison", "counting", "per", "period", "basis",
        "measure")


def _unless_counted(form: TargetForm, field: Field) -> None:
    """What we count of a list in the official text has no words of its own."""
    if not field.data and form.basis.data != Basis.COUNTED:
        raise StopValidation(_("请填目标的原话，例如“30所左右”。"))


class TargetForm(OpenedForm):
    """`registers`: those that may be counted."""

    wording = line(_l("目标的原话"), 120, _unless_counted,
                   description=_l("例如：30所左右、每市(州)至少1场、突破30万人次。填好可以点“按原话填下面”。"))
    name = line(_l("指标名称"), 80, description=_l("一项任务有几个指标时，写清楚数的是什么。"))
    comparison = SelectField(_l("比较方式"), [InputRequired()])
    minimum = WholeField(_l("目标数"), [InputRequired(_l("请填目标数。")),
                                     NumberRange(1, LARGEST, _l("目标数至少是 1。"))])
    maximum = WholeField(_l("上限"), description=_l("只有“从几到几”才填。"))
    unit = line(_l("计量单位"), 12, DataRequired(_l("请填计量单位，如个、所、场。")))
    counting = SelectField(_l("数什么"), [InputRequired()])
    per = SelectField(_l("按地方"), [InputRequired()])
    period = SelectField(_l("按时间"), [InputRequired()])
    basis = SelectField(_l("性质"), [InputRequired()], description=_l("内部目标只有工作人员看得到。"))
    measure = SelectField(_l("怎么计"), [InputRequired()], description=_l("完成数从哪里来。"))
    register = SelectField(_l("台账"), description=_l("按台账登记计的要选。"))

    def __init__(self, registers: Iterable[Register], indicator: Indicator | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        known = [one for one in registers if not one.closed_at or (indicator and one.id == indicator.register_id)]
        self.comparison.choices = list(comparisons().items())
        self.counting.choices = [(Counting.THINGS.value, _("件数、场数")),
                                 (Counting.PEOPLE.value, _("人数（同一人只计一次）")),
                                 (Counting.ATTENDANCES.value, _("人次（每参加一次计一次）"))]
        self.per.choices = [(one.value, one.label or _("全部合起来")) for one in Per]
        self.period.choices = [(one.value, one.label or _("全年")) for one in Period]
        self.basis.choices = list(bases().items())
        self.measure.choices = [(one.value, one.label) for one in Measure]
        self.register.choices = [("", _("没有选")), *((str(one.id), one.name) for one in known)]
        self.wording.flags.required = indicator is None or indicator.basis != Basis.COUNTED
        if self.register.data is None:
            self.register.data = ""
        if not self.is_submitted():
            self.show(indicator)

    def show(self, indicator: Indicator | None) -> None:
        """Of a new one: an exact number of events, stated."""
        if indicator is None:
            self.basis.data, self.measure.data = Basis.STATED.value, Measure.EVENTS.value
            return
        for name in SAME:
            self[name].data = getattr(indicator, name)
        if indicator.comparison != Comparison.RANGE:
            self.maximum.data = None
        self.register.data = str(indicator.register_id or "")
        self.open_on(indicator)

    def read(self) -> bool:
        """Fills in what the words say; whether they say one thing for sure. A person looks at it and saves."""
        one = read(self.wording.data or "")
        if one is None:
            self.wording.errors = [_("读不出一个确定的数，请在下面自己填。")]
            return False
        for name in ("comparison", "counting", "per", "period"):
            self[name].data = getattr(one, name).value
        self.unit.data = one.unit or self.unit.data
        self.minimum.say(one.minimum)
        self.maximum.say(one.maximum if one.comparison is Comparison.RANGE else None)
        self.measure.data = Proposal(one).measure.value
        return True

    def validate_register(self, field: Field) -> None:
        if self.measure.data == Measure.REGISTER and not field.data:
            raise ValidationError(_("按台账登记计的，要选是哪一本台账；还没有的，先在“台账登记”里建。"))

    def validate_maximum(self, field: Field) -> None:
        if self.comparison.data != Comparison.RANGE or self.minimum.data is None:
            return
        if field.data is None or not self.minimum.data <= field.data <= LARGEST:
            raise ValidationError(_("上限要填，而且不小于目标数。"))

    def words(self) -> dict[str, Any]:
        """By the names of an indicator's columns."""
        said = {name: self[name].data or "" for name in SAME if name not in ("minimum", "maximum")}
        lowest, highest = self.minimum.data, {
            Comparison.RANGE: self.maximum.data, Comparison.EXACT: self.minimum.data,
            Comparison.ABOUT: self.minimum.data}
        return said | {"minimum": lowest, "maximum": highest.get(Comparison(self.comparison.data)),
                       "register_id": int(self.register.data or 0) or None}


def comparisons() -> dict[str, str]:
    return {Comparison.EXACT.value: _("正好"), Comparison.RANGE.value: _("从几到几"),
            Comparison.ABOUT.value: _("左右"), Comparison.AT_LEAST.value: _("至少"),
            Comparison.MORE_THAN.value: _("多于")}


def bases() -> dict[str, str]:
    return {Basis.STATED.value: _("文件写明"), Basis.WORKING.value: _("内部目标"),
            Basis.COUNTED.value: _("据文字列举统计")}
