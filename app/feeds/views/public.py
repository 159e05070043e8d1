"""Feeds, single entries, and the page that helps to subscribe."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from urllib.parse import quote

from flask import Response, current_app, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.access import public
from app.clock import now
from app.db import db
from app.errors import BadInput, NotThere
from app.events.board import local_day
from app.events.models import Event
from app.events.span import midnight
from app.events.views.board import PAGE_WORDS
from app.feeds import answering, doorstep
from app.feeds.announced import Withdrawn, gone
from app.feeds.choices import choices, every_filter, is_plain
from app.feeds.choices import programmes as choosable
from app.feeds.contents import Contents
from app.feeds.feed import FORMAT, OWN_NAMES, Feed, Short, read_alarm, read_language
from app.feeds.models import FeedEntry, FeedRevision
from app.feeds.programs import programs
from app.feeds.saved import SavedSlice
from app.feeds.slices import Slice, Window
from app.feeds.views.desk import bp
from app.languages import language
from app.signup.letters import PRODUCT
from calendars.entry import Alarm, with_alarm
from calendars.feed import CLOSING, opening
from calendars.timezones import zone_blocks

LARGE = 900  # KB, from which some readers give up
# By whatever passed the address on.
_ADDED = re.compile(r"utm_|(from|isappinstalled|scene|nsukey|share\w*|clicktime|enterid|fbclid|gclid)$")


@bp.get("/calendar.ics")
@public
def calendar() -> Response:
    """The feed of the slice in the query. A 304 is found without loading a single entry."""
    as_of = now()
    return answered(Feed.of(request.args, local_day(as_of, current_app.config["TIMEZONE"])), as_of)


def answered(feed: Feed, as_of: datetime) -> Response:
    """A public feed, kept in front of Flask until the feeds change or the day ends."""
    zone, base_url = current_app.config["TIMEZONE"], current_app.config["BASE_URL"]
    with force_locale(feed.language):
        header = feed.header(base_url, zone)
        revision = db.session.scalars(FeedRevision.current()).one()
        modified, contents = feed.modified(revision, zone), feed.contents(zone)
        tag = feed.tag(contents, revision, header)
        doorstep.keep(revision, as_of, until=midnight(local_day(as_of, zone) + timedelta(days=1), zone))
        if answering.is_unchanged(tag, modified, as_of):
            return answering.unchanged(tag, modified, as_of)
        if answering.takes_gzip():
            body = [feed.packed(contents, header, revision.epoch, current_app.extensions["wujin.shelf"])]
        else:
            body = [*feed.plain(contents, header)]
        return answering.calendar(body, feed.title, tag, modified, as_of, packed=answering.takes_gzip(),
                                  length=sum(map(len, body)))


@bp.get("/calendar.ics/")
@bp.get("/events.atom/")
@bp.get("/events/<int:id>.ics/")
@bp.get("/s/<slug>.ics/")
@bp.get("/s/<slug>/")
@public
def without_slash(**_named: object) -> Response:
    """What people's programs make of an address that was typed or passed on. No key is ever in it."""
    return answering.moved(request.path.rstrip("/"), 301)


@bp.get("/events/<int:id>.ics")
@public
def entry(id: int) -> Response:
    """One public event for downloading: the very entry that the feeds carry."""
    as_of, lang = now(), read_language(request.args.get("lang", ""))
    if unknown := sorted(set(request.args) - {"lang", "alarm"}):
        raise BadInput(_("没有“%(name)s”这个筛选项。", name=unknown[0][:40]))
    alarm = read_alarm(request.args.get("alarm", ""))
    found = db.session.execute(Event.public().where(Event.id == id).join(
        FeedEntry, FeedEntry.event_id == Event.id).where(FeedEntry.language == lang).with_only_columns(
        FeedEntry.body, FeedEntry.zone, FeedEntry.revision, Event.revised_at, Event.title)).one_or_none()
    if found is None and gone(Event.id == id):
        raise Withdrawn
    if found is None:
        raise NotThere(_("没有找到这个活动，或者它还没有发布。"))
    epoch = db.session.scalar(select(FeedRevision.epoch))
    tag = f"{epoch}-{FORMAT}-{id}-{found.revision}-{lang}-{request.args.get('alarm', '')}"
    if answering.is_unchanged(tag, found.revised_at, as_of):
        return answering.unchanged(tag, found.revised_at, as_of)
    block = found.body
    if alarm:
        with force_locale(lang):
            block = with_alarm(block, Alarm(alarm, _("活动提醒")))
    body = opening(PRODUCT) + zone_blocks((found.zone,)) + block + CLOSING
    return answering.single(body, found.title, tag, found.revised_at, as_of)


@bp.get("/subscribe")
@public
def subscribe() -> str:
    """Addresses of the slice in the query, and the way for each phone and program."""
    zone, base_url = current_app.config["TIMEZONE"], current_app.config["BASE_URL"]
    feed, mistake = _wished(local_day(now(), zone))
    with force_locale(feed.language):
        header = feed.header(base_url, zone)
    count, octets = feed.size(zone)
    kilobytes = -(-(octets + len(b"".join(feed.frame(Contents(select(Event), feed.language), header)))) // 1024)
    address, agent = feed.address(base_url), request.headers.get("User-Agent", "")
    webcal = "webcal:" + address.partition(":")[2]
    page = f"/s/{feed.short.slug}" if feed.short else url_for("feeds.subscribe")
    few, named = choices(), choosable()
    return render_template(
        "feeds/subscribe.html", slice=feed.slice, feed=feed, alarm=request.args.get("alarm", ""), mistake=mistake,
        choices=few, named=named, offers=every_filter(feed.slice), is_plain=is_plain(feed.slice, few, named),
        name=feed.short.called(language()) if feed.short else feed.slice.describe(),
        address=address, page_address=base_url + page + (f"?{feed.query}" if feed.query else ""), webcal=webcal,
        google="https://calendar.google.com/calendar/r?cid=" + quote(webcal, safe=""), count=count,
        coming=feed.coming(zone), kilobytes=kilobytes, is_large=kilobytes > LARGE, programs=programs(agent))


def _wished(today: date) -> tuple[Feed, str]:
    """The feed asked for, in the page's language; what nobody knows gives all, and a sentence."""
    window, lang = Window.around(today), language()
    try:
        wanted = Slice.of(request.args, also=(*OWN_NAMES, *PAGE_WORDS, "short"))
        wanted.condition()
        if wanted.is_everything and (strange := [one for one in wanted.ignored if not _ADDED.match(one)]):
            raise BadInput(_("没有“%(name)s”这个筛选项。", name=strange[0][:40]))
        saved = SavedSlice.naming(wanted, request.args.get("short", ""))
        return Feed(wanted, window, lang, read_alarm(request.args.get("alarm", "")),
                    short=Short.of(saved) if saved else None), ""
    except BadInput as error:
        return Feed(Slice(), window, lang), error.sentence
