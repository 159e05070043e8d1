"""Who publishes alone and who submits: the rules of the offices in an administrator's reach."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import SelectField
from wtforms.validators import InputRequired

from app.accounts.access import allowed
from app.accounts.places import Organization
from app.clock import now
from app.db import db
from app.errors import NotThere
from app.events.approval import LEVELS, PublishingRule, Reviewer, undecided
from app.events.asking import ConsoleForm
from app.events.unreviewed import gaps_among
from app.events.views.desk import bp, judged
from app.events.words import EventKind
from app.forms import PlainForm

Page = tuple[str, int] | Response

ALL = "all"
MOST_GAPS = 3  # told on saving; the page names the others


class RuleForm(ConsoleForm):
    """For whom, for what, and who agrees."""

    organization = SelectField(_l("单位（连同下级）"), [InputRequired()], coerce=int)
    level = SelectField(_l("其中"), [InputRequired()])
    kind = SelectField(_l("活动类型"), [InputRequired()])
    reviewer = SelectField(_l("怎么发布"), [InputRequired()])

    def offer(self, offices: list[Organization]) -> None:
        self.organization.choices = [(one.id, "　" * (one.path.count("/") - 2) + one.name) for one in offices]
        self.level.choices = [(ALL, _("所有单位"))] + [(level.value, level_word(level.value)) for level in LEVELS]
        self.kind.choices = [(ALL, _("所有类型"))] + [(kind.value, kind.label) for kind in EventKind]
        self.reviewer.choices = [(one.value, one.label) for one in (Reviewer.PARENT, Reviewer.ROOT, Reviewer.SELF)]


def level_word(level: str) -> str:
    return {"city": _("市州级单位"), "county": _("区县级单位")}.get(level, _("所有单位"))


@bp.get("/admin/publishing")
@allowed("administrator")
def publishing() -> Page:
    form, offices = _form()
    return _page(form, offices), 200


@bp.post("/admin/publishing")
@allowed("administrator")
def lay_down_rule() -> Page:
    """A new rule, or another answer of one that is there."""
    form, offices = _form()
    if form.validate_on_submit():
        with judged(form):
            office = next(one for one in offices if one.id == form.organization.data)
            kind, level = ("" if word == ALL else word for word in (form.kind.data, form.level.data))
            PublishingRule.lay_down(office, kind=kind, level=level, reviewer=Reviewer(form.reviewer.data),
                                    by=g.actor.person, as_of=now())
            db.session.commit()
            flash(_("已保存，从现在起按新的规则发布。"), "success")
            for gap in gaps_among(offices)[:MOST_GAPS]:
                flash(gap.sentence, "warning")
            return redirect(url_for("console.publishing"))
    return _page(form, offices), form.status


@bp.post("/admin/publishing/decision")
@allowed("administrator")
def decide_to_publish_alone() -> Response:
    """That everybody publishes alone stays, but now somebody has said so."""
    for office, level in undecided(g.actor):
        PublishingRule.lay_down(office, kind="", level=level, reviewer=Reviewer.SELF, by=g.actor.person, as_of=now())
    db.session.commit()
    flash(_("记下了：下级单位自己发布，不用审核。"), "success")
    return redirect(url_for("console.publishing"))


@bp.post("/admin/publishing/<int:id>/removal")
@allowed("administrator")
def lift_rule(id: int) -> Response:
    inside = Organization.under(g.actor.paths).with_only_columns(Organization.id).order_by(None)
    rule = db.session.scalars(PublishingRule.within(g.actor.paths).where(
        PublishingRule.id == id, PublishingRule.organization_id.in_(inside))).one_or_none()
    if rule is None:
        raise NotThere(_("没有找到这条规则，或者它不归您管。"))
    rule.lift(g.actor.person, now())
    db.session.commit()
    flash(_("规则已去掉。"), "success")
    return redirect(url_for("console.publishing"))


def _form() -> tuple[RuleForm, list[Organization]]:
    form, offices = RuleForm(), _offices()
    form.offer(offices)
    return form, offices


def _offices() -> list[Organization]:
    return list(db.session.scalars(Organization.open_under(g.actor.paths)))


def _page(form: RuleForm, offices: list[Organization]) -> str:
    rules = [one for one in db.session.scalars(PublishingRule.within(g.actor.paths))
             if one.organization.closed_at is None]
    return render_template("console/review/rules.html", form=form, rules=rules, level_word=level_word,
                           gaps=gaps_among(offices), undecided=undecided(g.actor), plain=PlainForm(),
                           reviewer_word=lambda word: Reviewer(word).label, mine={one.id for one in offices})
