"""The page of letters: of one's own events, and nobody else's."""

import re
from datetime import timedelta

from app.clock import now
from app.db import db
from app.outbox import posting
from app.outbox.letter import Recipient
from app.outbox.pace import DomainPace
from tests.factories import a_city_office, an_event, chen, wang
from tests.letters import a_letter


def rows(page: str) -> list[str]:
    """What stands beside each time."""
    found = re.findall(r"(?s)<tr><td>.*?</td>(.*?)</tr>", page)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def a_letter_about(event, subject: str, **changes) -> None:
    delivery = posting.post(a_letter(subject), Recipient("lina@example.org", "李娜"), cause=subject,
                            about=f"event:{event.id}", as_of=now() - timedelta(days=1))
    for name, value in changes.items():
        setattr(delivery, name, value)
    db.session.commit()


def test_staff_see_what_leaves_soon_and_what_came_of_the_rest(app, signed_in):
    event = an_event("专利讲座", takes_enrolments=True, starts_at=now() + timedelta(days=10), as_of=now())
    a_letter_about(event, "改期通知", state="failed", reason="550 5.1.1 no such user")

    page = signed_in(chen()).get("/console/letters").text

    assert rows(page) == [
        "专利讲座 前 1 天", "专利讲座 前 1 小时", "改期通知 li***@example.org 未送达 550 5.1.1 no such user"]


def test_a_stranger_sees_no_letter_of_anothers_event(app, signed_in):
    event = an_event("专利讲座", takes_enrolments=True, starts_at=now() + timedelta(days=10),
                     organization=a_city_office(), as_of=now())
    a_letter_about(event, "改期通知")

    page = signed_in(wang()).get("/console/letters").text

    assert rows(page) == []


def test_nobody_sees_letters_without_signing_in(client):
    assert client.get("/console/letters").location == "/sign-in?next=/console/letters"


def test_the_page_asks_as_often_for_three_letters_as_for_one(app, signed_in, count_queries):
    browser = signed_in(chen())
    browser.get("/console/letters")

    counts = []
    for number in range(3):
        event = an_event(f"讲座{number}", takes_enrolments=True, starts_at=now() + timedelta(days=9), as_of=now())
        a_letter_about(event, f"通知{number}")
        counts.append(count_queries(lambda: browser.get("/console/letters")))

    assert counts[0] == counts[2]


def test_letters_under_way_are_counted_beside_those_that_wait(app, signed_in):
    event = an_event("专利讲座", starts_at=now() + timedelta(days=10), as_of=now())
    for number, state in enumerate(("pending", "pending", "claimed", "accepted")):
        a_letter_about(event, f"通知{number}", state=state)

    page = signed_in(chen()).get("/console/letters").text

    assert ("现在排着队的 2 封" in page, "另有 1 封正在寄" in page) == (True, True)


def test_written_letters_stand_in_the_order_of_the_time_they_show(app, signed_in):
    event = an_event("专利讲座", starts_at=now() + timedelta(days=10), as_of=now())
    a_letter_about(event, "明天寄", next_at=now() + timedelta(days=1))
    a_letter_about(event, "刚寄", state="accepted", sent_at=now())
    a_letter_about(event, "早寄", state="accepted", sent_at=now() - timedelta(hours=9), next_at=now())

    page = signed_in(chen()).get("/console/letters").text

    assert [row.split()[0] for row in rows(page)] == ["明天寄", "刚寄", "早寄"]


def test_a_page_that_tells_of_a_slowed_house_does_not_promise_all_letters_in_time(app, signed_in):
    browser = signed_in(chen())
    before = browser.get("/console/letters").text
    pace = DomainPace.of("qq", now())
    pace.per_minute = 30
    db.session.add(pace)
    db.session.commit()

    pages = before, browser.get("/console/letters").text

    assert [("到时间就寄" in page, "有的信要等" in page) for page in pages] == [(True, False), (False, True)]
