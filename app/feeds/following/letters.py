"""The words to followers: made once for all who are told the same, the reader's own links left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from string import ascii_lowercase
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from app.db import db
from app.feeds.following.follower import Follower, scope_of
from app.feeds.following.items import Item
from app.feeds.following.rhythm import Rhythm
from app.feeds.slices import Slice
from app.outbox import unsubscribing
from app.outbox.letter import Letter, place, sealed, subject_of
from app.outbox.message import UNSUBSCRIBE
from app.outbox.models import Delivery

CONFIRMATION, DIGEST = "feeds.follow", "feeds.digest"
LISTED = 40  # in one letter; the rest is a link


def confirmation(slices: Sequence[Slice], rhythm: Rhythm, hour: int, language: str) -> Letter:
    """What was asked for, and the page on which it is confirmed."""
    with force_locale(language):
        return _letter(CONFIRMATION, "confirmation", language, topics=[one.describe() for one in slices],
                       rhythm=rhythm.told(hour), address=place("manage_url"))


def digest(sections: Sequence[tuple[Slice, Sequence[Item]]], language: str) -> Letter:
    """Each slice with what is new in it. What is in two of them is told in the first."""
    seen: set[int] = set()
    shown: list[dict[str, Any]] = []
    left = LISTED
    for number, (chosen, items) in enumerate(sections):
        own = [one for one in items if one.event.id not in seen]
        seen |= {one.event.id for one in own}
        query = chosen.query()
        shown.append({"slice": chosen, "items": own[:left], "more": len(own) - len(own[:left]),
                      "stop": place(f"stop_{ascii_lowercase[number]}"),
                      "address": f"{current_app.config['BASE_URL']}/{'?' + query if query else ''}"})
        left -= len(own[:left])
    told = [one for _chosen, items in sections for one in items]
    new = {one.event.id for one in told if one.is_new}
    with force_locale(language):
        return _letter(
            DIGEST, "digest", language, sections=[one for one in shown if one["items"] or one["more"]],
            new=len(new), changed=len(seen - new), only=told[0] if len(seen) == 1 else None, kinds=kinds(),
            base=current_app.config["BASE_URL"], manage_here=place("manage_url"), stop_here=place(UNSUBSCRIBE))


def _letter(name: str, template: str, language: str, **words: Any) -> Letter:
    zone = current_app.config["TIMEZONE"]
    words["zone"] = _("北京时间") if zone == "Asia/Shanghai" else zone

    def rendered(suffix: str) -> str:
        return render_template(f"feeds/letters/{template}{suffix}", language_of_letter=language,
                               language=language, **words)

    return Letter(name=name, language=language, subject=subject_of(rendered("_subject.txt")),
                  text=sealed(rendered(".txt")).strip() + "\n", html=sealed(rendered(".html")))


def late_fields(delivery: Delivery, as_of: datetime) -> Mapping[str, str]:
    """The page of whoever reads it, and a stop for each of its slices."""
    follower = follower_of(delivery)
    if follower is None:
        return {}
    stops = {f"stop_{ascii_lowercase[number]}": unsubscribing.url(delivery.address, scope_of(topic))
             for number, topic in enumerate(topics_of(delivery))}
    return {"manage_url": follower.url, **stops}


def paths(delivery: Delivery) -> Sequence[Sequence[str]]:
    """It goes out for the sake of any one of its slices."""
    return [(scope_of(topic), unsubscribing.FOLLOWING) for topic in topics_of(delivery)]


def gate(delivery: Delivery, as_of: datetime) -> str:
    follower = follower_of(delivery)
    return "" if follower and follower.address == delivery.address else "这个邮箱已经从关注里删除"


def topics_of(delivery: Delivery) -> list[str]:
    return delivery.fields.get("topics", "").split()


def follower_of(delivery: Delivery) -> Follower | None:
    id = delivery.fields.get("follower") or delivery.about.removeprefix("follower:")
    return db.session.get(Follower, int(id), populate_existing=True) if id.isdigit() else None


def kinds() -> dict[str, str]:
    """How each news is called in a letter: what happened, not the button that did it."""
    return {"new": _("新活动"), "moved": _("已改期"), "place": _("换地点"), "postponed": _("已延期"),
            "restored": _("恢复举办"), "cancelled": _("已取消"), "unpublished": _("已撤回")}
