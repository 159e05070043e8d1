"""Letters and enrolments for tests of what is sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.db import db
from app.events.models import Event
from app.outbox import posting
from app.outbox.letter import Letter, Recipient
from app.outbox.models import Attempt, Delivery, LetterContent
from app.signup.models import ConsentText, Enrolment
from tests.conftest import AS_OF


def a_letter(subject: str = "关于讲座的通知", *, text: str = "{{name}}，您好。",
             html: str = "<p>{{name}}，您好。</p>", calendar: bytes = b"", method: str = "",
             name: str = "tests.notice") -> Letter:
    return Letter(name, "zh", subject, text, html, calendar, method)


def posted(address: str = "li@example.org", *, letter: Letter | None = None, cause: str = "test:1", name: str = "Li",
           as_of: datetime = AS_OF, useful_until: datetime | None = None, **fields: str) -> Delivery:
    """A letter that waits, committed."""
    delivery = posting.post(letter or a_letter(), Recipient(address, name, fields), cause=cause, as_of=as_of,
                            useful_until=useful_until)
    db.session.commit()
    return delivery


def enrolled(event: Event, name: str = "Li", email: str = "li@example.org", *, at: datetime | None = None,
             mobile: str = "") -> Enrolment:
    """Somebody enrolled in `event`, by a row of their own."""
    consent = db.session.scalars(select(ConsentText)).first() or ConsentText(
        purpose="signup", language="zh", digest="0" * 64, text="同意", first_shown_at=AS_OF)
    at = at or AS_OF
    enrolment = Enrolment(event=event, name=name, name_key=name.casefold(), email=email, mobile=mobile,
                          contact=email or mobile, language="zh", state="enrolled", consent=consent, consented_at=at,
                          enrolled_at=at)
    enrolment.seal()
    db.session.add(enrolment)
    db.session.flush()
    return enrolment


def ledger() -> Sequence[Delivery]:
    """Every letter in order, read afresh."""
    db.session.expire_all()
    return db.session.scalars(select(Delivery).order_by(Delivery.id)).all()


def reminders() -> list[Delivery]:
    """The letters of reminders alone; a change is told by letters of its own."""
    return [one for one in ledger() if one.letter == "reminders.reminder"]


def states() -> list[tuple[str, str]]:
    return [(one.address, one.state) for one in ledger()]


def tries() -> list[int | None]:
    return [one.code for one in db.session.scalars(select(Attempt).order_by(Attempt.id))]


def words_of(delivery: Delivery) -> LetterContent:
    assert delivery.content is not None
    return delivery.content


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
