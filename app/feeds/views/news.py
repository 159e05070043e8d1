"""`/events.atom`: what is new in a slice."""

from __future__ import annotations

from hashlib import sha256

from flask import Response, current_app, request
from flask_babel import force_locale

from app.accounts.access import public
from app.clock import local_day, now
from app.db import db
from app.feeds import answering, atom
from app.feeds.feed import Feed
from app.feeds.models import FeedRevision
from app.feeds.views.desk import bp


@bp.get("/events.atom")
@public
def news() -> Response:
    as_of, zone = now(), current_app.config["TIMEZONE"]
    feed = Feed.of(request.args, local_day(as_of))
    revision = db.session.scalars(FeedRevision.current()).one()
    with force_locale(feed.language):
        body = atom.render(feed, atom.newest(feed, zone), current_app.config["BASE_URL"], revision.changed_at)
        title = feed.title
    tag, modified = sha256(revision.epoch.encode() + body).hexdigest()[:32], feed.modified(revision, zone)
    if answering.is_unchanged(tag, modified, as_of):
        return answering.unchanged(tag, modified, as_of)
    answer = answering.single(body, title, tag, modified, as_of)
    answer.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    del answer.headers["Content-Disposition"]
    return answer
