"""The public board: `/` as month or list, an event, a campaign."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NoReturn

from flask import Blueprint, current_app, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from app.accounts.access import public
from app.accounts.places import Region
from app.clock import now
from app.db import db
from app.errors import BadInput, NotThere
from app.events.board import Seats, deadlines, entries, local_day, open_for_signup
from app.events.figures import Photo
from app.events.models import Event
from app.events.month import by_day, month_grid
from app.events.span import midnight
from app.events.structured import as_json_ld
from app.events.views.photos import sent
from app.events.words import EventKind, EventState, Part
from app.feeds.announced import announced, gone, is_told_until
from app.feeds.choices import choices
from app.feeds.slices import Slice, UnknownValue, Window, public_in
from app.languages import language
from app.legible import number_in
from app.plans.models import Task
from app.signup.queries import seats_taken

bp = Blueprint("board", __name__)

PAGE_WORDS = ("view", "on", "page", "past", "lang", "size")
A_PAGE = 50


@bp.get("/")
@public
def calendar() -> str:
    """Month or list of the slice in the query."""
    return shown(Slice.of(request.args, also=PAGE_WORDS))


def shown(wanted: Slice) -> str:
    """The slice's page."""
    zone = current_app.config["TIMEZONE"]
    today = local_day(now(), zone)
    view = "list" if request.args.get("view") == "list" else "month"
    on = _day(request.args.get("on"), today)
    mistake = ""
    try:
        wanted.condition()
    except UnknownValue as error:
        wanted, mistake = Slice(), error.sentence
    parts = _list(wanted, on, today, zone) if view == "list" else _month(wanted, on, today, zone)
    return render_template("events/calendar.html", slice=wanted, view=view, on=on, today=today, mistake=mistake,
                           address=_address, site=current_app.config["BASE_URL"],
                           subscribe="/subscribe" + (f"?{wanted.query()}" if wanted.chosen else ""),
                           choices=choices(), **parts)


def _month(wanted: Slice, on: date, today: date, zone: str) -> dict[str, Any]:
    first = on.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    monday = first - timedelta(days=first.weekday())
    sunday = following + timedelta(days=(7 - following.weekday()) % 7)
    touching = public_in(wanted, Window(monday, sunday), zone)
    events = db.session.scalars(touching.options(joinedload(Event.parent), selectinload(Event.in_regions))).all()
    seats, as_of, lang = seats_taken([one.id for one in events if one.takes_enrolments]), now(), language()
    shown = entries(events, seats, as_of, lang)
    inside = [one for one in events if one.span.starts_on < following and one.span.ends_on >= first
              and one.state not in (EventState.CANCELLED, EventState.POSTPONED)
              and not (one.part and Part(one.part).follows_parent)]
    due = deadlines(events, lang)
    listed = [one for one in shown + due if one.starts_on < following and one.ends_on >= first]
    open_ones = open_for_signup(inside, seats, as_of)
    ahead = [one for one in open_ones if one.starts_at > as_of]
    return {
        "weeks": month_grid(first, shown + due), "days": by_day(listed, since=first),
        "first": first, "earlier": (first - timedelta(days=1)).replace(day=1), "later": following,
        "total": len(inside), "open_count": len(open_ones), "next_event": ahead[0] if ahead else None,
        "next_seats": Seats(seats.get(ahead[0].id, 0), ahead[0].capacity) if ahead else None,
        "campaign": _campaign_soon(today, zone),
    }


