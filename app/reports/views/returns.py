"""“My unit this month”: what was held, what is missing, a few words; filing it, and deciding on it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload
from werkzeug.wrappers import Response
from wtforms import HiddenField
from wtforms.validators import DataRequired

from app.accounts.access import allowed
from app.accounts.models import Role
from app.accounts.places import Organization, Region
from app.clock import local_day, now
from app.db import db
from app.errors import NotThere
from app.events.asking import ConsoleForm
from app.events.views.desk import EDITORS, answer, judged, may_edit
from app.forms import line, text
from app.languages import language
from app.plans.standing import Standing
from app.reports import letters
from app.reports.returns.deadlines import due_days, due_on, return_days
from app.reports.returns.figures import MonthFigures, by_kind, by_task, corrections
from app.reports.returns.gathering import gather
from app.reports.returns.month import Month
from app.reports.returns.monthly import MonthlyReturn, StaleReturn
from app.reports.returns.outstanding import Filing, asked_months
from app.reports.returns.scope import Branch, decides_on, files, filing_office_of, may_decide
from app.reports.views.desk import RETURN_LOOKS, acts_as, chosen_office, offices_in_reach, returns

Page = tuple[str, int] | Response
MONTHS_SHOWN = 12


class ReturnForm(ConsoleForm):
    """A few words; the figures are not typed. `seen` tells which ones the page showed."""

    version = HiddenField()
    seen = HiddenField()
    words = text(_l("本月情况"), 3000, description=_l("几句话：办得怎样，有什么亮点。"))
    problems = text(_l("问题和打算"), 3000, description=_l("遇到的困难，下个月怎么办；没有就不写。"))

    def open_on(self, found: MonthlyReturn | None, figures: MonthFigures) -> None:
        """As the page shows them; shown again after a refusal, what was typed can be sent after a look."""
        if not self.is_submitted() or self.status == StaleReturn.status:
            self.version.data, self.seen.data = str(found.version if found else 0), figures.digest

    def must_have_seen(self, figures: MonthFigures) -> None:
        if self.seen.data != figures.digest:
            raise StaleReturn(_("数字刚才变了，请看一遍新的数字再报。您写的话还在。"))


class ReasonForm(ConsoleForm):
    """Why a return goes back."""

    version = HiddenField()
    reason = line(_l("退回的原因"), 300, DataRequired(_l("退回要写原因。")),
                  description=_l("缺什么、改什么。报的人会收到信。"))


@returns.get("")
@allowed()
def index() -> str:
    """One office's last twelve months as far as it is asked for them, and what waits for me."""
    as_of, office = now(), chosen_office(g.actor)
    months = [Month.of(as_of)]
    while len(months) < MONTHS_SHOWN:
        months.append(months[-1].previous)
    found = {one.of: one for one in db.session.scalars(select(MonthlyReturn).where(
        MonthlyReturn.organization_id == office.id, MonthlyReturn.month >= months[-1].first)
        .options(defer(MonthlyReturn.figures)))}
    day = return_days([office])[office.id]
    asked = asked_months(office, months)
    rows = [(month, Filing(office, due_on(month, day), found.get(month), local_day(as_of))) for month in months
            if month in asked or month in found or month == months[0]]
    return render_template("reports/returns/index.html", unit=office, rows=rows, offices=offices_in_reach(g.actor),
                           teller=filing_office_of(office), waiting=waiting(), last=months[1],
                           return_look=RETURN_LOOKS.get)


def waiting() -> Sequence[MonthlyReturn]:
    """Returns that are mine to decide."""
    reviewer = acts_as(Role.REVIEWER)
    if not reviewer.paths:
        return []
    rows = db.session.scalars(MonthlyReturn.waiting_for(reviewer).options(
        defer(MonthlyReturn.figures), joinedload(MonthlyReturn.organization).joinedload(Organization.parent)))
    return [one for one in rows if may_decide(g.actor.person, one.organization)]


@returns.get("/<month>")
@allowed()
def show(month: str) -> Page:
    asked, office = Month.named(month), chosen_office(g.actor)
    found = MonthlyReturn.find(office, asked)
    if found is None and not files(office):
        return render_template("reports/returns/unit.html", unit=office, month=asked,
                               teller=filing_office_of(office)), 200
    form = ReturnForm(formdata=None)
    if found:
        form.words.data, form.problems.data = found.words, found.problems
    return _page(office, asked, found, form), 200


