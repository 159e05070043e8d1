"""The console's month: events, days off and days worked, school terms; and where they are entered."""

from __future__ import annotations

from datetime import date, timedelta

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import InputRequired, Optional

from app.accounts.access import allowed
from app.accounts.models import Actor
from app.accounts.region_names import Regions
from app.clock import local_day, now
from app.db import db
from app.errors import BadInput, NotThere
from app.events.views.desk import own_organization
from app.forms import line
from app.plans.asking import PlanForm, day
from app.plans.views.desk import judged
from app.reminders.views.desk import KEEPERS, Page, answer, as_keeper, bp, done, kept_regions, require_region
from app.reminders.views.month import month_of
from app.workdays.calendar import COUNTRY, Entered
from app.workdays.models import CalendarDay, DayKind, SchoolTerm, TermKind, require_stretch

LONGEST = 31


class RegionalForm(PlanForm):
    """Days of a region that the actor looks after."""

    region = SelectField(_l("地区"), [InputRequired()])
    first = day(_l("第一天"), InputRequired(_l("请填日期。")))
    last = day(_l("最后一天"), Optional(), description=_l("只有一天的不填。"))

    def __init__(self, actor: Actor, *, with_country: bool, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.region.choices = kept_regions(actor, Regions(), with_country=with_country)

    @property
    def stretch(self) -> tuple[date, date]:
        """:raises BadDays: for days the wrong way round."""
        require_stretch(self.first.data, self.last.data or self.first.data)
        return self.first.data, self.last.data or self.first.data


class DayForm(RegionalForm):
    kind = SelectField(_l("休还是班"), [InputRequired()])
    name = line(_l("叫什么"), 40, description=_l("如：彝族年、全省调休上班。"))

    def __init__(self, actor: Actor, **kwargs: object) -> None:
        super().__init__(actor, with_country=True, prefix="day", **kwargs)
        self.kind.choices = [(one.value, one.label) for one in DayKind]

    def enter(self) -> None:
        first, last = self.stretch
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        CalendarDay.enter(self.region.data, {one: Entered(self.kind.data == DayKind.WORK, self.name.data or "")
                                             for one in days}, now())


class TermForm(RegionalForm):
    kind = SelectField(_l("种类"), [InputRequired()])
    name = line(_l("叫什么"), 60, description=_l("如：2026年春季学期、期末考试。"))

    def __init__(self, actor: Actor, **kwargs: object) -> None:
        super().__init__(actor, with_country=False, prefix="term", **kwargs)
        self.kind.choices = [(one.value, one.label) for one in TermKind]

    def enter(self) -> None:
        first, last = self.stretch
        SchoolTerm.planned(self.region.data, TermKind(self.kind.data), self.name.data or "", first, last, now())


@bp.get("/calendar-days")
@allowed()
def calendar_days() -> Page:
    """The month of the actor's own office; every day off and worked of the year below it."""
    return _page(DayForm(as_keeper(), formdata=None), TermForm(as_keeper(), formdata=None))


@bp.post("/calendar-days")
@allowed(*KEEPERS)
def enter_days() -> Page:
    form = DayForm(g.actor)
    if form.validate_on_submit():
        with judged(form):
            form.enter()
            db.session.commit()
            return done(url_for("reminders.calendar_days", month=f"{form.first.data:%Y-%m}"),
                        _("已登记，按新的工作日重新排了期。"))
    return _page(form, TermForm(g.actor, formdata=None))


@bp.post("/calendar-days/<region>/<int:number>/removal")
@allowed(*KEEPERS)
def remove_day(region: str, number: int) -> Page:
    """`number` is the day as the calendar counts days since the year 1."""
    require_region(g.actor, region)
    found = db.session.get(CalendarDay, (region, _day_numbered(number)))
    if found is None:
        raise NotThere(_("这一天没有登记过，或者已经删除。"))
    found.remove(now())
    db.session.commit()
    return done(url_for("reminders.calendar_days", month=f"{found.day:%Y-%m}"), _("已删除，这一天按原来的日历。"))


@bp.post("/calendar-days/terms")
@allowed(*KEEPERS)
def enter_term() -> Page:
    form = TermForm(g.actor)
    if form.validate_on_submit():
        with judged(form):
            form.enter()
            db.session.commit()
            return done(url_for("reminders.calendar_days", month=f"{form.first.data:%Y-%m}"), _("已登记。"))
    return _page(DayForm(g.actor, formdata=None), form)


@bp.post("/calendar-days/terms/<int:id>/removal")
@allowed(*KEEPERS)
def remove_term(id: int) -> Page:
    found = db.session.get(SchoolTerm, id)
    if found is None:
        raise NotThere(_("没有找到这个页面，或者它不对您开放。"))
    require_region(g.actor, found.region)
    month = f"{found.first:%Y-%m}"
    found.discard(now())
    db.session.commit()
    return done(url_for("reminders.calendar_days", month=month), _("已删除。"))


def _page(day_form: DayForm, term_form: TermForm) -> Page:
    known, actor = Regions(), as_keeper()
    own = own_organization(g.actor).region
    today = local_day(now())
    first = _month_asked(today)
    names = {one.code: known.label(one) for one in known.all} | {COUNTRY: _("全国")}
    form = next((one for one in (day_form, term_form) if one.errors), day_form)
    return render_template(
        "reminders/days/calendar.html", day_form=day_form, term_form=term_form, form=form, own=own, names=names,
        today=today, keeps=bool(actor.paths), kept=dict(kept_regions(actor, known)) if actor.paths else {},
        **month_of(first, today, own)), answer(form)


def _month_asked(today: date) -> date:
    """:raises BadInput: for what is no month."""
    said = request.args.get("month", "")
    if not said:
        return today.replace(day=1)
    try:
        first = date.fromisoformat(f"{said}-01")
    except ValueError as error:
        raise BadInput(_("月份要写成 2026-04 这样。")) from error
    if not 1971 <= first.year <= 2199:
        raise BadInput(_("年份要在 1971 到 2199 之间。"))
    return first


def _day_numbered(number: int) -> date:
    """:raises NotThere: for what is no day."""
    if not 1 <= number <= date.max.toordinal():
        raise NotThere(_("没有找到这个页面，或者它不对您开放。"))
    return date.fromordinal(number)
