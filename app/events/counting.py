"""The short forms after an event: how many came, and the photos that show it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import DateField, HiddenField, SelectField, ValidationError
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from app.accounts.models import Person
from app.events.asking import LinkedForm, OpenedForm, office_zone, web_address
from app.events.figures import Figures, Photo
from app.events.hosting import HostedForm
from app.events.span import Span
from app.events.words import EventKind
from app.files import NotAPhoto, StoredFile, keep_photo
from app.forms import WholeField, line, text

if TYPE_CHECKING:
    from app.accounts.models import Actor
    from app.events.models import Event

MOST_HEADS, MOST_PHOTOS = 10_000_000, 9


class FiguresForm(OpenedForm):
    """Heads, materials, a summary, photos."""

    attendances = WholeField(
        _l("人次"), [InputRequired(_l("请填到场人次，没有人来填 0。")),
                   NumberRange(0, MOST_HEADS, _l("人次要在 0 到 1000 万之间。"))],
        description=_l("每到场一次算一次。"))
    people = WholeField(
        _l("人数"), [Optional(), NumberRange(0, MOST_HEADS, _l("人数要在 0 到 1000 万之间。"))],
        description=_l("不重复的人。只办一次的活动可以不填。"))
    materials = WholeField(
        _l("发放资料（份）"), [Optional(), NumberRange(0, MOST_HEADS, _l("份数要在 0 到 1000 万之间。"))])
    summary = text(_l("小结"), 3000, description=_l("一两句话：讲了什么，效果怎样。会公开显示。"))
    media_url = line(_l("报道链接"), 500, web_address)
    photos = MultipleFileField(_l("照片"), description=_l(
        "可一次选多张，最多 9 张，合计不超过 15 MB；位置信息会去掉。会公开显示。"))

    def validate_people(self, field: Any) -> None:
        if field.data is not None and self.attendances.data is not None and field.data > self.attendances.data:
            raise ValidationError(_("人数不会比人次多。"))

    def validate_photos(self, field: Any) -> None:
        if len(self.uploads) > MOST_PHOTOS:
            raise ValidationError(_("一次最多 %(count)d 张照片。", count=MOST_PHOTOS))

    def show(self, figures: Figures) -> None:
        for name in ("attendances", "people", "materials", "summary", "media_url"):
            self[name].data = getattr(figures, name)

    @property
    def uploads(self) -> list[FileStorage]:
        return [one for one in self.photos.data or () if isinstance(one, FileStorage) and one.filename]

    def figures(self, by: Person, as_of: datetime) -> Figures:
        return Figures(
            attendances=self.attendances.data, people=self.people.data, materials=self.materials.data,
            summary=self.summary.data or "", media_url=self.media_url.data or "", entered_by_id=by.id,
            entered_at=as_of)


class CorrectionForm(FiguresForm):
    """Of a closed event: what was final changes only with a reason."""

    reason = line(_l("为什么更正"), 300, DataRequired(_l("活动已办结，更正人数要写原因。")),
                  description=_l("例如：签到表复核，多算了一个班。写进操作记录，不公开。"))


class HeldForm(LinkedForm, HostedForm, FiguresForm):
    """An event entered after it was held."""

    version = None  # there is no event yet that could change meanwhile
    form_key = HiddenField()
    title = line(_l("名称"), 120, DataRequired(_l("请填活动名称。")))
    kind = SelectField(_l("类型"), [InputRequired()], choices=[])
    held_on = DateField(_l("日期"), [InputRequired(_l("请填举办日期。"))],
                        invalid_value_message=_l("请写成 2026-04-20 这样的日期。"))
    held_until = DateField(_l("到"), [Optional()], invalid_value_message=_l("请写成 2026-04-20 这样的日期。"),
                           description=_l("只办一天的不用填。"))
    location = line(_l("地点"), 200)

    def __init__(self, actor: Actor, as_of: datetime, **kwargs: Any) -> None:
        self.today = as_of.astimezone(office_zone()).date()
        super().__init__(actor, as_of, **kwargs)
        self.kind.choices = [(kind.value, kind.label) for kind in EventKind]
        if not self.is_submitted():
            self.form_key.data = secrets.token_urlsafe(24)

    def validate_held_on(self, field: Any) -> None:
        if field.data is None:
            return
        if not 1970 < field.data.year < 2200:
            raise ValidationError(_("年份要在 1971 到 2199 之间。"))
        if field.data > self.today:
            raise ValidationError(_("这一天还没有到。还没办的活动请用“新建活动”。"))

    def validate_held_until(self, field: Any) -> None:
        if field.data and self.held_on.data and field.data < self.held_on.data:
            raise ValidationError(_("结束日期不能早于开始日期。"))
        if field.data and field.data > self.today:
            raise ValidationError(_("这一天还没有到。"))

    @property
    def span(self) -> Span:
        return Span.of_days(self.held_on.data, self.held_until.data or self.held_on.data, office_zone().key)


def keep_photos(uploads: Iterable[FileStorage], as_of: datetime) -> list[StoredFile]:
    """All of them or none. Slow: no transaction should be open meanwhile.

    :raises NotAPhoto: for the first that cannot be read; those kept before it are taken away again.
    """
    kept: list[StoredFile] = []
    try:
        for upload in uploads:
            kept.append(keep_photo(upload.stream, upload.filename or "", as_of))
    except NotAPhoto:
        forget_photos(kept)
        raise
    return kept


def forget_photos(files: Iterable[StoredFile]) -> None:
    for file in files:
        file.path.unlink(missing_ok=True)


def add_photos(event: Event, files: Iterable[StoredFile], as_of: datetime) -> None:
    """The same photo only once."""
    known = {photo.file.sha256 for photo in event.photos}
    for file in files:
        if file.sha256 in known:
            forget_photos([file])
        else:
            known.add(file.sha256)
            event.photos.append(Photo(file=file, added_at=as_of))
