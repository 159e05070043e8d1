"""A slip about a task that nobody suggested: most tasks have no lead in the plan, so a person names an office."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import SelectField, ValidationError
from wtforms.validators import InputRequired

from app.accounts.access import allowed
from app.accounts.places import Organization
from app.clock import local_day, now
from app.db import db
from app.events.asking import ConsoleForm
from app.events.choosing import running_plan
from app.events.views.desk import answer, judged
from app.plans.models import Task
from app.reports.returns.scope import FILING
from app.reports.slips import supervising
from app.reports.slips.slip import SENDERS
from app.reports.views.desk import slips

Page = tuple[str, int] | Response


class TaskSlipForm(ConsoleForm):
    """Whom, and about which task of the running plan."""

    task = SelectField(_l("哪项任务"), [InputRequired(_l("请选任务。"))], validate_choice=False)
    organization = SelectField(_l("督办哪个单位"), [InputRequired(_l("请选单位。"))], validate_choice=False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = running_plan(g.actor, local_day(now()).year)
        self.tasks = {one.code: one for one in db.session.scalars(Task.of_plan(self.plan).where(
            Task.withdrawn_at.is_(None)))} if self.plan else {}
        self.offices = {str(one.id): one for one in db.session.scalars(_supervised())}
        self.task.choices = [("", _("请选择")), *((code, f"{code} {one.title}") for code, one in self.tasks.items())]
        self.organization.choices = [("", _("请选择")), *((id, one.name) for id, one in self.offices.items())]

    def validate_task(self, field: Any) -> None:
        _must_be_offered(field, self.tasks)

    def validate_organization(self, field: Any) -> None:
        _must_be_offered(field, self.offices)


@slips.get("/new")
@allowed(*SENDERS)
def new() -> Page:
    form = TaskSlipForm(formdata=None)
    form.task.data = request.args.get("task", "")
    return render_template("reports/slips/new.html", form=form), 200


@slips.post("")
@allowed(*SENDERS)
def prepare() -> Page:
    form = TaskSlipForm()
    if form.validate_on_submit() and form.plan:
        with judged(form):
            made = supervising.about_task(form.offices[form.organization.data], form.tasks[form.task.data], form.plan,
                                          now())
            db.session.commit()
            return redirect(url_for("slips.show", id=made.id))
    return render_template("reports/slips/new.html", form=form), answer(form)


def _supervised() -> Any:
    """Offices at work whose office above is in the actor's reach."""
    mine = Organization.under(g.actor.paths).with_only_columns(Organization.id).order_by(None)
    return select(Organization).where(
        Organization.parent_id.in_(mine), Organization.closed_at.is_(None), Organization.kind.in_(FILING)
    ).order_by(Organization.path)


def _must_be_offered(field: Any, offered: dict[str, Any]) -> None:
    if field.data and field.data not in offered:
        raise ValidationError(_("请从列表里选。"))
