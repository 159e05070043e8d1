"""An event's reminders: which there are, one more, off and on, and a dry run of each."""

from __future__ import annotations

from flask import g, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts.access import allowed
from app.clock import now
from app.contact import masked
from app.db import db
from app.errors import NotThere
from app.events.models import Event
from app.events.queries import get_event
from app.events.views.desk import EDITORS, may_edit
from app.forms import PlainForm
from app.plans.views.desk import judged
from app.reminders.following import arm
from app.reminders.models import Occurrence
from app.reminders.registry import registry
from app.reminders.rule_form import RuleForm
from app.reminders.rules import ReminderRule
from app.reminders.trying import Trial
from app.reminders.views.desk import Page, answer, bp, done

NOW, LATER = "now", "later"


@bp.get("/events/<int:id>/reminders")
@allowed()
def event_rules(id: int) -> Page:
    return _page(get_event(g.actor, id), _form(formdata=None))


@bp.post("/events/<int:id>/reminders")
@allowed(*EDITORS)
def add_event_rule(id: int) -> Page:
    """Where somebody would be written to at once, it asks first."""
    event, form = get_event(g.actor, id, lock=True), _form()
    if not form.validate_on_submit():
        return _page(get_event(g.actor, id), form)
    with judged(form):
        rule = ReminderRule.lay_down(now(), event=event, **form.words())
        due = Trial.of(rule, event, now()).due_now(now())
        if due and form.act.data not in (NOW, LATER):
            db.session.rollback()
            return render_template("reminders/rules/asking.html", form=form, count=due, event=get_event(g.actor, id),
                                   address=url_for("reminders.add_event_rule", id=id)), 200
        _start(rule, event, form.act.data)
        db.session.commit()
        return done(_address(id), _("已添加。"))
    return _page(get_event(g.actor, id), form)


@bp.get("/events/<int:id>/reminders/<int:rule_id>")
@allowed()
def try_event_rule(id: int, rule_id: int) -> Page:
    """Who, when, and what they would read; nothing is sent."""
    event = get_event(g.actor, id)
    trial, as_of = Trial.of(_get_rule(event, rule_id), event, now()), now()
    # Names are for who works on the event, as on its own page.
    first = trial.first(as_of) if may_edit(event.organization) else []
    subject, text = trial.letter_to(first[0] if first else None)
    return render_template(
        "reminders/rules/trial.html", event=event, trial=trial, first=first, subject=subject, text=text,
        masked=masked, audience=registry().audiences[trial.rule.audience], is_due=trial.is_due(as_of)), 200


@bp.post("/events/<int:id>/reminders/<int:rule_id>/switch")
@allowed(*EDITORS)
def switch_event_rule(id: int, rule_id: int) -> Page:
    event = get_event(g.actor, id, lock=True)
    rule, act = _get_rule(event, rule_id), request.form.get("act", "")
    if rule.is_enabled and request.form.get("to") != "on":
        rule.switch(False, now())
        arm(rule, registry().kinds["event"], event, now())
        db.session.commit()
        return done(_address(id), _("已停用，没有寄出的不再寄。"))
    rule.switch(True, now())
    due = Trial.of(rule, event, now()).due_now(now())
    if due and act not in (NOW, LATER):
        db.session.rollback()
        return render_template("reminders/rules/asking.html", form=PlainForm(formdata=None), count=due,
                               event=get_event(g.actor, id), address=url_for(
                                   "reminders.switch_event_rule", id=id, rule_id=rule_id)), 200
    _start(rule, event, act)
    db.session.commit()
    return done(_address(id), _("已启用。"))


def _start(rule: ReminderRule, event: Event, act: str) -> None:
    """Those due now are told only where that was asked for."""
    is_due = Trial.of(rule, event, now()).is_due(now())
    if not is_due or act == NOW:
        arm(rule, registry().kinds["event"], event, now())


def _form(**kwargs: object) -> RuleForm:
    return RuleForm(registry().anchors_of("event"), **kwargs)


def _get_rule(event: Event, rule_id: int) -> ReminderRule:
    """:raises NotThere: for a rule of another event, too."""
    rule = db.session.scalars(ReminderRule.of_event(event.id).where(ReminderRule.id == rule_id)).one_or_none()
    if rule is None:
        raise NotThere(_("没有找到这条提醒。"))
    return rule


def _address(id: int) -> str:
    return url_for("reminders.event_rules", id=id)


def _page(event: Event, form: RuleForm) -> Page:
    kept = registry()
    rules = db.session.scalars(ReminderRule.of_event(event.id)).all()
    last = {one.rule_id: one for one in db.session.scalars(Occurrence.of_thing(f"event:{event.id}"))}
    return render_template(
        "reminders/rules/event.html", event=event, rules=rules, last=last, kept=kept, form=form,
        may_edit=may_edit(event.organization)), answer(form)
