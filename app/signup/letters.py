"""What those enrolled are written: values, made here and posted by others. Old and new time come first."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale, format_date, format_datetime, get_locale
from flask_babel import gettext as _

from app.accounts.settings import settings_of
from app.accounts.wordings import Words
from app.events.entry import entry_of
from app.events.models import Event
from app.events.span import Span
from app.outbox.letter import Letter, giving_way, one_line, place, sealed, subject_of
from app.signup import mailbox
from app.signup.models import Enrolment
from calendars.entry import Entry
from calendars.invitation import Mailbox, render_cancel, render_request

CONFIRMATION, CHANGED = "signup.confirmation", "signup.changed"
CANCELLED, WITHDRAWN = "signup.cancelled", "signup.withdrawn"
_GAP = re.compile(r"\n{3,}")
PRODUCT = "-//Wujin//Wujin//ZH"

# Filled by the outbox, recipient by recipient.
PLACES = {name: place(name) for name in ("name", "ticket_url", "withdrawal_url", "tickets", "mine_url")}


class News(enum.StrEnum):
    """What a change comes to for somebody who is enrolled."""

    MOVED = "moved"
    PLACE = "place"
    POSTPONED = "postponed"
    RESTORED = "restored"
    CANCELLED = "cancelled"
    UNPUBLISHED = "unpublished"

    @property
    def takes_it_away(self) -> bool:
        return self in (News.CANCELLED, News.UNPUBLISHED)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When, where and in what state an event was, as a letter compares it."""

    span: Span
    location: str
    online_url: str
    state: str

    @classmethod
    def of(cls, facts: Mapping[str, Any], zone: str) -> Schedule:
        span = Span(facts["starts_at"], facts["ends_at"], facts["is_all_day"], zone)
        return cls(span, facts["location"], facts["online_url"], facts["state"])

    @property
    def starts_at(self) -> datetime:
        return self.span.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.span.ends_at

    @property
    def is_all_day(self) -> bool:
        return self.span.is_all_day


def confirmation(enrolment: Enrolment, sent: datetime) -> Letter:
    """The place is kept; with the ticket's address and the entry for the calendar."""
    event, language = enrolment.event, enrolment.language
    invited = render_request(_entry(event, language), organizer(), _attendee([enrolment]), PRODUCT, sent=sent)
    return _letter(CONFIRMATION, "confirmation", language, invited, "REQUEST", event=event)


def of_change(event: Event, news: News, was: Schedule, language: str, *, is_several: bool = False) -> Letter:
    """Moved, another place, postponed, on again, cancelled or taken back: the words for all who read alike."""
    name, template = (CANCELLED, "cancelled") if news.takes_it_away else (CHANGED, "changed")
    return _letter(name, template, language, b"", "", event=event, news=news.value, was=was, is_several=is_several)


def addressed(letter: Letter, event: Event, to: Sequence[Enrolment], sent: datetime) -> Letter:
    """The same words with the calendar part for the one mailbox that `to` share: nobody else is named in it."""
    render, method = (render_cancel, "CANCEL") if letter.name == CANCELLED else (render_request, "REQUEST")
    calendar = render(_entry(event, letter.language), organizer(), _attendee(to), PRODUCT, sent=sent)
    return replace(letter, calendar=calendar, calendar_method=method)


def withdrawn(enrolment: Enrolment, sent: datetime, *, is_last: bool) -> Letter:
    """The seat is given back. Only with the last enrolment of a mailbox does its calendar drop the event."""
    event, language = enrolment.event, enrolment.language
    dropped = render_cancel(_entry(event, language), organizer(), _attendee([enrolment]), PRODUCT,
                            sent=sent) if is_last else b""
    return _letter(WITHDRAWN, "withdrawn", language, dropped, "CANCEL" if is_last else "", event=event)


