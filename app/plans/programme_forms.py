"""The form of a programme."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError
from wtforms.validators import DataRequired

from app.accounts.places import Organization
from app.forms import line, text
from app.plans.asking import OpenedForm
from app.plans.programmes import LONGEST, Programme

MOST_ALIASES = 20


class ProgrammeForm(OpenedForm):
    """What it is called, and by which other words plans and sheets know it."""

    name = line(_l("名称"), LONGEST, DataRequired(_l("请填名称。")))
    name_en = line(_l("英文名称"), 200)
    aliases = text(_l("别名"), 2000, description=_l("一行一个。计划表里写这些名称的，也认作它。"))

    def validate_aliases(self, field: Any) -> None:
        words = self._words()
        if len(words) > MOST_ALIASES:
            raise ValidationError(_("最多 %(count)d 个别名。", count=MOST_ALIASES))
        if any(len(word) > LONGEST for word in words):
            raise ValidationError(_("别名最多 %(count)d 个字。", count=LONGEST))

    def show(self, programme: Programme) -> None:
        self.name.data, self.name_en.data = programme.name, programme.name_en
        self.aliases.data = "\n".join(programme.aliases)
        self.open_on(programme)

    def found(self, organization: Organization, as_of: datetime) -> Programme:
        made = Programme.founded(organization, self.name.data or "", as_of, name_en=self.name_en.data or "")
        made.go_by(self._words(), as_of)
        return made

    def write_to(self, programme: Programme, as_of: datetime) -> None:
        """Renamed, it keeps its old name among the others."""
        was = [programme.name] if programme.name != self.name.data else []
        programme.rename(as_of, self.name.data or "", name_en=self.name_en.data or "")
        programme.go_by(self._words() + was, as_of)

    def _words(self) -> list[str]:
        return [word.strip() for word in (self.aliases.data or "").splitlines() if word.strip()]
