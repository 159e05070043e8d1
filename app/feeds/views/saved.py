"""`/s/<slug>`: slices with a short address, and the page on which offices name them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from flask import Response, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from app.accounts.access import allowed, public
from app.clock import local_day, now
from app.db import db
from app.errors import Refused, wants_pages
from app.events.views.board import PAGE_WORDS
from app.events.views.desk import own_organization
from app.feeds import answering
from app.feeds.feed import OWN_NAMES, Feed
from app.feeds.saved import SavedSlice
from app.feeds.saved_form import SliceForm
from app.feeds.slices import Slice
from app.feeds.views.desk import bp
from app.feeds.views.public import answered

NAMERS = ("planner", "organizer")
Page = Answer | tuple[str, int]


@bp.get("/s/<slug>.ics")
@public
def saved_feed(slug: str) -> Response:
    """The feed of the same filters, but for SOURCE and title."""
    as_of = now()
    return answered(Feed.of(request.args, local_day(as_of), SavedSlice.opened(slug)), as_of)


@bp.get("/s/<slug>")
@public
def saved_page(slug: str) -> Answer:
    """To the page on which its slice is subscribed to, a calendar program to the feed; 302, for one that is deleted
    must say so at once."""
    found = SavedSlice.opened(slug)
    if wants_pages():
        own = {name: request.args.get(name) or None for name in ("alarm", "lang")}
        answer = redirect(url_for("feeds.subscribe") + "?" + found.slice.query(short=found.slug, **own))
    else:
        answer = answering.moved(f"/s/{found.slug}.ics", 302)
    answer.vary.add("Accept")
    return answer


@bp.get("/console/slices")
@allowed(*NAMERS)
def slices() -> str:
    return _page(SliceForm(formdata=None, address=request.args.get("address", "")))


@bp.post("/console/slices")
@allowed(*NAMERS)
def save_slice() -> Page:
    form = SliceForm()
    if form.validate_on_submit():
        try:
            made = SavedSlice.save(
                _read(form.address.data or ""), slug=form.slug.data or "", title=form.title.data or "",
                title_en=form.title_en.data or "", organization=own_organization(g.actor), as_of=now())
            db.session.commit()
        except Refused as error:
            db.session.rollback()
            form.refuse(error)
        else:
            flash(_("短地址 /s/%(slug)s 可以用了。", slug=made.slug), "success")
            return redirect(url_for("feeds.slices"))
    return _page(form), 422


@bp.post("/console/slices/<int:id>/deletion")
@allowed(*NAMERS)
def delete_slice(id: int) -> Answer:
    found = SavedSlice.find(g.actor, id)
    found.delete(now())
    db.session.commit()
    flash(_("短地址 /s/%(slug)s 已撤下。", slug=found.slug), "success")
    return redirect(url_for("feeds.slices"))


def _read(address: str) -> Slice:
    """Of what a browser's line shows, or of a bare query; the page's own words are passed over."""
    query = urlsplit(address).query if "?" in address or "/" in address else address
    return Slice.of(MultiDict(parse_qsl(query)), also=(*PAGE_WORDS, *OWN_NAMES))


def _page(form: SliceForm) -> str:
    return render_template("feeds/saved.html", form=form, base_url=current_app.config["BASE_URL"],
                           rows=db.session.scalars(SavedSlice.scoped(g.actor)).all())
