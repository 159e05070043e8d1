"""What authors and reviewers are written about approval; posted in the transaction of its cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from app.events.approval import reviewers_of
from app.events.words import EventState
from app.outbox import posting
from app.outbox.letter import Letter, Recipient, giving_way, one_line, place, sealed, subject_of

if TYPE_CHECKING:
    from app.accounts.models import Person
    from app.accounts.places import Organization
    from app.events.models import Event

DECIDED, ACTED, WAITING = "events.decided", "events.acted", "events.waiting"
PUBLISHED, APPROVED, RETURNED = "published", "approved", "returned"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a letter's list."""

    title: str
    small: str = ""


def tell_author(event: Event, author: Person, news: str, *, cause: str, as_of: datetime, reason: str = "",
                what: str = "") -> None:
    """It was published, a change agreed to, or something returned."""
    if author.email:
        posting.post(decided(event, news, author.language, reason=reason, what=what), _recipient(author),
                     cause=cause, about=f"event:{event.id}", as_of=as_of)


def tell_reviewers(event: Event, by: Person, reviewing: Organization, as_of: datetime) -> None:
    """Cancelled or postponed at once by somebody who must submit all else."""
    for reviewer in reviewers_of(reviewing):
        if reviewer.email and reviewer.id != by.id:
            posting.post(acted(event, reviewer.language), _recipient(reviewer),
                         cause=f"event:{event.id}:acted:{event.version}", about=f"event:{event.id}", as_of=as_of)


def decided(event: Event, news: str, language: str, *, reason: str = "", what: str = "") -> Letter:
    with force_locale(_spoken(language)):
        title = giving_way(plain(event.titled(language)))
        subject, sentence = {
            PUBLISHED: (_("已发布：%(title)s", title=title), _("您送审的活动已经通过，公开日历和订阅里都能看到了。")),
            APPROVED: (_("改动已生效：%(title)s", title=title),
                       _("您送审的改动已经通过，公开页面、订阅和提醒都按新的来。")),
            RETURNED: (_("退回修改：%(title)s", title=title),
                       _("您送审的内容（%(what)s）被退回，改好以后可以再送。", what=what)),
        }[news]
        return _letter(DECIDED, language, subject, [sentence] + ([_("原因：") + plain(reason)] if reason else []),
                       [], (_("打开活动"), f"/console/events/{event.id}"), _("您送审了这个活动，所以收到这封信。"))


def acted(event: Event, language: str) -> Letter:
    with force_locale(_spoken(language)):
        title = giving_way(plain(event.titled(language)))
        subject = _("下级单位已取消：%(title)s", title=title) if event.state == EventState.CANCELLED else _(
            "下级单位已延期：%(title)s", title=title)
        sentences = [_("“%(office)s”没有等审核，当即这样做了，报名的人由系统写信通知。",
                       office=plain(event.organization.name))]
        if event.reason:
            sentences.append(_("原因：") + plain(event.reason))
        return _letter(ACTED, language, subject, sentences, [], (_("打开活动"), f"/console/events/{event.id}"),
                       _("您审核这个单位的活动，所以收到这封信。"))


def waiting(lines: Sequence[Line], count: int, language: str) -> Letter:
    """The morning's letter to one reviewer; `lines` may be fewer than `count`."""
    with force_locale(_spoken(language)):
        more = [_("另外还有 %(count)d 件。", count=count - len(lines))] if count > len(lines) else []
        return _letter(WAITING, language, _("等您审核：%(count)d 件", count=count),
                       [_("下面这些等着您审核，等得最久的在最前面。")], lines,
                       (_("去审核"), "/console/review"), _("您是审核人员，每天早上有等着的才收到这封信。"), more)


def _letter(name: str, language: str, subject: str, sentences: Sequence[str], lines: Sequence[Line],
            act: tuple[str, str], why: str, more: Sequence[str] = ()) -> Letter:
    language = _spoken(language)
    words = {"subject": subject_of(subject), "sentences": sentences, "lines": lines, "more": more,
             "act": act[0], "address": current_app.config["BASE_URL"] + act[1], "why": why,
             "name_here": place("name"), "language_of_letter": language}
    return Letter(name=name, language=language, subject=words["subject"],
                  text=sealed(render_template("console/review/letters/note.txt", **words)).strip() + "\n",
                  html=sealed(render_template("console/review/letters/note.html", **words)))


def _recipient(person: Person) -> Recipient:
    name = one_line(person.name)
    return Recipient(person.email or "", name[:120], {"name": name})


def _spoken(language: str) -> str:
    return "en" if language == "en" else "zh"


def plain(text: str) -> str:
    """On one line, as a subject wants it."""
    return one_line(text)
