"""The form of a figure from elsewhere."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import MonthField, SelectField, ValidationError
from wtforms.validators import DataRequired, InputRequired, NumberRange

from app.accounts.region_names import Regions
from app.forms import WholeField, line
from app.plans.asking import PlanForm, day
from app.plans.indicators import Indicator
from app.plans.outside import MOST, OutsideFigure, SourcesAdd, sources_of

ADDS, SAME = "add", "same:"


class FigureForm(PlanForm):
    """One month's number. The same month, region and source again replaces what stands there."""

    month = MonthField(_l("月份"), [InputRequired(_l("请填月份。"))])
    amount = WholeField(_l("数字"), [InputRequired(_l("请填数字。")),
                                     NumberRange(0, MOST, _l("数字要在 0 到 20 亿之间。"))])
    kind = SelectField(_l("口径"), [InputRequired()])
    true_on = day(_l("截至"), InputRequired(_l("请填截至哪一天。")), description=_l("平台上的数字是哪一天的。"))
    source = line(_l("来源"), 120, DataRequired(_l("请填数字来自哪里。")))
    beside = SelectField(_l("和已有的来源"), validate_choice=False)
    region = line(_l("地区"), 40, description=_l("不填就是计划的地区。"))

    def __init__(self, indicator: Indicator, today: date, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.indicator, self.known_regions = indicator, Regions()
        self.sources = sources_of(indicator)
        self.beside.flags.required = True  # where it is asked at all
        self.beside.choices = [("", _("请选")), (ADDS, _("是另一个平台，数字相加")),
                               *((SAME + one, _("就是“%(source)s”，换了名称", source=one)) for one in self.sources)]
        self.kind.choices = [("total", _("累计（到这一天的总数）")), ("month", _("当月（这个月新增的）"))]
        if not self.is_submitted():
            self.month.data, self.true_on.data, self.kind.data = today.replace(day=1), today, "total"

    def suggest(self, figures: list[OutsideFigure]) -> None:
        """The source and the manner of the last one."""
        if figures and not self.is_submitted():
            self.source.data = figures[-1].source
            self.kind.data = "total" if figures[-1].is_running_total else "month"

    def show(self, figure: OutsideFigure) -> None:
        self.month.data, self.amount.data, self.true_on.data = figure.month, figure.amount, figure.true_on
        self.source.data, self.region.data = figure.source, self.known_regions.label(figure.region)
        self.kind.data = "total" if figure.is_running_total else "month"

    @property
    def is_second(self) -> bool:
        """Whether its source is new beside others."""
        return bool(self.source.data and self.sources and self.source.data not in self.sources)

    def validate_beside(self, field: Any) -> None:
        if self.is_second and field.data != ADDS and self.renamed not in self.sources:
            raise ValidationError(SourcesAdd("beside", self.source.data or "", self.sources).sentence)

    @property
    def renamed(self) -> str:
        """The source that goes by the new name from now on; empty for none."""
        said = self.beside.data or ""
        return said.removeprefix(SAME) if self.is_second and said.startswith(SAME) else ""

    def validate_region(self, field: Any) -> None:
        own = self.indicator.task.plan.organization.region
        found = self.known_regions.find(field.data) if field.data else own
        if found is None:
            raise ValidationError(_("没有叫“%(word)s”的地区，请从列表里选。", word=field.data[:20]))
        if not found.code.startswith(own.stem):
            raise ValidationError(_("“%(region)s”不在计划的地区里。", region=found.name))
        self.chosen_region = found

    @property
    def region_words(self) -> list[str]:
        stem = self.indicator.task.plan.organization.region.stem
        return [self.known_regions.label(one) for one in self.known_regions.all if one.code.startswith(stem)]

    def words(self) -> dict[str, Any]:
        return {"month": self.month.data, "region": self.chosen_region, "source": self.source.data,
                "true_on": self.true_on.data, "amount": self.amount.data,
                "is_running_total": self.kind.data == "total"}
