"""The forms by which the tree of organizations is changed."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _lp
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import SelectField, ValidationError
from wtforms.validators import DataRequired, InputRequired

from app.accounts.outline import KINDS
from app.accounts.places import Organization, Region, RegionLevel, kind_label
from app.db import db
from app.forms import line, text

MOST_ALIASES, LONGEST = 20, 120


class NameForm(FlaskForm):  # type: ignore[misc]
    name = line(_lp("name", "名称"), LONGEST, DataRequired(_l("请填单位的全称。")),
                description=_l("写全称，如“成都市锦江区市场监督管理局”。"))
    name_en = line(_l("英文名称"), 200, description=_l("英文日历里显示。"))


class ChildForm(NameForm):
    """A new organization below one that is there."""

    kind = SelectField(_l("种类"), [InputRequired()])
    region = SelectField(_l("地区"), [InputRequired()])

    def __init__(self, parent: Organization, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(kind, kind_label(kind)) for kind in KINDS]
        within = db.session.scalars(
            select(Region).where(Region.code.startswith(parent.region.stem)).order_by(Region.code)).all()
        cities = {one.code[:4]: one.name for one in within if one.level == RegionLevel.CITY}
        is_wide = parent.region.level == RegionLevel.PROVINCE  # 市中区 stands in several cities
        self.region.choices = [(one.code, cities.get(one.code[:4], "") + one.name if is_wide and
                                one.level == RegionLevel.COUNTY else one.name) for one in within]
        if not self.is_submitted():
            self.region.data = parent.region_code

    @property
    def chosen_region(self) -> Region:
        return db.session.get_one(Region, self.region.data)


class AliasesForm(FlaskForm):  # type: ignore[misc]
    aliases = text(_l("别名"), 2000, description=_l("一行一个。简称、旧称都可以，搜索和订阅筛选时一样找得到。"))

    @property
    def words(self) -> list[str]:
        return [word for word in map(str.strip, (self.aliases.data or "").splitlines()) if word]

    def validate_aliases(self, field: Any) -> None:
        if len(self.words) > MOST_ALIASES:
            raise ValidationError(_("最多 %(count)d 个别名。", count=MOST_ALIASES))
        if any(len(word) > LONGEST for word in self.words):
            raise ValidationError(_("一个别名最多 %(count)d 个字。", count=LONGEST))


class TargetForm(FlaskForm):  # type: ignore[misc]
    """Another organization: where to move, or into which to merge."""

    target = SelectField(_l("单位"), [InputRequired(_l("请选一个单位。"))])

    def __init__(self, label: str, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target.label.text = label
        self.target.choices = [("", _("请选择")), *choices]
