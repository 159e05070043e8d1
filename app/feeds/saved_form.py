"""The form of a slice with a short address."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms.validators import DataRequired

from app.errors import Refused
from app.feeds.saved import BadSlug, SlugTaken
from app.forms import line


class SliceForm(FlaskForm):  # type: ignore[misc]
    """The slice is given as the address of a filtered calendar."""

    address = line(_l("筛选后的网址"), 2000, description=_l(
        "在公开日历里选好，把浏览器地址栏里的网址粘贴到这里；留空就是全部活动。"))
    title = line(_l("中文名称"), 80, DataRequired(_l("请填名称。")))
    title_en = line(_l("英文名称"), 120)
    slug = line(_l("短地址"), 60, DataRequired(_l("请填短地址。")), description=_l(
        "小写字母、数字和连字符，例如 chengdu-schools。定了不能改。"))

    def refuse(self, error: Refused) -> None:
        field = self.slug if isinstance(error, BadSlug | SlugTaken) else self.address
        field.errors = [*field.errors, error.sentence]
