"""What the staff is reminded of about an event: it starts, sign-up closes, it is over, its figures are due."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import force_locale, format_date, get_locale
from flask_babel import gettext as _

from app.accounts.notes import Fact, letter, plain, spoken
from app.events.asking import office_zone
from app.events.models import Event
from app.outbox.letter import Letter, giving_way

STARTING, ENDED = "events.starting", "events.ended"
SIGNUP_CLOSING, FIGURES_DUE = "events.signup_closing", "events.figures_due"


def starting(event: Event, rule: Any, language: str) -> Letter:
    with force_locale(spoken(language)):
        return _about(STARTING, event, language, _("快开始了：%(title)s", title=giving_way(_title(event, language))),
                      [_("这个活动快开始了，请看看场地、人员和材料是不是齐了。")], "", _("打开活动"))


def ended(event: Event, rule: Any, language: str) -> Letter:
    with force_locale(spoken(language)):
        return _about(ENDED, event, language, _("已结束：%(title)s", title=giving_way(_title(event, language))),
                      [_("这个活动已经结束。照片、材料和总结趁早放进来。")], "", _("打开活动"))


def signup_closing(event: Event, rule: Any, language: str) -> Letter:
    with force_locale(spoken(language)):
        closes = _moment(event.signup_ends_at)
        return _about(SIGNUP_CLOSING, event, language,
                      _("报名快截止：%(title)s，%(when)s", title=giving_way(_title(event, language)), when=closes),
                      [_("报名在%(when)s截止。", when=closes),
                       _("人数以活动页上的为准；没有报满的，可以再通知一次。")], "", _("看报名的人"))


def figures_due(event: Event, rule: Any, language: str) -> Letter:
    with force_locale(spoken(language)):
        return _about(FIGURES_DUE, event, language,
                      _("请登记人数：%(title)s", title=giving_way(_title(event, language))),
                      [_("这个活动已经结束，人数还没有登记；登记并确认以后才计入任务。")], "/figures", _("登记人数"))


def _about(name: str, event: Event, language: str, subject: str, sentences: list[str], page: str, act: str) -> Letter:
    facts = [Fact(_title(event, language), f"{_day_or_moment(event)} {plain(event.location)}".strip())]
    return letter(name, language, subject, sentences, facts, (act, f"/console/events/{event.id}{page}"),
                  _("这个活动归您办理，或者和您的单位有关，所以收到这封信。"))


def _title(event: Event, language: str) -> str:
    return plain(event.titled(spoken(language)))


def _day_or_moment(event: Event) -> str:
    """Whole days have no hour."""
    if not event.is_all_day:
        return _moment(event.starts_at)
    first, last = _dated(event.span.starts_on), _dated(event.span.ends_on)
    return first if first == last else f"{first} – {last}"


def _moment(moment: datetime) -> str:
    local = moment.astimezone(office_zone())
    return f"{_dated(local.date())} {local:%H:%M}"


def _dated(day: date) -> str:
    return format_date(day, "EEE d MMMM" if str(get_locale())[:2] == "en" else "M月d日 EEE")