def _list(wanted: Slice, on: date, today: date, zone: str) -> dict[str, Any]:
    window = Window.around(today)
    page = number_in(request.args, "page", 1)
    if page < 1 or page > 10_000:
        raise BadInput(_("没有这一页。"))
    start, is_past = max(on, window.first), "past" in request.args
    every = public_in(wanted, window, zone)
    over = every.where(Event.ends_at <= midnight(start, zone))
    events = over.order_by(None).order_by(Event.starts_at.desc(), Event.ical_uid.desc()) if is_past else every.where(
        Event.ends_at > midnight(start, zone))
    count, over_count = (db.session.scalar(select(func.count()).select_from(
        rows.order_by(None).subquery())) or 0 for rows in (events, over))
    rows = db.session.scalars(events.options(joinedload(Event.parent), selectinload(Event.in_regions))
                              .limit(A_PAGE).offset((page - 1) * A_PAGE)).all()
    seats = seats_taken([one.id for one in rows if one.takes_enrolments])
    days = by_day(entries(rows, seats, now(), language()), since=None if is_past else start)
    return {"days": days[::-1] if is_past else days, "count": count, "page": page, "pages": -(-count // A_PAGE),
            "window": window, "start": start, "is_past": is_past, "over_count": over_count}


@bp.get("/events/<int:id>")
@public
def show(id: int) -> str | tuple[str, int]:
    """One event, whatever its kind."""
    event = db.session.scalars(Event.public().where(Event.id == id).options(
        joinedload(Event.organization), joinedload(Event.parent), selectinload(Event.in_regions),
        selectinload(Event.tasks).joinedload(Task.category), selectinload(Event.parts).selectinload(
            Event.in_regions), selectinload(Event.hosts), selectinload(Event.programmes),
        selectinload(Event.photos), joinedload(Event.figures))).unique().one_or_none()
    if event is None:
        return _withdrawn(Event.id == id) or _nowhere(_("没有找到这个活动，或者它还没有发布。"))
    as_of, address = now(), current_app.config["BASE_URL"] + url_for("board.show", id=id)
    enrols_at = event.parent if event.parent and not event.takes_enrolments else event
    taken = seats_taken([enrols_at.id]).get(enrols_at.id, 0)
    return render_template("events/event.html", event=event, as_of=as_of, seats=Seats(taken, enrols_at.capacity),
                           enrols_at=enrols_at, parts=[one for one in event.parts if one.is_public],
                           address=address, image=_image(event), json_ld=as_json_ld(event, language(), address))


@bp.get("/campaigns/<slug>")
@public
def campaign(slug: str) -> str | tuple[str, int]:
    """A campaign's page: its items by day, and the cities they are in."""
    event = db.session.scalars(Event.public().where(
        Event.slug == slug, Event.kind == EventKind.CAMPAIGN.value).options(
        joinedload(Event.organization), selectinload(Event.in_regions),
        selectinload(Event.tasks).joinedload(Task.category))).one_or_none()
    if event is None:
        return _withdrawn(Event.slug == slug) or _nowhere(_("没有找到这个宣传周，或者它还没有发布。"))
    items = db.session.scalars(Event.public().where(Event.parent_id == event.id).options(
        selectinload(Event.in_regions)).order_by(Event.starts_at, Event.id)).all()
    city = request.args.get("region", "")
    cities = _by_city(items)
    chosen = [one for one in items if not city or any(
        region.code[:4] == city[:4] or region.code.endswith("0000") for region in one.regions)]
    seats = seats_taken([one.id for one in items if one.takes_enrolments])
    return render_template("events/campaign.html", event=event, cities=cities, city=city, total=len(items),
                           days=by_day(entries(chosen, seats, now(), language())),
                           today=local_day(now(), event.zone),
                           address=current_app.config["BASE_URL"] + url_for("board.campaign", slug=slug))


@bp.get("/events/<int:id>/photos/<file_id>")
@public
def photo(id: int, file_id: str) -> Response:
    """A photo of a public event, once its figures are confirmed: they are shown together."""
    return sent(db.session.scalars(select(Photo).join(Photo.event).where(
        Photo.file_id == file_id, Photo.event_id == id, Event.figures_confirmed_at.is_not(None),
        Event.id.in_(Event.public().with_only_columns(Event.id)))).one_or_none(), max_age=86400)


def _withdrawn(which: ColumnElement[bool]) -> tuple[str, int] | None:
    """What is left to say of an event to which calendars and letters still lead, never more than was announced."""
    found = gone(which)
    if found is None:
        return None
    event = announced(found, language())
    parent = found.parent if found.parent and found.parent.is_public and found.parent.deleted_at is None else None
    title = event.title if is_told_until(found, now()) else ""
    return render_template("events/withdrawn.html", event=event, title=title, parent=parent), 410


def _nowhere(sentence: str) -> NoReturn:
    raise NotThere(sentence)


def _image(event: Event) -> str:
    """A photo that the page shows, by its whole address."""
    if not event.photos or not event.figures_confirmed_at:
        return ""
    return str(current_app.config["BASE_URL"] + url_for("board.photo", id=event.id, file_id=event.photos[0].file_id))


def _by_city(items: Any) -> list[tuple[Region, int]]:
    """The cities in which something is on, and how much."""
    codes: dict[str, int] = {}
    for item in items:
        for code in {region.code[:4] + "00" for region in item.regions}:
            codes[code] = codes.get(code, 0) + 1
    regions = db.session.scalars(select(Region).where(Region.code.in_(codes)).order_by(Region.code)).all()
    return [(region, codes[region.code]) for region in regions]


def _campaign_soon(today: date, zone: str) -> Event | None:
    """A campaign that is on or begins within thirty days."""
    return db.session.scalars(Event.public().where(
        Event.kind == EventKind.CAMPAIGN.value, Event.part.is_(None), Event.state == EventState.PUBLISHED.value,
        Event.slug.is_not(None), Event.ends_at > midnight(today, zone),
        Event.starts_at < midnight(today + timedelta(days=30), zone)).order_by(Event.starts_at).limit(1)
    ).one_or_none()


def _day(text: str | None, today: date) -> date:
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError as error:
        raise BadInput(_("“on”要写成 2026-04-20 这样的日期。")) from error
    if not 1970 < day.year < 2200:
        raise BadInput(_("“on”的年份要在 1971 到 2199 之间。"))
    return day


def _address(wanted: Slice, **more: Any) -> str:
    query = wanted.query(**{name: None if value is None else str(value) for name, value in more.items()})
    return url_for("board.calendar") + (f"?{query}" if query else "")
