"""What the filters of a page offer: a few for most, and every filter with all its values for who wants more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.places import Organization, Region
from app.db import db
from app.events.models import Event
from app.events.words import EventKind
from app.feeds.slices import Slice, value_word
from app.languages import language
from app.plans.models import Category, Plan, Sector, Task
from app.plans.programmes import Programme


def choices() -> dict[str, Any]:
    """Kinds, sectors, cities, and the tasks of the newest plan."""
    plan = db.session.scalars(Plan.adopted().limit(1)).one_or_none()
    return {"kinds": list(EventKind), "sectors": list(Sector), "regions": db.session.scalars(Region.cities()).all(),
            "tasks": db.session.scalars(Task.of_plan(plan)).all() if plan else []}


def programmes() -> list[Programme]:
    """The names under which something is held, for the page on which there is room to choose one."""
    return list(db.session.scalars(Programme.in_order()))


@dataclass(frozen=True, slots=True)
class Offer:
    """One filter: its values to tick, wanted or unwanted, each with what people call it. `words`: more are typed."""

    name: str
    label: str
    values: tuple[tuple[str, str], ...] = ()
    words: bool = False

    @property
    def unwanted(self) -> str:
        return f"not.{self.name}"


def is_plain(chosen: Slice, few: dict[str, Any], named: Iterable[Programme]) -> bool:
    """Whether the short form can say it: of each of its lists one value that stands there, and nothing excluded.

    `few`, `named`: what its lists offer, as `choices` and `programmes` give them.
    """
    listed = {
        "region": {word for one in few["regions"] for word in (one.short_name, one.code, one.name)},
        "sector": {one.value for one in few["sectors"]}, "task": {one.code for one in few["tasks"]},
        "programme": {one.name for one in named}}
    return not any(name.startswith("not.") or (name in listed and (len(values) > 1 or not listed[name].issuperset(
        values))) for name, values in chosen.chosen)


def every_filter(chosen: Slice) -> list[Offer]:
    """In a bounded number of queries; what is chosen already stands among the values, whatever it is."""
    plan, spoken = db.session.scalars(Plan.adopted().limit(1)).one_or_none(), language()
    categories = db.session.scalars(select(Category).where(Category.plan_id == plan.id).order_by(
        Category.code)).all() if plan else []
    tasks = db.session.scalars(Task.of_plan(plan)).all() if plan else []
    offices = db.session.scalars(select(Organization).where(
        Organization.id.in_(Event.public().with_only_columns(Event.organization_id).distinct())).order_by(
        Organization.path)).all()
    regions = db.session.scalars(Region.cities()).all()
    offers = [
        Offer("region", _("地区"), _pairs((one.short_name, one.called(spoken)) for one in regions)),
        Offer("kind", _("类型"), _pairs((one.value, one.label) for one in EventKind)),
        Offer("sector", _("板块"), _pairs((one.value, one.label) for one in Sector)),
        Offer("category", _("类别"), _pairs((one.code, f"{one.code} {one.called(spoken)}") for one in categories)),
        Offer("task", _("计划任务"), _pairs((one.code, f"{one.code} {one.called(spoken)}") for one in tasks)),
        Offer("plan", _("计划年份"), _pairs((str(year), str(year)) for year in db.session.scalars(
            Plan.adopted().with_only_columns(Plan.year).distinct().order_by(None).order_by(Plan.year)))),
        Offer("programme", _("品牌活动"), _pairs((one.name, one.called(spoken)) for one in programmes())),
        Offer("organization", _("单位（含下级）"), _pairs((one.name, one.called(spoken)) for one in offices)),
        Offer("parent", _("整个系列、比赛或宣传周（活动编号）"), words=True),
        Offer("event", _("单场活动（活动编号）"), words=True),
        Offer("audience", _("对象"), words=True),
        Offer("q", _("词"), words=True)]
    return [Offer(one.name, one.label, _with_chosen(one, chosen), one.words) for one in offers]


def _pairs(values: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(values)


def _with_chosen(offer: Offer, chosen: Slice) -> tuple[tuple[str, str], ...]:
    there = {value for value, _label in offer.values}
    more = {*chosen.values(offer.name), *chosen.values(offer.unwanted)} - there
    return (*offer.values, *((value, value_word(offer.name, value)) for value in sorted(more)))
