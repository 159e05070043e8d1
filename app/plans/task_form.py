"""The form of a task: what the plan says of it, by the names of its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import Field, SelectField, ValidationError
from wtforms.validators import DataRequired, InputRequired

from app.accounts.models import Actor
from app.accounts.outline import offered, outline
from app.db import db
from app.forms import line, text
from app.plans.asking import OpenedForm, day
from app.plans.models import Category, DeliveredBy, Sector, Task
from app.plans.sheet.words import LONGEST_CODE, code_in

LONGEST_NAME = 60  # of a programme
SAME = ("title", "title_en", "target_wording", "lead_wording", "supporting", "in_charge", "audience",
        "form_of_result", "progress_note", "problems", "due_on", "delivered_by", "event_kind")


class TaskForm(OpenedForm):
    """`kinds`: (value, word) of the kinds of events there are."""

    code = line(_l("编号"), LONGEST_CODE, DataRequired(_l("请填编号。")),
                description=_l("同一年的计划里不能重复；改了以后，带旧编号的网址打不开。"))
    category = SelectField(_l("类别"), [InputRequired()])
    title = line(_l("任务"), 120, DataRequired(_l("请填任务。")))
    title_en = line(_l("英文名称"), 200)
    official_wording = text(_l("主要内容"), 4000, DataRequired(_l("请填主要内容。")),
                            description=_l("和文件一致，一句一行。改了以后算今年的表述。"))
    target_wording = line(_l("目标原文"), 300, description=_l("和文件一致，例如“30所左右”。"))
    lead_organization = SelectField(_l("牵头单位"))
    lead_wording = line(_l("牵头单位（原文）"), 200, description=_l("文件里写了几个单位或者处室的，照原文写。"))
    supporting = line(_l("配合单位"), 300)
    in_charge = line(_l("责任人"), 120)
    audience = line(_l("对象"), 200)
    programmes = line(_l("品牌活动"), 300, description=_l("几个之间用顿号。"))
    due_on = day(_l("完成时限"))
    form_of_result = line(_l("成果形式"), 300)
    delivered_by = SelectField(_l("怎么完成"), [InputRequired()])
    event_kind = SelectField(_l("建议的活动类型"))
    progress_note = text(_l("进展"), 4000)
    problems = text(_l("问题"), 4000)

    def __init__(self, actor: Actor, task: Task, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.categories = db.session.scalars(select(Category).where(
            Category.plan_id == task.plan_id).order_by(Category.position, Category.id)).all()
        self.category.choices = [(str(one.id), f"{Sector(one.sector).label} · {one.code} {one.name}")
                                 for one in self.categories]
        offices = offered(outline(actor))
        lead = task.lead_organization
        if lead is not None and str(lead.id) not in {value for value, _word in offices}:
            offices.append((str(lead.id), lead.name))  # closed since, and still who leads
        self.lead_organization.choices = [("", _("没有选")), *offices]
        self.delivered_by.choices = [(DeliveredBy.EVENTS.value, _("办活动")),
                                     (DeliveredBy.BOTH.value, _("办活动，也有节点")),
                                     (DeliveredBy.MILESTONES.value, _("靠节点和登记"))]
        self.event_kind.choices = [("", _("不建议")), *kinds]
        if not self.is_submitted():
            self.show(task)

    def show(self, task: Task) -> None:
        for name in SAME:
            self[name].data = getattr(task, name)
        self.code.data, self.category.data = task.code, str(task.category_id)
        self.official_wording.data = "\n".join(task.clauses)
        self.programmes.data = "、".join(task.programmes)
        self.lead_organization.data = str(task.lead_organization_id or "")
        self.open_on(task)

    def validate_code(self, field: Field) -> None:
        if not code_in(field.data or ""):
            raise ValidationError(_("编号只能用字母、数字、点和横线，最多 12 个字。"))

    def validate_programmes(self, field: Field) -> None:
        if any(len(name) > LONGEST_NAME for name in self.names):
            raise ValidationError(_("一个品牌活动的名称最多 %(most)d 个字。", most=LONGEST_NAME))

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(name.strip() for name in re.split(r"[、;；]", self.programmes.data or "")
                                  if name.strip()))

    def words(self) -> dict[str, Any]:
        """By the names of a task's columns."""
        said = {name: self[name].data if name == "due_on" else self[name].data or "" for name in SAME}
        clauses = [one.strip() for one in (self.official_wording.data or "").replace("|", "\n").splitlines()]
        category = next(one for one in self.categories if str(one.id) == self.category.data)
        return said | {
            "code": code_in(self.code.data or ""), "category": category, "programmes": self.names,
            "official_wording": "|".join(one for one in clauses if one),
            "lead_organization_id": int(self.lead_organization.data or 0) or None}
