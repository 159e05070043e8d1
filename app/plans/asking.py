"""What the forms of plans, registers and milestones share."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired, FileSize, MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import DateField, Field, HiddenField, SelectField, ValidationError
from wtforms.validators import InputRequired, Optional

from app.accounts.models import Actor
from app.accounts.outline import offered, outline
from app.accounts.places import Organization
from app.accounts.region_names import Regions
from app.db import db
from app.errors import Refused
from app.forms import is_a_workbook_if_it_says_so, line

MOST_FILES = 9
MOST_BYTES = 8 * 1024 * 1024  # of a sheet


class Overwritten(Refused):
    """Somebody saved the thing since this form was opened."""

    def __init__(self) -> None:
        super().__init__(_("这里刚被别人改过。您填的内容还在，请核对后再保存一次。"))


class PlanForm(FlaskForm):  # type: ignore[misc]
    """`status` is what a page with this form answers when it is shown again."""

    status = 422

    def refuse(self, error: Refused) -> None:
        """At the field that the error names, or over the form."""
        at = getattr(error, "field", "")
        if at and at in self:
            self[at].errors = [*self[at].errors, error.sentence]
        else:
            self.form_errors.append(error.sentence)
        self.status = error.status


class OpenedForm(PlanForm):
    """Knows which version of the thing its user saw."""

    version = HiddenField()

    def open_on(self, subject: Any) -> None:
        self.version.data = str(subject.version)

    def must_be_fresh(self, subject: Any) -> None:
        """:raises Overwritten: when somebody changed it since; what was typed can be saved after a look."""
        if self.version.data != str(subject.version):
            self.open_on(subject)
            raise Overwritten


class PlacedForm(OpenedForm):
    """A unit within the actor's reach, and a region within the unit's own, typed or chosen."""

    organization = SelectField(_l("由谁管理"), [InputRequired()])
    region = line(_l("地区"), 40, InputRequired(_l("请填地区。")),
                  description=_l("输入名称的头几个字，再从列表里选。"))

    def __init__(self, actor: Actor, **kwargs: Any) -> None:
        self.actor = actor
        super().__init__(**kwargs)
        self.known_regions = Regions()
        self.organization.choices = offered(outline(actor))

    def place_at(self, organization: Organization) -> None:
        """Where it would be, for a new one."""
        self.organization.data, self.region.data = str(organization.id), self.known_regions.label(organization.region)

    def validate_region(self, field: Field) -> None:
        found = self.known_regions.find(field.data or "")
        if found is None:
            raise ValidationError(_("没有叫“%(word)s”的地区，请从列表里选。", word=(field.data or "")[:20]))
        own = self.chosen_organization
        if own is not None and not found.code.startswith(own.region.stem):
            raise ValidationError(_("“%(region)s”不在“%(unit)s”的地区里。", region=found.name, unit=own.name))
        self.chosen_region = found

    @property
    def chosen_organization(self) -> Organization | None:
        """None for what the form did not offer."""
        wanted = self.organization.data or ""
        if wanted not in {value for value, _word in self.organization.choices}:
            return None
        return db.session.get(Organization, int(wanted))

    @property
    def region_words(self) -> list[str]:
        """What the region may be: those of the actor's places."""
        stems = tuple({grant.organization.region.stem for grant in self.actor.person.grants})
        return [self.known_regions.label(one) for one in self.known_regions.all if one.code.startswith(stems)]


class EvidenceField(MultipleFileField):  # type: ignore[misc]
    """Photos and documents, several at once."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label or _l("材料"), validators, description=_l(
            "照片、PDF、OFD、Word、Excel、PPT，一次最多 9 个，合计不超过 15 MB。"), **kwargs)

    def pre_validate(self, form: Any) -> None:
        if len(self.uploads) > MOST_FILES:
            raise ValidationError(_("一次最多 %(count)d 个文件。", count=MOST_FILES))

    @property
    def uploads(self) -> list[FileStorage]:
        return [one for one in self.data or () if isinstance(one, FileStorage) and one.filename]


def day(label: Any, *validators: Any, **kwargs: Any) -> DateField:
    """A day between 1971 and 2199; optional unless a validator says otherwise."""
    return DateField(label, [*(validators or (Optional(),)), _within_reason],
                     invalid_value_message=_l("请写成 2026-04-20 这样的日期。"), **kwargs)


def _within_reason(form: Any, field: Field) -> None:
    if isinstance(field.data, date) and not 1970 < field.data.year < 2200:
        raise ValidationError(_("年份要在 1971 到 2199 之间。"))


class SheetForm(PlanForm):
    """A sheet to be read behind the page."""

    sheet = FileField(_l("表格文件"), [FileRequired(_l("请选一个文件。")),
                                   FileSize(max_size=MOST_BYTES, message=_l("文件最大 8 MB。")),
                                   is_a_workbook_if_it_says_so],
                      description=_l(".xlsx、.xls 或 .csv，第一个工作表。"))
