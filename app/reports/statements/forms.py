"""What is asked where reports are made: which period, why an amendment, an office's own template."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired, FileSize
from wtforms import SelectField
from wtforms.validators import DataRequired

from app.events.asking import ConsoleForm
from app.forms import text
from app.reports.statements.period import Period, PeriodKind

MOST_BYTES = 8 * 1024 * 1024


class PeriodForm(ConsoleForm):
    """Chosen by a GET, so that the address can be sent."""

    class Meta:
        csrf = False

    period = SelectField(_l("时段"), choices=[])

    def offer(self, years: Iterable[int], today: date) -> None:
        """Each year with its halves, quarters and months, as far as they have begun, the newest first."""
        self.period.choices = [
            (one.word, one.label) for year in years for kind in reversed(PeriodKind)
            for one in (Period(year, kind, number) for number in range(12 // kind.months, 0, -1))
            if one.starts_on <= today]


class AmendmentForm(ConsoleForm):
    reason = text(_l("为什么补正"), 500, DataRequired(_l("请写明为什么补正。")))


class TemplateForm(ConsoleForm):
    template = FileField(_l("模板文件（.docx）"), [
        FileRequired(_l("请选一个 .docx 文件。")),
        FileSize(MOST_BYTES, message=_l("模板不能超过 8 MB。"))])

    @property
    def words(self) -> bytes:
        return bytes(self.template.data.read())

    @property
    def filename(self) -> Any:
        return self.template.data.filename or "report.docx"
