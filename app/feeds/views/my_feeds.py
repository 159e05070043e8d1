"""`/console/me/feeds`: one's own private feeds."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, current_app, flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from app.accounts.access import allowed
from app.clock import now
from app.db import db
from app.errors import Refused
from app.feeds.token_form import FeedForm
from app.feeds.tokens import FeedToken, Holding
from app.feeds.views.desk import bp

Page = Response | tuple[str, int]


@bp.get("/console/me/feeds")
@allowed()
def my_feeds() -> str:
    return _page(FeedForm(formdata=None, holds=[Holding.MINE.value, Holding.DEADLINES.value]))


@bp.post("/console/me/feeds")
@allowed()
def add_feed() -> Page:
    """The address is shown in this one answer and never again."""
    form = FeedForm()
    if form.validate_on_submit():
        try:
            made, token = FeedToken.issue(g.actor.person, form.name.data or "", form.wanted, now())
            db.session.commit()
            return _shown_once(made, token)
        except Refused as error:
            db.session.rollback()
            form.refuse(error)
    return _page(form), 422


@bp.post("/console/me/feeds/<int:id>/address")
@allowed()
def rotate_feed(id: int) -> Response:
    made, token = FeedToken.find(g.actor.person, id).rotate(now())
    db.session.commit()
    return _shown_once(made, token)


@bp.post("/console/me/feeds/<int:id>/revocation")
@allowed()
def revoke_feed(id: int) -> Answer:
    found = FeedToken.find(g.actor.person, id)
    found.revoke(now())
    db.session.commit()
    flash(_("“%(name)s”已停用，它的地址不再有效。", name=found.name), "success")
    return redirect(url_for("feeds.my_feeds"))


def _page(form: FeedForm) -> str:
    feeds = db.session.scalars(FeedToken.of(g.actor.person)).all()
    return render_template("feeds/mine.html", form=form, feeds=feeds)


def _shown_once(made: FeedToken, token: str) -> Response:
    answer = make_response(render_template("feeds/address.html", feed=made, **ways_to(token)))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def ways_to(token: str) -> dict[str, str]:
    """The addresses of a private feed, for a page that shows them once."""
    address = current_app.config["BASE_URL"] + url_for("feeds.private", token=token)
    webcal = "webcal:" + address.partition(":")[2]
    return {"address": address, "webcal": webcal,
            "google": "https://calendar.google.com/calendar/r?cid=" + quote(webcal, safe="")}
