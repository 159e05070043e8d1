"""An office's rules: for its events of a kind from their publishing on, for milestones and tasks of its plan."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import SelectField
from wtforms.validators import InputRequired

from app.accounts.access import allowed
from app.accounts.models import Actor
from app.accounts.outline import offered, outline
from app.accounts.places import Organization, below
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.events.words import EventKind
from app.forms import PlainForm
from app.languages import language
from app.plans.milestones import Milestone
from app.plans.models import Plan, Task
from app.plans.views.desk import judged
from app.reminders.following import arm
from app.reminders.registry import Kind, Thing, registry
from app.reminders.rehearsing import SHOWN, firings
from app.reminders.rule_form import RuleForm
from app.reminders.rules import OF_PLANS, ReminderRule, standing
from app.reminders.trying import Trial
from app.reminders.views.desk import KEEPERS, Page, answer, as_keeper, bp, done

NOW, LATER = "now", "later"
ANY = ""


class OfficeRuleForm(RuleForm):
    organization = SelectField(_l("哪个单位"), [InputRequired()],
                               description=_l("它和它下面的单位都用这一套，除非下面自己定了。"))
    event_kind = SelectField(_l("哪一类活动"), choices=[])

    def __init__(self, actor: Actor, **kwargs: Any) -> None:
        super().__init__(registry().anchors.values(), **kwargs)
        self.organization.choices = offered(outline(actor))
        self.event_kind.choices = [(ANY, _("各类活动；节点和任务也选这个"))] + [
            (one.value, one.label) for one in EventKind]

    @property
    def chosen(self) -> Organization:
        return db.session.get_one(Organization, int(self.organization.data))

    def words(self) -> dict[str, Any]:
        kind = ANY if self.anchor.data in OF_PLANS else self.event_kind.data or ANY
        return super().words() | {"event_kind": kind, "organization": self.chosen}


@bp.get("/reminder-rules")
@allowed()
def office_rules() -> Page:
    return _page(OfficeRuleForm(as_keeper(), formdata=None))


@bp.post("/reminder-rules")
@allowed(*KEEPERS)
def add_office_rule() -> Page:
    """For events it counts from the next publishing on. Milestones and tasks that are due at once: it asks first."""
    form = OfficeRuleForm(g.actor)
    if not form.validate_on_submit():
        return _page(form)
    with judged(form):
        rule = ReminderRule.lay_down(now(), **form.words())
        due = sum(Trial.of(rule, thing, now()).due_now(now()) for thing in things_under(rule))
        if due and form.act.data not in (NOW, LATER):
            db.session.rollback()
            return render_template("reminders/rules/asking.html", form=form, count=due, event=None,
                                   address=url_for("reminders.add_office_rule")), 200
        start(rule, form.act.data, now())
        db.session.commit()
        return done(url_for("reminders.office_rules"), _("已添加。") if rule.anchor in OF_PLANS else _(
            "已添加，以后发布的活动用它；已经发布的不变。"))
    return _page(form)


@bp.get("/reminder-rules/<int:id>")
@allowed()
def try_office_rule(id: int) -> Page:
    """Who, when and about what within thirty days; nothing is sent."""
    rule = _get_rule(g.actor, id)
    found = firings(rule, g.actor, now(), language())
    sample = Trial.of(rule, found[0].thing, now()).letter_to(None) if found else None
    return render_template("reminders/rules/office_trial.html", rule=rule, found=found, kept=registry(), shown=SHOWN,
                           sample=sample, address_of=address_of), 200


@bp.post("/reminder-rules/<int:id>/switch")
@allowed(*KEEPERS)
def switch_office_rule(id: int) -> Page:
    """Off and on; what has been copied to events stays theirs."""
    rule, act = _get_rule(g.actor, id), request.form.get("act", "")
    is_on = not rule.is_enabled or request.form.get("to") == "on"
    rule.switch(is_on, now())
    due = sum(Trial.of(rule, thing, now()).due_now(now()) for thing in things_under(rule)) if is_on else 0
    if due and act not in (NOW, LATER):
        db.session.rollback()
        return render_template("reminders/rules/asking.html", form=PlainForm(formdata=None), count=due, event=None,
                               address=url_for("reminders.switch_office_rule", id=id)), 200
    start(rule, act, now())
    db.session.commit()
    return done(url_for("reminders.office_rules"), _("已启用。") if is_on else _("已停用，没有寄出的不再寄。"))


def things_under(rule: ReminderRule) -> list[Thing]:
    """The milestones or tasks for which an office's rule holds; none for rules of events."""
    office = rule.organization
    if office is None or rule.anchor not in OF_PLANS:
        return []
    kind = registry().kinds[registry().anchors[rule.anchor].kind]
    wanted = {"milestone": select(Milestone).join(Milestone.organization).join(Milestone.task).join(Task.plan).where(
        below(frozenset({office.path})), Milestone.deleted_at.is_(None), Milestone.reached_on.is_(None),
        Milestone.due_on.is_not(None), Plan.adopted_at.is_not(None)),
        "task": select(Task).join(Task.plan).where(Task.due_on.is_not(None), Task.withdrawn_at.is_(None),
                                                   Plan.adopted_at.is_not(None))}[kind.name]
    return [thing for thing in db.session.scalars(wanted) if _holds_for(rule, kind, thing)]


def address_of(rule: ReminderRule, thing: Thing) -> str:
    kind = registry().anchors[rule.anchor].kind
    if kind == "event":
        return url_for("console.show", id=thing.id)
    return (f"/console/plan/milestones/{thing.id}" if kind == "milestone" else
            f"/console/plan/tasks/{thing.code}?year={thing.plan.year}")


def start(rule: ReminderRule, act: str, as_of: datetime) -> None:
    """Dates it for all it holds for; those due at once only where that was asked for."""
    if rule.anchor not in OF_PLANS:
        return
    kind = registry().kinds[registry().anchors[rule.anchor].kind]
    for thing in things_under(rule):
        if act == NOW or not Trial.of(rule, thing, as_of).is_due(as_of):
            arm(rule, kind, thing, as_of)


def _holds_for(rule: ReminderRule, kind: Kind, thing: Thing) -> bool:
    office = kind.office(thing)
    return office is not None and any(one.id == rule.id for one in standing(office, rule.anchor))


def _get_rule(actor: Actor, id: int) -> ReminderRule:
    """:raises NotThere: for a rule of an office that the actor does not reach."""
    rule = db.session.get(ReminderRule, id)
    if rule is None or rule.organization is None or not actor.reaches(rule.organization):
        raise NotThere(_("没有找到这条提醒。"))
    return rule


def _page(form: OfficeRuleForm) -> Page:
    rules = db.session.scalars(
        select(ReminderRule).join(ReminderRule.organization).where(below(g.actor.paths))
        .order_by(Organization.path, ReminderRule.event_kind, ReminderRule.id)).all()
    keeper = as_keeper()
    return render_template("reminders/rules/office.html", rules=rules, kept=registry(), form=form,
                           keeps=keeper.reaches, may_keep=bool(keeper.paths)), answer(form)
