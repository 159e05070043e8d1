"""What templates may call: icons, words of kinds and states, dates in the reader's language, QR codes."""

from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import segno
from babel.dates import format_date
from flask import Flask, Response, current_app, request
from flask_babel import Babel, get_locale, lazy_gettext
from lucide import _render_icon
from markupsafe import Markup

from app import assets

LANGUAGES = ("zh", "en")

KINDS = {
    "lecture": ("mic", lazy_gettext("讲座")),
    "campaign": ("megaphone", lazy_gettext("宣传活动")),
    "competition": ("trophy", lazy_gettext("竞赛")),
    "training": ("graduation-cap", lazy_gettext("培训班")),
    "meeting": ("users-round", lazy_gettext("会议")),
    "visit": ("footprints", lazy_gettext("走访")),
    "press": ("newspaper", lazy_gettext("新闻发布")),
    "media": ("clapperboard", lazy_gettext("媒体作品")),
    "deadline": ("flag", lazy_gettext("截止")),
}

# word, icon, tone
STATES = {
    "draft": (lazy_gettext("草稿"), "pencil", "quiet"),
    "submitted": (lazy_gettext("送审中"), "hourglass", "wait"),
    "published": (lazy_gettext("已发布"), "circle-check", "good"),
    "postponed": (lazy_gettext("延期"), "calendar-clock", "wait"),
    "cancelled": (lazy_gettext("已取消"), "ban", "bad"),
    "held": (lazy_gettext("已举办"), "check", "quiet"),
    "closed": (lazy_gettext("已办结"), "award", "quiet"),
}

SECTORS = {
    "E": ("building-2", lazy_gettext("进企业")),
    "I": ("landmark", lazy_gettext("进单位")),
    "C": ("house", lazy_gettext("进社区")),
    "S": ("school", lazy_gettext("进学校")),
    "N": ("globe", lazy_gettext("进网络")),
}


def init_app(app: Flask) -> None:
    assets.init_app(app)
    if "babel" not in app.extensions:
        Babel(app, default_locale="zh", default_timezone=_zone(app).key, locale_selector=language)
    app.after_request(_remember_language)
    app.jinja_env.globals.update(
        icon=icon, qr=qr, KINDS=KINDS, STATES=STATES, SECTORS=SECTORS, language=language, in_language=in_language
    )
    app.jinja_env.filters.update(
        day=day, full_day=full_day, short_day=short_day, weekday=weekday, month_title=month_title,
        clock=clock, span=span, local=local,
    )


@lru_cache(maxsize=256)
def icon(name: str, size: int = 18, css: str = "") -> Markup:
    """A drawing that only accompanies words: screen readers pass over it."""
    classes = f"icon {css}".strip()
    drawn = _render_icon(name, size, aria_hidden="true", focusable="false", **{"class": classes})
    return Markup(" ".join(drawn.split()).replace("> <", "><"))


@lru_cache(maxsize=512)
def qr(text: str, title: str = "", scale: int = 4) -> Markup:
    """A QR code as inline SVG, black on white in every theme, since some scanners fail on the reverse."""
    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", scale=scale, border=3, xmldecl=False, svgns=True, omitsize=True,
        dark="#000", light="#fff", title=title or None, svgclass="qr", lineclass=None,
    )
    return Markup(drawn.getvalue().decode().replace("<svg ", '<svg role="img" ', 1))


# -- language ----------------------------------------------------------------------------------------


def language() -> str:
    """`lang=` in the address, then what was chosen before, then what the browser asks for; Chinese first."""
    for wish in (request.args.get("lang"), request.cookies.get("lang")):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(LANGUAGES, default="zh") or "zh"


def in_language(wish: str) -> str:
    """The address of this very page in another language."""
    arguments = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return f"{request.path}?{urlencode([*arguments, ('lang', wish)])}"


def _remember_language(response: Response) -> Response:
    wish = request.args.get("lang")
    if response.mimetype == "text/html":
        response.vary.update(("Accept-Language", "Cookie"))
        if wish in LANGUAGES and wish != request.cookies.get("lang"):
            response.set_cookie(
                "lang", wish, max_age=31_536_000, samesite="Lax", httponly=True, secure=request.is_secure
            )
    return response


# -- dates -------------------------------------------------------------------------------------------


def local(moment: datetime) -> datetime:
    return moment.astimezone(_zone(current_app))


def day(value: date) -> str:
    """4月16日 周四 / Thu 16 April"""
    return _dated(value, "M月d日 EEE", "EEE d MMMM")


def full_day(value: date) -> str:
    """2026年4月16日（周四） / Thursday 16 April 2026"""
    return _dated(value, "y年M月d日（EEE）", "EEEE d MMMM y")


def short_day(value: date) -> str:
    """4月16日 / 16 Apr"""
    return _dated(value, "M月d日", "d MMM")


def weekday(value: date) -> str:
    return _dated(value, "EEE", "EEE")


def month_title(value: date) -> str:
    return _dated(value, "y年M月", "MMMM y")


def clock(moment: datetime) -> str:
    return local(moment).strftime("%H:%M")


def span(starts: date, ends: date | None = None) -> str:
    """One sentence for start and end, whole days (dates, last day included) or moments alike."""
    if not isinstance(starts, datetime):
        return full_day(starts) if ends in (None, starts) else _joined(full_day(starts), full_day(ends))
    begun = f"{full_day(starts)} {clock(starts)}"
    if not isinstance(ends, datetime):
        return begun
    if local(starts).date() == local(ends).date():
        return f"{begun}–{clock(ends)}"
    return _joined(begun, f"{full_day(ends)} {clock(ends)}")


def _joined(first: str, last: str) -> str:
    return f"{first} – {last}" if _english() else f"{first}至{last}"


def _dated(value: date, chinese: str, english: str) -> str:
    if isinstance(value, datetime):
        value = local(value).date()
    return format_date(value, english if _english() else chinese, locale="en" if _english() else "zh")


def _english() -> bool:
    found = get_locale()
    return found is not None and found.language == "en"


def _zone(app: Flask) -> ZoneInfo:
    return ZoneInfo(app.config.get("TIMEZONE", "Asia/Shanghai"))
