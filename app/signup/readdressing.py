"""Letters that wait follow somebody to another mailbox, in the transaction in which it is given."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from app.db import db
from app.outbox import posting
from app.outbox.letter import Letter
from app.outbox.models import Delivery, LetterContent
from app.signup import letters
from app.signup.models import Enrolment


def follow(enrolment: Enrolment, old: str) -> None:
    """What waits at `old` for this one goes on to the address of now, or stops where there is none. What others at
    the old mailbox get stays theirs. A notice of change stops: the confirmation tells the new one how it is now."""
    for waiting in db.session.scalars(Delivery.waiting().where(Delivery.address == old).order_by(Delivery.id)):
        ids = waiting.fields.get("enrolments", "").split()
        if str(enrolment.id) not in ids or waiting.cause.startswith(f"enrolment:{enrolment.id}:"):
            continue
        if enrolment.email and waiting.letter != letters.CHANGED:
            _post_on(waiting, enrolment)
        others = [id for id in ids if id != str(enrolment.id)]
        if others:
            _name(waiting, others)
        else:
            waiting.stop(_("收信人换了联系方式"))


def _post_on(waiting: Delivery, enrolment: Enrolment) -> None:
    there = db.session.scalars(Delivery.of_cause(waiting.cause).where(
        Delivery.address == enrolment.email)).one_or_none()
    if there is None:
        there = Delivery(
            cause=waiting.cause, about=waiting.about, letter=waiting.letter, channel=waiting.channel,
            address=enrolment.email, name="", fields={**waiting.fields, "enrolments": ""},
            content=_without_calendar(waiting.content), posted_at=waiting.posted_at, next_at=waiting.next_at,
            useful_until=waiting.useful_until, state="pending", attempts=0)
        db.session.add(there)
    _name(there, [*there.fields.get("enrolments", "").split(), str(enrolment.id)])


def _without_calendar(content: LetterContent | None) -> LetterContent | None:
    """Its calendar part names the old mailbox."""
    if content is None or not content.calendar:
        return content
    return posting.content_of(Letter(content.letter, content.language, content.subject, content.text, content.html,
                                     wording=content.wording))


def _name(letter: Delivery, ids: list[str]) -> None:
    people = {str(one.id): one for one in db.session.scalars(select(Enrolment).where(
        Enrolment.id.in_([int(id) for id in ids])))}
    named = [people[id] for id in ids if id in people]
    letter.fields = {**letter.fields, "enrolments": " ".join(ids)}
    letter.name = letters.names_of(named)[:120] if named else letter.name
