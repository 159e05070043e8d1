"""An event in the words of a calendar: the one place where feeds, downloads and letters get their entry from."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from app.accounts.places import Region
from app.events.models import Event
from app.events.words import EventKind, EventState
from app.plans.models import Sector, Task
from calendars.entry import Entry, Status
from calendars.errors import UnusableUri
from calendars.uris import MEETING, absolute

# Kept here and not in the catalogue: feeds promise the same bytes whatever is translated later.
CANCELLED = {"zh": "【已取消】", "en": "[Cancelled] "}
POSTPONED = {"zh": "【延期】", "en": "[Postponed] "}


def entry_of(event: Event, language: str, base_url: str, *, for_enrolled: bool = False) -> Entry:
    """The entry of `event` in `language`. Where one enrols first, the link to join stands only in the
    entry `for_enrolled`: tickets and letters, never a public feed."""
    with force_locale(language):
        link = event.online_url if for_enrolled or not _enrols_first(event) else ""
        starts, ends = (event.span.starts_on, event.span.ends_on) if is_told_in_days(event) else (
            event.starts_at, event.ends_at)
        status = status_of(event)
        return Entry(
            uid=event.ical_uid, sequence=event.sequence, stamp=event.revised_at, created=event.created_at,
            starts=starts, ends=ends, zone=event.zone, summary=summary_of(event, language), status=status,
            is_transparent=is_told_in_days(event) or event.kind == EventKind.MEDIA
            or event.state == EventState.POSTPONED or status is Status.CANCELLED,
            description=_description(event, language, link, base_url), location=_location(event, language, link),
            url=f"{base_url}/events/{event.id}", contact=event.contact, conference=_conference(link),
            categories=_categories(event, language),
            related_to=(event.parent.ical_uid,) if event.parent else ())


def status_of(event: Event) -> Status:
    """What was public and is no more counts as cancelled: a reader who has it must hear of it."""
    if event.state == EventState.CANCELLED or (event.published_at and (event.deleted_at or not event.is_public)):
        return Status.CANCELLED
    if event.state == EventState.POSTPONED or not event.is_public:
        return Status.TENTATIVE
    return Status.CONFIRMED


def summary_of(event: Event, language: str) -> str:
    if status_of(event) is Status.CANCELLED:
        return CANCELLED[language] + event.titled(language)
    if event.state == EventState.POSTPONED:
        return POSTPONED[language] + event.titled(language)
    return event.titled(language)


def spans_its_parts(event: Event) -> bool:
    """A campaign, or a parent whose parts carry the hours: whole days that leave readers' time free."""
    return (event.kind == EventKind.CAMPAIGN and event.part is None) or bool(event.shown_parts)


def is_told_in_days(event: Event) -> bool:
    return event.is_all_day or spans_its_parts(event)


def _enrols_first(event: Event) -> bool:
    follows = event.parent is not None and event.part in ("stage", "session")
    return event.takes_enrolments or bool(follows and event.parent and event.parent.takes_enrolments)


def _description(event: Event, language: str, link: str, base_url: str) -> str:
    facts = [
        (_("原定时间：%(text)s"), _announced_before(event)),
        (_("原因：%(text)s"), event.reason),
        ("%(text)s", event.description),
        (_("主讲：%(text)s"), event.speaker),
        (_("对象：%(text)s"), event.audience),
        (_("主办：%(text)s"), event.organization.called(language)),
        (_("线上参加：%(text)s"), link),
        (_("详情：%(text)s"), f"{base_url}/events/{event.id}"),
    ]
    return "\n".join(words % {"text": text} for words, text in facts if text)


def _announced_before(event: Event) -> str:
    """When it was to begin before it was moved, as its page and the letters say: a reader's calendar shows only when
    it is now. In figures, which read alike in both languages."""
    before = event.announced_starts_at
    if before is None or before == event.starts_at or event.state != EventState.PUBLISHED:
        return ""
    return f"{before.astimezone(ZoneInfo(event.zone)):{'%Y-%m-%d' if is_told_in_days(event) else '%Y-%m-%d %H:%M'}}"


def _location(event: Event, language: str, link: str) -> str:
    """With its city, for a reader's map knows more than one 会议中心."""
    if not event.location:
        names = [region.called(language) for region in _regions(event)]
        return (link or _("线上")) if event.online_url else _("、").join(names)
    place, regions = event.location, event.regions
    if len(regions) == 1 and regions[0].short_name not in place and regions[0].name_en not in place:
        place = f"{place}, {regions[0].name_en}" if language == "en" else f"{regions[0].name} {place}"
    return _("%(place)s（同时线上）", place=place) if event.online_url else place


def _conference(link: str) -> str:
    """Only what programs can open; anything else stays in the description as text."""
    try:
        return absolute(link, MEETING) if link else ""
    except UnusableUri:
        return ""


def _categories(event: Event, language: str) -> tuple[str, ...]:
    # In the order in which the database gives them, whoever set them last: equal contents have equal bytes.
    tasks = sorted(event.tasks or (event.parent.tasks if event.parent else []), key=lambda task: task.position)
    return (*(Sector(task.category.sector).label for task in tasks), *_names(tasks, language),
            EventKind(event.kind).label, *(region.called(language) for region in _regions(event)))


def _regions(event: Event) -> list[Region]:
    return sorted(event.regions, key=lambda region: region.code)


def _names(tasks: list[Task], language: str) -> list[str]:
    return [name for task in tasks for name in (task.category.called(language), task.called(language))]
