"""The words of a reminder: made once for an event and language, the recipient's own fields left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from app.accounts.settings import settings_of
from app.events.models import Event
from app.outbox.letter import Letter, Recipient, giving_way, one_line, place, sealed, subject_of
from app.outbox.message import UNSUBSCRIBE
from app.outbox.models import Delivery
from app.signup import links
from app.signup.letters import moment, own_words
from app.signup.models import Enrolment

NAME, THANKS = "reminders.reminder", "reminders.thanks"


def reminder(event: Event, language: str) -> Letter:
    """What, when, where, and how to say that one cannot come."""
    return _letter(NAME, "reminder", event, language)


def thanks(event: Event, language: str) -> Letter:
    """After it: thanks, and where its page is."""
    return _letter(THANKS, "thanks", event, language)


def _letter(name: str, template: str, event: Event, language: str) -> Letter:
    language = "en" if language == "en" else "zh"
    with force_locale(language):
        own = own_words(event, name, language)
        words = {"event": event, "title": event.titled(language),
                 "place": event.location, "zone": zone_name(language), "language_of_letter": language,
                 "opening": own.opening, "own_subject": own.subject,
                 "closing": own.closing or settings_of(event.organization).closing,
                 "address": f"{current_app.config['BASE_URL']}/events/{event.id}",
                 "name_here": place("name"), "tickets_here": place("ticket_links"),
                 "stop_here": place(UNSUBSCRIBE)}
        subject = "subject.txt" if name == NAME else f"{template}_subject.txt"
        return Letter(
            name=name, language=language,
            subject=subject_of(own.subject or render_template(
                f"reminders/letters/{subject}",
                **words | {"title": giving_way(words["title"]), "when": moment(event)})),
            wording=own.version,
            text=sealed(render_template(f"reminders/letters/{template}.txt", **words)).strip() + "\n",
            html=sealed(render_template(f"reminders/letters/{template}.html", **words)))


def recipient(people: Sequence[Enrolment]) -> Recipient:
    """One mailbox, with everybody it enrolled."""
    joint = ", " if people[0].language == "en" else "、"
    return Recipient(people[0].email, joint.join(one_line(one.name) for one in people)[:120],
                     links.kept_for(people))


def late_fields(delivery: Delivery, as_of: datetime) -> Mapping[str, str]:
    """A ticket link for each, made as the letter leaves."""
    people = links.people_of(delivery)
    if len(people) == 1:
        return {"ticket_links": people[0].ticket_url}
    return {"ticket_links": "\n".join(f"{one_line(one.name)}: {one.ticket_url}" for one in people)} if people else {}


def zone_name(language: str) -> str:
    """Times are told in the installation's zone; a letter may be read in another."""
    zone = current_app.config["TIMEZONE"]
    if zone == "Asia/Shanghai":
        return _("北京时间")
    return get_timezone_name(ZoneInfo(zone), locale="en" if language == "en" else "zh")

