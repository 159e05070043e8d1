"""The forms of milestones."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, ValidationError
from wtforms.validators import DataRequired, InputRequired

from app.accounts.models import Actor
from app.accounts.outline import offered, outline
from app.accounts.places import Organization
from app.db import db
from app.forms import line, text
from app.plans.asking import EvidenceField, OpenedForm, day
from app.plans.indicators import Indicator, Measure
from app.plans.milestones import USUAL, Milestone, Step
from app.plans.models import Task


class BroughtAboutForm(OpenedForm):
    """Who is to bring it about: a unit within the actor's reach."""

    organization = SelectField(_l("由谁完成"), [InputRequired()])

    def __init__(self, actor: Actor, task: Task, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.task, self.organization.choices = task, offered(outline(actor))
        if not self.is_submitted():
            own = task.plan.organization if actor.reaches(task.plan.organization) else actor.person.organization
            self.organization.data = str(own.id)

    @property
    def chosen_organization(self) -> Organization:
        return db.session.get_one(Organization, int(self.organization.data or 0))


class MilestoneForm(BroughtAboutForm):
    """One step, or something of its own."""

    step = SelectField(_l("步骤"), [InputRequired()])
    title = line(_l("名称"), 160, description=_l("不填就用步骤的名称。步骤选“其他”时要填。"))
    due_on = day(_l("应在哪天前完成"))
    indicator = SelectField(_l("完成后给哪个指标加一"), choices=[])

    def __init__(self, actor: Actor, task: Task, **kwargs: Any) -> None:
        super().__init__(actor, task, **kwargs)
        self.step.choices = [(step.value, step.label) for step in Step]
        self.counting = [one for one in task.indicators if one.measure == Measure.MILESTONES]
        self.indicator.choices = [("", _("不加"))] + [(str(one.id), one.name or one.wording) for one in self.counting]
        if not self.is_submitted():
            self.step.data, self.indicator.data = Step.APPLICATION.value, ""
        elif self.indicator.data is None:  # the field is not shown where nothing counts so
            self.indicator.data = ""

    def show(self, milestone: Milestone) -> None:
        self.step.data, self.title.data, self.due_on.data = milestone.step, milestone.title, milestone.due_on
        self.organization.data = str(milestone.organization_id)
        self.indicator.data = str(milestone.indicator_id or "")
        self.open_on(milestone)

    def validate_title(self, field: Any) -> None:
        if self.step.data == Step.OTHER and not field.data:
            raise ValidationError(_("请填名称。"))

    @property
    def chosen_indicator(self) -> Indicator | None:
        return next((one for one in self.counting if str(one.id) == self.indicator.data), None)

    def words(self) -> dict[str, Any]:
        step = Step(self.step.data)
        return {"step": step.value, "title": self.title.data or step.kept, "due_on": self.due_on.data,
                "organization": self.chosen_organization, "indicator": self.chosen_indicator}


class UsualForm(BroughtAboutForm):
    """The five steps of a recognition at once; those without a day are left out."""

    application, review, announcement = day(_l("申报")), day(_l("评审")), day(_l("公示"))
    approval, plaque = day(_l("批复")), day(_l("授牌"))

    def validate(self, extra_validators: Any = None) -> bool:
        """The days together: a field's own check is passed over where it is left empty."""
        if not super().validate(extra_validators):
            return False
        last: tuple[Step, date] | None = None
        for step, due_on in self.days:
            if last and due_on < last[1]:
                self[step.value].errors = [
                    _("%(step)s不会早于%(earlier)s。", step=step.label, earlier=last[0].label)]
                return False
            last = step, due_on
        if last is None:
            self.application.errors = [_("至少填一个日期。")]
        return last is not None

    @property
    def days(self) -> list[tuple[Step, date]]:
        return [(step, self[step.value].data) for step in USUAL if self[step.value].data]


class ReachForm(OpenedForm):
    """It was reached, on a day, and this shows it."""

    on = day(_l("哪天完成的"), InputRequired(_l("请填完成的日期。")))
    note = text(_l("说明"), 2000, description=_l("一两句话，如文号、公示网址、范围。"))
    files = EvidenceField()

    def __init__(self, milestone: Milestone, today: date, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not self.is_submitted() or kwargs.get("formdata", 0) is None:
            self.open_on(milestone)
            self.on.data, self.note.data = milestone.reached_on or today, milestone.note


class UnreachForm(OpenedForm):
    reason = line(_l("为什么改回"), 300, DataRequired(_l("请写原因。")))
