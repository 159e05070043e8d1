"""The filters of a slice, each twice: as SQL on events, and on the keys that a tombstone kept.

A further filter is one function and one entry in `FILTERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.accounts.places import Organization, OrganizationPeriod, Region, RegionLevel
from app.db import db
from app.errors import BadInput
from app.events.models import Event, EventRegion, event_programme, event_task
from app.events.words import EventKind, Part
from app.plans.models import Category, Plan, Sector, Task
from app.plans.programmes import Programme

MOST_WORDS = 10  # each is looked for in six columns, and SQLite bounds the depth of an expression

Condition = ColumnElement[bool]
Keys = Mapping[str, Sequence[str]]


class UnknownValue(BadInput):
    """A value the filter does not know; the sentence names both."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(_("没有“%(value)s”这个%(name)s。", value=value[:40], name=name))


class AmbiguousRegion(UnknownValue):
    """A name that several regions of one level bear; their codes tell them apart."""

    def __init__(self, value: str, regions: Sequence[Region]) -> None:
        BadInput.__init__(self, _("“%(value)s”不止一个，请改用代码：%(codes)s。", value=value,
                                  codes="、".join(region.code for region in regions)))


@dataclass(frozen=True, slots=True)
class Sieve:
    """What one filter lets through."""

    condition: Condition
    keeps: Callable[[Keys], bool]


def keys_of(event: Event) -> dict[str, list[str]]:
    """All that filters can ask of an event, kept beside its entry for the time when it is a draft again."""
    whole = event.parent if event.parent and Part(event.part).follows_parent else None
    tasks = [*event.tasks, *(whole.tasks if whole else ())]
    programmes = [*event.programmes, *(whole.programmes if whole else ())]
    tasks = [task for task in tasks if task.plan.adopted_at]
    return {
        "kind": [event.kind], "sector": [task.category.sector for task in tasks],
        "category": [task.category.code for task in tasks], "task": [task.code for task in tasks],
        "plan": [str(task.plan.year) for task in tasks], "region": [one.region_code for one in event.in_regions],
        "organization": [event.organization.path], "audience": [event.audience],
        "event": [str(event.id)], "parent": [str(id) for id in (event.id, event.parent_id) if id],
        "programme": [str(one.id) for one in programmes],
        "q": [getattr(event, place.key) for place in PLACES],
    }


def region_named(value: str) -> Region:
    """By code, or by name where only one region of the widest level bears it.

    :raises UnknownValue: for none, or several.
    """
    found = db.session.scalars(Region.named(value)).all()
    for level in (RegionLevel.PROVINCE, RegionLevel.CITY, RegionLevel.COUNTY):
        of_level = [region for region in found if region.level == level]
        if len(of_level) == 1:
            return of_level[0]
        if of_level:
            raise AmbiguousRegion(value, of_level)
    raise UnknownValue(_("地区"), value)


def _kinds(values: tuple[str, ...]) -> Sieve:
    _known(values, EventKind, _("类型"))
    return Sieve(Event.kind.in_(values), _among("kind", values))


def _sectors(values: tuple[str, ...]) -> Sieve:
    _known(values, Sector, _("板块"))
    return Sieve(_under_task(Category.sector.in_(values)), _among("sector", values))


def _categories(values: tuple[str, ...]) -> Sieve:
    _known(values, _adopted(Category.code, values), _("类别"))
    return Sieve(_under_task(Category.code.in_(values)), _among("category", values))


def _tasks(values: tuple[str, ...]) -> Sieve:
    _known(values, _adopted(Task.code, values), _("任务"))
    return Sieve(_under_task(Task.code.in_(values)), _among("task", values))


def _plans(values: tuple[str, ...]) -> Sieve:
    years = db.session.scalars(Plan.adopted().with_only_columns(Plan.year)).all()
    _known(values, years, _("计划年份"))
    return Sieve(_under_task(Plan.year.in_([int(value) for value in values])), _among("plan", values))


def _regions(values: tuple[str, ...]) -> Sieve:
    """In the region or below it, or for a region above it: a province-wide event shows in every city."""
    regions = [region_named(value) for value in values]
    stems = tuple(region.stem for region in regions)
    above = {code for region in regions for code in region.above}
    linked = select(EventRegion.event_id).where(or_(
        EventRegion.region_code.in_(sorted(above)),
        *(EventRegion.region_code.startswith(stem) for stem in stems)))
    return Sieve(Event.id.in_(linked), lambda keys: any(
        code in above or code.startswith(stems) for code in keys["region"]))


def _organizations(values: tuple[str, ...]) -> Sieve:
    """The organization and all below it, by its name, an alias, or what it was once called."""
    named = _organization_names()
    _known(values, named, _("单位"))
    ids = frozenset(db.session.scalars(Organization.under(
        frozenset(named[value] for value in values)).with_only_columns(Organization.id)))
    # A tombstone keeps the path of its day; what lies below now is asked of the tree as it is.
    return Sieve(Event.organization_id.in_(sorted(ids)),
                 lambda keys: int(keys["organization"][0].strip("/").rpartition("/")[2]) in ids)


def _organization_names() -> dict[str, str]:
    """Each word that names one, and its path. Today's names win over aliases, aliases over names of old."""
    all_of_them = db.session.scalars(select(Organization).where(Organization.merged_into_id.is_(None))).all()
    named = {period.name: period.organization.path for period in db.session.scalars(
        OrganizationPeriod.of_living().order_by(OrganizationPeriod.until))}
    named |= {name: one.path for one in all_of_them for name in (one.name_en, *one.aliases) if name}
    return named | {one.name: one.path for one in all_of_them}


