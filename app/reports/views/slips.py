"""Supervision slips: what the system suggests, wording and sending one, and those that came to us."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms import DateField, HiddenField
from wtforms.validators import DataRequired, InputRequired

from app.accounts.access import allowed
from app.accounts.models import Actor, Role
from app.accounts.places import Organization
from app.clock import local_day, now
from app.contact import masked
from app.db import db
from app.errors import NotThere
from app.events.asking import ConsoleForm
from app.events.models import Event
from app.events.views.desk import answer, judged
from app.forms import line, text
from app.legible import number_in
from app.outbox.models import Delivery
from app.reports import letters
from app.reports.returns.month import Month
from app.reports.returns.outstanding import filings
from app.reports.returns.scope import Branch
from app.reports.slips import supervising
from app.reports.slips.findings import Survey, late_returns
from app.reports.slips.slip import SENDERS, SlipCause, SlipState, SupervisionSlip
from app.reports.views.desk import SLIP_LOOKS, acts_as, chosen_office, returns, slips

Page = tuple[str, int] | Response
A_PAGE = 100


class SendingForm(ConsoleForm):
    """What is asked for, and until when."""

    version = HiddenField()
    words = text(_l("要求"), 1000, DataRequired(_l("请写清楚要求做什么。")),
                 description=_l("写清楚要做什么；事实已经列在上面，不用再抄。"))
    due_on = DateField(_l("哪天前办结"), [InputRequired(_l("请定一个日子。"))],
                       invalid_value_message=_l("请写成 2026-04-20 这样的日期。"))


class ClosingForm(ConsoleForm):
    """How a thing ended that the system cannot see."""

    version = HiddenField()
    fact = line(_l("怎么办结的"), 200, DataRequired(_l("请写一句怎么办结的。")),
                description=_l("只在系统看不到结果时用；登记进系统的会自己办结。"))


@slips.get("")
@allowed()
def index() -> str:
    """Those in reach; by side, state and cause."""
    asked = {name: request.args.get(name, "") for name in ("side", "state", "cause")}
    wanted = _narrowed(SupervisionSlip.scoped(g.actor), asked)
    total = db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    page = max(number_in(request.args, "page", 1), 1)
    rows = db.session.scalars(wanted.options(
        joinedload(SupervisionSlip.organization), joinedload(SupervisionSlip.sender))
        .limit(A_PAGE).offset((min(page, 10_000) - 1) * A_PAGE)).all()
    return render_template(
        "reports/slips/index.html", rows=rows, asked=asked, total=total, page=page, pages=-(-total // A_PAGE),
        causes=[(one.value, one.label) for one in SlipCause], states=[(one.value, one.label) for one in SlipState],
        today=local_day(now()), may_prepare=bool(sending_actor().paths), slip_look=SLIP_LOOKS.get,
        cause_word=cause_word, state_word_of=lambda state: SlipState(state).label,
        page_address=lambda number: url_for("slips.index", **{k: v for k, v in asked.items() if v}, page=number))


@slips.get("/<int:id>")
@allowed()
def show(id: int) -> Page:
    slip = _slip(id)
    form = SendingForm(formdata=None)
    form.words.data, form.due_on.data = slip.words or proposed_words(slip), slip.due_on
    return _page(slip, form), 200


@slips.post("/<int:id>/sending")
@allowed(*SENDERS)
def send(id: int) -> Page:
    form = SendingForm()
    if form.validate_on_submit():
        with judged(form):
            slip = _slip(id, lock=True)
            slip.must_be_fresh(form.version.data)
            slip.send(g.actor.person, now(), words=form.words.data or "", due_on=form.due_on.data)
            count = letters.tell_of_slip(slip, now())
            db.session.commit()
            flash(ngettext(
                "已发出，信已写给 %(num)d 个人。",
                "已发出，信已写给 %(num)d 个人。",
                count) if count else _(
                "已发出。这个单位没有留邮箱的经办人或领导，请打印送达。"), "success")
            return redirect(url_for("slips.show", id=id))
    return _page(_slip(id), form), answer(form)


@slips.post("/<int:id>/dropping")
@allowed(*SENDERS)
def drop(id: int) -> Response:
    slip = _slip(id, lock=True)
    slip.must_be_fresh(request.form.get("version"))
    slip.drop(g.actor.person, now())
    db.session.commit()
    flash(_("不发了，这件事不会再提示。"), "success")
    return redirect(url_for("slips.index", side="sent", state=SlipState.PREPARED.value))


@slips.post("/<int:id>/closing")
@allowed(*SENDERS)
def close(id: int) -> Page:
    form = ClosingForm()
    if form.validate_on_submit():
        with judged(form):
            slip = _slip(id, lock=True)
            slip.must_be_fresh(form.version.data)
            slip.close_by_hand(g.actor.person, form.fact.data or "", now())
            db.session.commit()
            flash(_("已办结。"), "success")
            return redirect(url_for("slips.show", id=id))
    return _page(_slip(id), SendingForm(formdata=None), form), answer(form)


@slips.post("/suggestions")
@allowed(*SENDERS)
def suggest() -> Response:
    """Looks again now rather than tomorrow morning."""
    made = 0
    with force_locale("zh"):  # facts are kept in the language of the data
        for root in db.session.scalars(Organization.roots()).all():
            branch = Branch.of(root)
            survey = Survey.of(branch, now())
            mine = frozenset(one.id for one in branch.all if g.actor.reaches(one))
            supervising.settle(branch, survey, now())
            made += len(supervising.suggest(branch, survey.findings, now(), by=mine))
    db.session.commit()
    flash(_("新列出 %(count)d 件，请看过再发。", count=made) if made else _("没有新的。"), "success")
    return redirect(url_for("slips.index", side="sent", state=SlipState.PREPARED.value))


@returns.post("/<month>/slips")
@allowed(*SENDERS)
def prepare_for_late(month: str) -> Response:
    """A slip for each office right below that is late with this month."""
    asked, office = Month.named(month), chosen_office(g.actor)
    branch = Branch.of(office)
    found = late_returns(filings(branch, asked, now()), asked)
    made = supervising.suggest(branch, list(found), now(), by=frozenset({office.id}))
    db.session.commit()
    flash(ngettext(
        "备好 %(num)d 份督办单，看过再发。",
        "备好 %(num)d 份督办单，看过再发。",
        len(made)) if made else _(
        "没有要新备的：迟报的都已经备好，或者归下一级督办。"), "success")
    return redirect(url_for("slips.index", side="sent", cause=SlipCause.RETURN.value))


def sending_actor() -> Actor:
    return acts_as(*(Role(role) for role in SENDERS))


def cause_word(cause: str) -> str:
    return SlipCause(cause).label


def proposed_words(slip: SupervisionSlip) -> str:
    """What is usually asked for; whoever sends it changes it as he likes."""
    return {
        SlipCause.NOTHING_SCHEDULED: _("请定下活动的时间、地点和负责的人，在系统里发布。"),
        SlipCause.BEHIND: _("请说明落后的原因，排出补上的活动，在系统里发布。"),
        SlipCause.FIGURES: _("请登记到场人数，有照片的一并上传。"),
        SlipCause.RETURN: _("请核对活动和人数，报出月报。"),
        SlipCause.MILESTONE: _("请完成这个节点并登记日期和材料；完不成的写明原因和新的日期。"),
    }[SlipCause(slip.cause)]


def link_of(slip: SupervisionSlip) -> tuple[str, str]:
    """Where the fact is made, for the office that got the slip."""
    if slip.cause == SlipCause.RETURN and slip.month:
        return url_for("returns.show", month=Month(slip.month).word, office=slip.organization_id), _("去报月报")
    if slip.event_id:
        return url_for("console.figures", id=slip.event_id), _("去登记人数")
    if slip.task:
        return url_for("console_plans.task", code=slip.task.code, year=slip.task.plan.year), _("打开任务")
    return "", ""


def _narrowed(wanted: Select[SupervisionSlip], asked: Mapping[str, str]) -> Select[SupervisionSlip]:
    if asked["side"] == "received":
        wanted = wanted.where(SupervisionSlip.sent_at.is_not(None),
                              SupervisionSlip.organization_id.in_(own_offices()))
    elif asked["side"] == "sent":
        mine = Organization.under(g.actor.paths).with_only_columns(Organization.id).order_by(None)
        wanted = wanted.where(SupervisionSlip.sender_id.in_(mine))
    if asked["state"] in set(SlipState):
        wanted = wanted.where(SupervisionSlip.state == asked["state"])
    return wanted.where(SupervisionSlip.cause == asked["cause"]) if asked["cause"] in set(SlipCause) else wanted


def own_offices() -> list[int]:
    """Those in which I work or hold a role: what is sent to them is sent to me."""
    person = g.actor.person
    return sorted({person.organization_id, *(grant.organization_id for grant in person.grants)})


def _slip(id: int, *, lock: bool = False) -> SupervisionSlip:
    wanted = SupervisionSlip.scoped(g.actor).where(SupervisionSlip.id == id)
    if lock:
        wanted = wanted.with_for_update(of=SupervisionSlip).execution_options(populate_existing=True)
    else:
        wanted = wanted.options(joinedload(SupervisionSlip.organization), joinedload(SupervisionSlip.sender),
                                joinedload(SupervisionSlip.event).joinedload(Event.organization),
                                joinedload(SupervisionSlip.sent_by))
    found = db.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotThere(_("没有这份督办单，或者它不归您管。"))
    return found


def _page(slip: SupervisionSlip, form: SendingForm, closing: ClosingForm | None = None) -> str:
    closing = closing or ClosingForm(formdata=None)
    form.version.data = closing.version.data = str(slip.version)
    told = db.session.scalars(Delivery.concerning(f"slip:{slip.id}")).all()
    return render_template(
        "reports/slips/slip.html", slip=slip, form=form, closing=closing, today=local_day(now()), letters=told,
        masked=masked, acts=slip.may_be_sent_by(g.actor.person), link=link_of(slip), cause_word=cause_word,
        slip_look=SLIP_LOOKS.get, state_label=SlipState(slip.state).label)
