"""Demonstration participants: “演示学员01” and so on, who sign up one after another."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from sqlalchemy import select

from app.db import db
from app.events.models import Event
from app.signup.models import ConsentText, Enrolment

CONSENT = "演示数据：同意为本次活动保存姓名、联系方式和单位。"


def enrol_some(event: Event, number: int, since: datetime,
               until: datetime) -> Iterator[tuple[datetime, Callable[[datetime], object]]]:
    """`number` of them sign up for `event`, spread over the time from `since` to `until`."""
    pause = (until - since) / (number + 1)
    for place in range(1, number + 1):
        yield (since + pause * place).replace(microsecond=0), partial(_enrol, event, place)


def _enrol(event: Event, place: int, as_of: datetime) -> Enrolment:
    name, email = f"演示学员{place:02}", f"demo{place:02}@example.org"
    salt = hashlib.sha256(f"{event.ical_uid}:{place}".encode()).hexdigest()[:32]
    enrolment = Enrolment(
        event=event, name=name, name_key=name, email=email, mobile="", contact=email, language="zh",
        unit=f"演示单位{place % 9 + 1}", state="enrolled", salt=salt,
        token_hash=hashlib.sha256(salt.encode()).hexdigest(), consent=_consent(as_of), consented_at=as_of,
        enrolled_at=as_of)
    db.session.add(enrolment)
    return enrolment


def _consent(as_of: datetime) -> ConsentText:
    digest = hashlib.sha256(CONSENT.encode()).hexdigest()
    found = db.session.scalars(select(ConsentText).where(ConsentText.digest == digest)).one_or_none()
    if found is None:
        found = ConsentText(purpose="signup", language="zh", digest=digest, text=CONSENT, first_shown_at=as_of)
        db.session.add(found)
    return found
