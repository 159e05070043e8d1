"""Where a fifth of one cause's letters come back the rest waits: the page says so, and who handles them ends it."""

from datetime import timedelta

import pytest

from app.audit.models import AuditRow
from app.clock import now
from app.db import db
from app.outbox import sending, storms
from tests.factories import an_event, chen, wang
from tests.letters import ledger, minutes, posted
from tests.sink import RunningSink


@pytest.fixture
def stormy(app):
    """A fifth of one event's letters came back on the way; five wait."""
    event = an_event("专利讲座", starts_at=now() + timedelta(days=3), as_of=now())
    with RunningSink() as sink:
        app.config["MAIL_URL"] = sink.url
        for number in range(30):
            posted(f"li{number}@example.org", as_of=now() - minutes(1)).about = f"event:{event.id}"
            if number >= 15:
                sink.at_rcpt[f"li{number}@example.org"] = ["550 5.1.1 no such user"]
        db.session.commit()
        sending.deliver(now(), 25)
        yield app


def test_a_storm_is_told_with_its_reason_and_released_by_who_handles_the_letters(stormy, signed_in):
    browser = signed_in(chen())
    page = browser.get("/console/letters").text

    answers = [browser.post("/console/letters/storms/release", data={"cause": "test:1"}) for _twice in range(2)]

    assert ("还有 5 封停到" in page, "同一批信有五分之一以上被退回。" in page) == (True, True)
    assert [answer.status_code for answer in answers] == [302, 302]
    assert [one.reason for one in ledger() if one.state == "pending"] == [storms.RELEASED] * 5
    assert "还有 5 封停到" not in browser.get("/console/letters").text
    assert [row.what for row in db.session.query(AuditRow).filter_by(subject_type="Storm")] == ["storm_released"]


def test_what_was_released_is_not_held_back_again(stormy, signed_in):
    signed_in(chen()).post("/console/letters/storms/release", data={"cause": "test:1"})

    sending.deliver(now(), 3)

    assert [one.reason for one in ledger() if one.state == "pending"] == [storms.RELEASED] * 2


def test_a_stranger_neither_sees_nor_releases_a_storm(stormy, signed_in):
    browser = signed_in(wang())
    page = browser.get("/console/letters").text

    browser.post("/console/letters/storms/release", data={"cause": "test:1"})

    assert "还有 5 封停到" not in page
    assert [one.reason for one in ledger() if one.state == "pending"] == [storms.REASON] * 5