@returns.post("/<month>")
@allowed(*EDITORS)
def write(month: str) -> Page:
    """Keeps the draft, or files it."""
    asked, office, form = Month.named(month), chosen_office(g.actor), ReturnForm()
    if form.validate_on_submit():
        with judged(form):
            return _written(office, asked, form)
    office = chosen_office(g.actor)  # what was refused is rolled back
    return _page(office, asked, MonthlyReturn.find(office, asked), form), answer(form)


def _written(office: Organization, month: Month, form: ReturnForm) -> Response:
    filed = MonthlyReturn.ensure(office, month)
    filed.must_be_fresh(form.version.data)
    words = {"words": form.words.data or "", "problems": form.problems.data or ""}
    if request.form.get("then") == "retake":  # filed meanwhile; what was typed becomes the draft
        filed.take_back(now())
    if request.form.get("then") != "submit":
        filed.write(now(), **words)
        return _done(filed, _("已存，还没有报。"))
    figures = gather(Branch.of(office), office, month, now())
    form.must_have_seen(figures)
    filed.submit(figures, g.actor.person, now(), **words)
    return _done(filed, _("已报。数字定下来了，以后的更正会另外标出。"))


@returns.post("/<int:id>/retraction")
@allowed(*EDITORS)
def take_back(id: int) -> Response:
    filed = _filed(id)
    filed.take_back(now())
    return _done(filed, _("已撤回，可以改了。改好记得再报。"))


@returns.post("/<int:id>/approval")
@allowed("reviewer")
def approve(id: int) -> Page:
    filed, form = _filed(id), ReasonForm(formdata=None)
    with judged(form):
        filed.must_be_fresh(request.form.get("version"), _(
            "您打开以后，这份月报有了变动，没有通过。请看现在的内容再定。"))
        filed.approve(g.actor.person, now())
        return _done(filed, _("已通过，计入汇总。"))
    filed = _filed(id)
    return _page(filed.organization, filed.of, filed, ReturnForm(formdata=None), form), answer(form)


@returns.post("/<int:id>/return")
@allowed("reviewer")
def send_back(id: int) -> Page:
    filed, form = _filed(id), ReasonForm()
    if form.validate_on_submit():
        with judged(form):
            filed.must_be_fresh(form.version.data)
            filed.send_back(g.actor.person, now(), form.reason.data or "")
            letters.tell_returned(filed, now())
            return _done(filed, _("已退回，报的人会收到信。"))
    filed = _filed(id)
    return _page(filed.organization, filed.of, filed, ReturnForm(formdata=None), form), answer(form)


def _filed(id: int) -> MonthlyReturn:
    found = db.session.scalars(MonthlyReturn.scoped(g.actor).where(MonthlyReturn.id == id).with_for_update(
        of=MonthlyReturn).execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotThere(_("没有这份月报，或者它不归您管。"))
    return found


def _done(filed: MonthlyReturn, sentence: str) -> Response:
    db.session.commit()
    flash(sentence, "success")
    return redirect(url_for("returns.show", month=filed.of.word, office=filed.organization_id))


def _page(office: Organization, month: Month, found: MonthlyReturn | None, form: ReturnForm,
          reason: ReasonForm | None = None) -> str:
    as_of = now()
    live = gather(Branch.of(office), office, month, as_of)
    frozen = found.frozen if found and found.is_filed else None
    figures = frozen or live
    form.open_on(found, live)
    reason = reason or ReasonForm(formdata=None)
    reason.version.data = str(found.version if found else 0)
    return render_template(
        "reports/returns/month.html", unit=office, month=month, found=found, figures=figures, live=live,
        corrections=corrections(frozen.all, live.all) if frozen else [], by_task=by_task(figures.held),
        by_kind=by_kind(figures.held), regions=_names(figures.regions), may_write=may_edit(office), form=form,
        filing=Filing(office, due_days([office], month)[office.id], found, local_day(as_of)),
        is_over=month.is_over(as_of), above=decides_on(office), decides=may_decide(g.actor.person, office),
        reason=reason, keeps_words=request.endpoint == "returns.write",
        offices=offices_in_reach(g.actor), has_next=month.next.first <= local_day(as_of),
        step_word=lambda word: Standing(word).step, return_look=RETURN_LOOKS.get)


def _names(codes: list[str]) -> list[str]:
    rows = db.session.scalars(select(Region).where(Region.code.in_(codes)).order_by(Region.code))
    return [one.called(language()) for one in rows]