def _events(values: tuple[str, ...]) -> Sieve:
    """Some events and nothing else, by the number in their pages' addresses."""
    ids = _ever_public(values)
    return Sieve(Event.id.in_(ids), _among("event", tuple(map(str, ids))))


def _parents(values: tuple[str, ...]) -> Sieve:
    """A campaign, series, competition or class, and its parts."""
    ids = _ever_public(values)
    return Sieve(or_(Event.id.in_(ids), and_(Event.parent_id.is_not(None), Event.parent_id.in_(ids))),
                 _among("parent", tuple(map(str, ids))))


def _programmes(values: tuple[str, ...]) -> Sieve:
    """By name, or another name it goes by; a stage belongs where the competition does."""
    named: dict[str, list[int]] = {}
    for one in db.session.scalars(select(Programme).order_by(Programme.id)):
        for word in {one.name, one.name_en, *one.aliases} - {""}:
            named.setdefault(word, []).append(one.id)
    _known(values, named, _("品牌活动"))
    ids = sorted({id for value in values for id in named[value]})
    linked = select(event_programme.c.event_id).where(event_programme.c.programme_id.in_(ids))
    return Sieve(_it_or_its_whole(linked), _among("programme", tuple(map(str, ids))))


def _ever_public(values: tuple[str, ...]) -> list[int]:
    """The ids of what is or was public; a draft is as unknown as what is not there."""
    ids = [int(value) for value in values if value.isascii() and value.isdecimal() and len(value) < 10]
    found = db.session.scalars(select(Event.id).where(Event.id.in_(ids), Event.published_at.is_not(None))).all()
    _known(values, found, _("活动"))
    return sorted(found)


def _audiences(values: tuple[str, ...]) -> Sieve:
    return Sieve(or_(*(Event.audience.icontains(value, autoescape=True) for value in values)),
                 lambda keys: any(_holds(keys["audience"], value) for value in values))


def _words(values: tuple[str, ...]) -> Sieve:
    """Of one value every word, somewhere in what is said of the event."""
    wishes = [value.split() for value in values]
    if sum(map(len, wishes)) > MOST_WORDS:
        raise BadInput(_("搜索的词太多，请最多用 %(count)d 个。", count=MOST_WORDS))
    return Sieve(
        or_(*(and_(*(or_(*(place.icontains(word, autoescape=True) for place in PLACES)) for word in words))
              for words in wishes)),
        lambda keys: any(all(_holds(keys["q"], word) for word in words) for words in wishes))


PLACES: tuple[Any, ...] = (
    Event.title, Event.title_en, Event.description, Event.location, Event.speaker, Event.audience)

FILTERS: Mapping[str, Callable[[tuple[str, ...]], Sieve]] = {
    "kind": _kinds, "sector": _sectors, "category": _categories, "task": _tasks, "plan": _plans,
    "region": _regions, "organization": _organizations, "audience": _audiences, "q": _words,
    "event": _events, "parent": _parents, "programme": _programmes,
}
EXCLUSIONS = {f"not.{name}": name for name in FILTERS}


def one_spelling(name: str, values: tuple[str, ...]) -> tuple[str, ...]:
    """Of what may be called in several ways the one that all of them mean: a region's code, an office's name today.

    :raises UnknownValue: for what nobody knows.
    """
    match EXCLUSIONS.get(name, name):
        case "region":
            values = tuple(region_named(value).code for value in values)
        case "organization":
            named = _organization_names()
            _known(values, named, _("单位"))
            paths = {named[value] for value in values}
            values = tuple(db.session.scalars(select(Organization.name).where(Organization.path.in_(paths))))
        case "event" | "parent":
            values = tuple(str(id) for id in _ever_public(values))
        case "q":
            values = tuple(" ".join(value.split()) for value in values)
    return tuple(sorted(set(values)))


def _known(values: tuple[str, ...], words: Iterable[Any], name: str) -> None:
    good = {str(word) for word in words}
    for value in values:
        if value not in good:
            raise UnknownValue(name, value)


def _adopted(column: Any, values: tuple[str, ...]) -> Sequence[Any]:
    """Which of the codes stand in a plan that is public."""
    codes = select(column).join(Plan, Plan.id == column.class_.plan_id)
    return db.session.scalars(codes.where(Plan.adopted_at.is_not(None), column.in_(values)).distinct()).all()


def _under_task(condition: Condition) -> Condition:
    """Its own task, or its parent's: a stage of a competition belongs where the competition does."""
    linked = (select(event_task.c.event_id).join(Task, Task.id == event_task.c.task_id)
              .join(Category, Category.id == Task.category_id).join(Plan, Plan.id == Task.plan_id)
              .where(Plan.adopted_at.is_not(None), condition))
    return _it_or_its_whole(linked)


def _it_or_its_whole(linked: Select[Any]) -> Condition:
    # Without IS NOT NULL this would be unknown for what has no parent, and `not.` would drop it.
    return or_(Event.id.in_(linked),
               and_(Event.part.is_not(None), Event.part.in_((Part.STAGE.value, Part.SESSION.value)),
                    Event.parent_id.in_(linked)))


def _among(name: str, values: tuple[str, ...]) -> Callable[[Keys], bool]:
    wanted = set(values)
    return lambda keys: not wanted.isdisjoint(keys.get(name, ()))  # older entries have fewer keys


def _holds(texts: Sequence[str], word: str) -> bool:
    return any(word.lower() in text.lower() for text in texts)
