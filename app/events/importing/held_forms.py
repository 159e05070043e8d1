"""The form by which a sheet of held events comes."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, NumberRange

from app.forms import WholeField
from app.plans.asking import SheetForm

EARLIEST, LATEST = 2000, 2100


class HeldSheetForm(SheetForm):
    year = WholeField(_l("年份"), [InputRequired(_l("请填年份。")), NumberRange(
        EARLIEST, LATEST, _l("年份要在 2000 到 2100 之间。"))], description=_l("没有写年份的日期算这一年。"))

    def __init__(self, year: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sheet.description = _("Excel（.xlsx、.xls）、CSV，或者 Word 文档（.docx）里的表格，最大 8 MB。")
        if not self.is_submitted():
            self.year.data = year