def fields_of(enrolments: Sequence[Enrolment]) -> dict[str, str]:
    """What is put into the places of a letter to the mailbox they share, as it leaves."""
    ticket = enrolments[-1].ticket_url
    return {"name": names_of(enrolments), "ticket_url": ticket,
            "withdrawal_url": f"{ticket}/withdrawal", "mine_url": mailbox.address_of(enrolments[-1]),
            "tickets": "\n".join(f"{one_line(one.name)} {one.ticket_url}" for one in enrolments)}


def names_of(enrolments: Sequence[Enrolment]) -> str:
    separator = "、" if enrolments[-1].language == "zh" else ", "
    return one_line(separator.join(one.name for one in enrolments))


def organizer() -> Mailbox:
    """The mailbox that letters come from: calendar programs compare it with From."""
    name, address = parseaddr(current_app.config["MAIL_FROM"])
    return Mailbox(address, name)


def _entry(event: Event, language: str) -> Entry:
    return entry_of(event, language, current_app.config["BASE_URL"], for_enrolled=True)


def _attendee(enrolments: Sequence[Enrolment]) -> Mailbox:
    return Mailbox(enrolments[0].email, "、".join(one.name for one in enrolments)[:120])


def _letter(name: str, template: str, language: str, calendar: bytes, method: str, *, event: Event,
            **facts: Any) -> Letter:
    base, zone = current_app.config["BASE_URL"], current_app.config["TIMEZONE"]
    with force_locale(language):
        words = {"event": event, "title": event.titled(language), "place": PLACES, "language_of_letter": language,
                 "page_url": f"{base}/events/{event.id}", "moment": moment, "where": _where, "ending": _ending,
                 "zone_words": _("北京时间") if zone == "Asia/Shanghai" else zone} | facts
        path = f"signup/letters/{template}"
        own = own_words(event, name, language)
        words |= {"opening": own.opening, "closing": own.closing or settings_of(event.organization).closing,
                  "news_first": name in (CHANGED, CANCELLED)}
        words["subject"] = subject_of(own.subject or render_template(
            f"{path}.subject.txt", **words | {"title": giving_way(words["title"])}))
        return Letter(
            name=name, language=language, subject=words["subject"], calendar=calendar, calendar_method=method,
            text=_GAP.sub("\n\n", sealed(render_template(f"{path}.txt", **words))).strip() + "\n",
            html=sealed(render_template(f"{path}.html", **words)), wording=own.version)


def own_words(event: Event, name: str, language: str) -> Words:
    """The office's own for this event, its places filled; in the letter's language."""
    return Words.of(event.organization, name, language, {
        "title": one_line(event.titled(language)), "when": moment(event), "where": one_line(_where(event)),
        "name": place("name"), "office": event.organization.called(language), "contact": one_line(event.contact)})


def moment(one: Event | Schedule, other: Event | Schedule | None = None) -> str:
    """Short enough for a subject: 4月20日 周一 14:30; the year only where it is not the other's."""
    day = "EEE d MMM" if _is_english() else "M月d日 EEE"
    if other is not None and other.span.starts_on.year != one.span.starts_on.year:
        day = "EEE d MMM y" if _is_english() else "y年M月d日 EEE"
    if one.is_all_day:
        return str(format_date(one.span.starts_on, day))
    return str(format_datetime(one.starts_at, f"{day} HH:mm"))


def _ending(one: Event | Schedule) -> str:
    """12:00 on the day on which it starts, else with its day: 4月21日 周二 12:00."""
    day = "EEE d MMM" if _is_english() else "M月d日 EEE"
    if one.is_all_day:
        return str(format_date(one.span.ends_on, day))
    return str(format_datetime(one.ends_at, "HH:mm" if one.span.ends_on == one.span.starts_on else f"{day} HH:mm"))


def _where(one: Event | Schedule) -> str:
    return str(one.location or (_("线上") if one.online_url else _("待定")))


def _is_english() -> bool:
    return str(get_locale()).startswith("en")
