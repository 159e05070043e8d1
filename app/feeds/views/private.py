"""`/f/<token>.ics`: what one person's token opens."""

from __future__ import annotations

from flask import Response, current_app, request
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError

from app.accounts.access import public
from app.accounts.models import Actor
from app.clock import local_day, now
from app.db import db, writing
from app.errors import BadInput
from app.feeds import answering
from app.feeds.feed import read_alarm, read_language
from app.feeds.models import FeedRevision
from app.feeds.private import PrivateFeed
from app.feeds.sign_ups import SignUps
from app.feeds.slices import Window
from app.feeds.staff_feed import StaffFeed
from app.feeds.tokens import NOBODYS, FeedToken, opened
from app.feeds.views.desk import bp
from app.rates import limiter

OWN_NAMES = frozenset({"lang", "alarm"})
OFTEN = "60/minute"


@bp.get("/f/<token>.ics")
@public
@limiter.limit(OFTEN)
def private(token: str) -> Response:
    """Never kept in front of Flask nor on the way: what may be seen is asked each time."""
    as_of, (found, actor) = now(), opened(token)
    if unknown := sorted(set(request.args) - OWN_NAMES):
        raise BadInput(_("没有“%(name)s”这个筛选项。", name=unknown[0][:40]))
    lang = read_language(request.args.get("lang", "") or found.language)
    feed = _feed(found, actor, Window.around(local_day(as_of)), lang)
    with force_locale(lang):
        tag = feed.tag(db.session.scalars(FeedRevision.current()).one())
        if answering.is_unchanged(tag, None, as_of):
            answer = answering.unchanged(tag, None, as_of, cache=answering.FOR_ONE)
        else:
            answer = answering.single(feed.bytes(), feed.title, tag, None, as_of, cache=answering.FOR_ONE)
    _note_fetched(found)
    return answer


def _feed(found: FeedToken, actor: Actor | None, window: Window, lang: str) -> PrivateFeed:
    shape = (found, window, lang, current_app.config["BASE_URL"], current_app.config["TIMEZONE"],
             read_alarm(request.args.get("alarm", "")))
    return StaffFeed(*shape, actor=actor) if actor else SignUps(*shape, holder=found.holder or NOBODYS)


@bp.after_app_request
def _keep_addresses_in(answer: Response) -> Response:
    """Neither a program that follows a link nor one that searches is to carry a key on, nor what is nearly one."""
    if request.path.startswith("/f/"):
        answer.headers["Referrer-Policy"] = "no-referrer"
        answer.headers["X-Robots-Tag"] = "noindex"
        answer.headers.setdefault("Cache-Control", answering.FOR_ONE)
    return answer


def _note_fetched(found: FeedToken) -> None:
    """In a transaction of its own; a database that is busy with other things keeps nobody from his calendar."""
    db.session.rollback()
    with writing():
        try:
            if found.seen(now()):
                db.session.commit()
        except OperationalError:
            pass
        finally:
            db.session.rollback()
