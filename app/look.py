"""What templates may call: icons, words of kinds and states, dates in the reader's language, QR codes."""

from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import segno
from babel.dates import format_date
from flask import Flask, current_app, request
from flask_babel import get_locale
from flask_babel import gettext as _
from lucide import _render_icon
from markupsafe import Markup

from app import assets
from app.events.models import Event
from app.events.words import EventKind, EventState
from app.languages import language
from app.reports import charts, heat

KIND_ICONS = {
    "lecture": "mic", "campaign": "megaphone", "competition": "trophy", "training": "graduation-cap",
    "meeting": "users-round", "visit": "footprints", "press": "newspaper", "media": "clapperboard",
    "deadline": "flag",
}

# icon, tone
STATE_LOOKS = {
    "draft": ("pencil", "quiet"), "submitted": ("hourglass", "wait"), "published": ("circle-check", "good"),
    "postponed": ("calendar-clock", "wait"), "cancelled": ("ban", "bad"), "held": ("check", "quiet"),
    "closed": ("award", "quiet"),
}

SECTOR_ICONS = {"E": "building-2", "I": "landmark", "C": "house", "S": "school", "N": "globe"}


def init_app(app: Flask) -> None:
    assets.init_app(app)
    app.jinja_env.globals.update(
        icon=icon, qr=qr, kind_icon=KIND_ICONS.get, kind_word=kind_word, state_look=STATE_LOOKS.get,
        state_word=state_word, sector_icon=SECTOR_ICONS.get, language=language, in_language=in_language,
        charts=charts, heat=heat,
    )
    app.jinja_env.filters.update(
        day=day, full_day=full_day, short_day=short_day, weekday=weekday, month_title=month_title,
        weekday_long=weekday_long, weekday_narrow=weekday_narrow, month_short=month_short,
        clock=clock, span=span, when=when, local=local, hours=hours, link=link,
        written=charts.written, short_number=charts.short, filesizeformat=size_of_file,
    )


def kind_word(kind: str) -> str:
    return _("截止") if kind == "deadline" else EventKind(kind).label


def state_word(state: str) -> str:
    return EventState(state).label


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


def hours(tenths: int | None) -> str:
    """Credit hours are kept in tenths: 35 is 3.5."""
    return "" if tenths is None else f"{tenths / 10:g}"


def size_of_file(count: float) -> str:
    """302 字节 / 302 B, 4.1 KB, 12.5 MB: thousands, as file managers say it."""
    if count < 1000:
        return _("%(count)d 字节", count=count)
    unit, divisor = next((unit, divisor) for unit, divisor in (("KB", 1e3), ("MB", 1e6), ("GB", 1e9))
                         if unit == "GB" or count < divisor * 999.95)
    return f"{count / divisor:.1f} {unit}"


def link(address: str) -> Markup:
    """Somebody else's page, told nothing of ours."""
    return Markup('<a href="{0}" rel="noopener noreferrer nofollow">{0}</a>').format(address)


# -- language ----------------------------------------------------------------------------------------


def in_language(wish: str) -> str:
    """The address of this very page in another language."""
    arguments = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return f"{request.path}?{urlencode([*arguments, ('lang', wish)])}"


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


def weekday_long(value: date) -> str:
    return _dated(value, "EEEE", "EEEE")


def weekday_narrow(value: date) -> str:
    """一 / Mon: the head of a column"""
    return _dated(value, "EEEEE", "EEE")


def month_short(value: date) -> str:
    return _dated(value, "M月", "MMM")


def month_title(value: date) -> str:
    return _dated(value, "y年M月", "MMMM y")


def clock(moment: datetime) -> str:
    return local(moment).strftime("%H:%M")


def span(starts: date, ends: date | None = None) -> str:
    """One sentence for start and end, whole days (dates, last day included) or moments alike."""
    if not isinstance(starts, datetime):
        return full_day(starts) if ends in (None, starts) else _joined(full_day(starts), _end_day(starts, ends))
    begun, gap = full_day(starts), " " if _english() else ""
    if not isinstance(ends, datetime):
        return f"{begun}{gap}{clock(starts)}"
    if local(starts).date() == local(ends).date():
        return f"{begun}{gap}{clock(starts)}–{clock(ends)}"
    return _joined(f"{begun}{gap}{clock(starts)}", f"{_end_day(starts, ends)}{gap}{clock(ends)}")


def when(event: Event) -> str:
    whole = event.span
    return span(whole.starts_on, whole.ends_on) if event.is_all_day else span(event.starts_at, event.ends_at)


def _end_day(starts: date, ends: date) -> str:
    """The year is said once where both share it; English says it last, so there it stays."""
    if _english() or starts.year != ends.year:
        return full_day(ends)
    return _dated(ends, "M月d日（EEE）", "")


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
