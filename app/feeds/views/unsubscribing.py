"""`/u/<token>`: no more letters of a kind. GET shows; POST acts, from a mail program without asking (RFC 8058)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.accounts.access import public
from app.accounts.places import Organization
from app.clock import now
from app.db import db
from app.errors import BadInput
from app.events.models import Event
from app.feeds.following.follower import Follow, Follower
from app.feeds.views.desk import bp
from app.form_tokens import csrf
from app.forms import PlainForm
from app.languages import language
from app.outbox.unsubscribing import ALL, FOLLOWING, Reader
from app.rates import limiter
from app.signup.views.desk import private

OFTEN = "120 per 5 minutes"  # a mail house asks for all its readers from one address
ONE_CLICK = ("List-Unsubscribe", "One-Click")


@dataclass(frozen=True, slots=True)
class Choice:
    scope: str
    words: str
    is_stopped: bool


@bp.record_once
def _from_anywhere(state: object) -> None:
    """A mail program stands on its own site."""
    state.app.extensions.setdefault("wujin.any_origin", set()).add("feeds.one_click")  # type: ignore[attr-defined]


@bp.get("/u/<token>")
@public
def unsubscribing(token: str) -> Response:
    reader = Reader.holding(token)
    return private(render_template("feeds/unsubscribe.html", token=token, choices=_choices(reader), form=PlainForm()))


@bp.post("/u/<token>")
@csrf.exempt
@public
@limiter.limit(OFTEN)
def one_click(token: str) -> Response:
    """:raises BadInput: for anything but the one sentence that mail programs send."""
    reader = Reader.holding(token)
    if request.form.get(ONE_CLICK[0]) != ONE_CLICK[1]:
        raise BadInput(_("请打开信里的退订链接，在页面上选。"))
    reader.stop(reader.scope, now())
    db.session.commit()
    return private(_("已退订。") + "\n", "text/plain; charset=utf-8")


@bp.post("/u/<token>/choice")
@public
@limiter.limit(OFTEN)
def unsubscribe(token: str) -> Response:
    """Stops one scope, or takes the stop back."""
    reader, scope = Reader.holding(token), request.form.get("scope", "")
    if scope not in [one.scope for one in _choices(reader)]:
        raise BadInput(_("请在页面上选要停的信。"))
    if request.form.get("again"):
        reader.resume(scope, now())
    else:
        reader.stop(scope, now())
    db.session.commit()
    return redirect(url_for("feeds.unsubscribing", token=token), 303)


def _choices(reader: Reader) -> list[Choice]:
    """What this letter's reader may stop, the narrowest first."""
    kind, _colon, id = reader.scope.partition(":")
    words: dict[str, str] = {}
    if kind == "event":
        event = db.session.get(Event, int(id))
        words[reader.scope] = _("“%(title)s”的提醒", title=event.called(language()) if event else "")
        if event is not None:
            words |= _office(event.organization_id)
    elif kind == "topic":
        follow = db.session.scalars(select(Follow).where(Follow.topic == id).limit(1)).one_or_none()
        words[reader.scope] = _("关注的“%(slice)s”", slice=follow.slice.describe() if follow else "")
    if kind == FOLLOWING:
        words |= {one.scope: _("关注的“%(slice)s”", slice=one.slice.describe()) for one in _follows(reader)}
    if kind in ("topic", FOLLOWING):
        words[FOLLOWING] = _("关注的全部范围")
    if kind == "board":
        words[reader.scope] = _("每周一的看板")
    words[ALL] = _("这个网站寄给您的所有可选信件")
    stopped = reader.stopped()
    return [Choice(scope, said, scope in stopped) for scope, said in words.items()]


def _follows(reader: Reader) -> list[Follow]:
    found = db.session.scalars(select(Follower).where(Follower.address_hash == reader.address_hash)).one_or_none()
    return found.confirmed if found else []


def _office(id: int) -> dict[str, str]:
    office = db.session.get(Organization, id)
    return {f"office:{id}": _("%(office)s各场活动的提醒", office=office.called(language()))} if office else {}
