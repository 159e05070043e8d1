from datetime import timedelta

import icalendar
import pytest

from app.clock import now
from app.db import db
from app.events.words import EventKind
from app.signup.enrolling import enrol
from app.signup.models import Enrolment
from tests.factories import an_event

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def event(app):
    return an_event("蜀光讲坛第一期", takes_enrolments=True, capacity=1, starts_at=now() + timedelta(days=9))


@pytest.fixture
def ticket(event):
    """Li's ticket by its address; Li left only a number."""
    enrolment = enrol(event, name="李老师", mobile="13800001234", as_of=now())
    db.session.commit()
    return f"/t/{enrolment.token}"


def attending(event):
    return [one.name for one in db.session.scalars(Enrolment.attending_event(event.id))]


def test_a_ticket_shows_the_event_and_the_name_and_can_be_scanned(client, ticket):
    answer = client.get(ticket)

    told = ("报名成功", "蜀光讲坛第一期", "李老师", '<svg role="img"', f"{ticket}.ics")
    assert [word for word in told if word not in answer.text] == []


@pytest.mark.parametrize("rest", ["", ".ics", "/withdrawal"])
def test_a_ticket_is_kept_by_no_cache_index_or_next_site(client, ticket, rest):
    headers = client.get(ticket + rest).headers

    assert (headers["Cache-Control"], headers["Referrer-Policy"], headers["X-Robots-Tag"]) == (
        "private, no-store", "same-origin", "noindex, nofollow")


@pytest.mark.parametrize(("method", "rest"), [
    ("GET", ""), ("GET", ".ics"), ("GET", "/withdrawal"), ("POST", "/withdrawal")])
def test_a_wrong_token_opens_nothing(client, ticket, event, method, rest):
    wrong = ticket[:-1] + ("A" if ticket[-1] != "A" else "B")

    answer = client.open(wrong + rest, method=method)

    assert (answer.status_code, "李老师" in answer.text, attending(event)) == (404, False, ["李老师"])


@pytest.mark.parametrize(("happens", "sentence"), [
    (lambda event: event.cancel(now(), "暴雨"), "活动已取消，您的报名随之作废"),
    (lambda event: event.postpone(now(), "暴雨"), "活动延期，您的报名保留"),
    (lambda event: event.reschedule(event.span.moved_by(AN_HOUR), now(), reason="维修"), "时间或地点改过"),
])
def test_a_ticket_says_what_became_of_the_event(client, ticket, event, happens, sentence):
    happens(event)

    assert sentence in client.get(ticket).text


@pytest.mark.parametrize(("happens", "sentence", "links"), [
    (lambda event: event.cancel(now(), "暴雨"), "请不用到场。", True),
    (lambda event: event.unpublish(now()), "请先不要到场；活动重新公布以后，这一页才是凭证。", False),
], ids=["cancelled", "unpublished"])
def test_a_ticket_to_nothing_is_not_to_be_shown_at_the_door(client, ticket, event, happens, sentence, links):
    happens(event)

    page = client.get(ticket).text

    assert [word for word in ("这一页就是凭证", "签到时出示", "凭证的二维码", ".ics") if word in page] == []
    assert (sentence in page, f'href="/events/{event.id}"' in page) == (True, links)


def test_opening_the_link_of_a_letter_withdraws_nobody(client, ticket, event):
    answer = client.get(ticket + "/withdrawal")

    assert ("确定取消这次报名吗？" in answer.text, attending(event)) == (True, ["李老师"])


def test_withdrawing_gives_the_seat_back_and_says_so(client, ticket, event):
    answer = client.post(ticket + "/withdrawal", follow_redirects=True)

    assert (attending(event), "报名已取消" in answer.text, answer.request.path) == ([], True, ticket)


def test_withdrawing_twice_is_withdrawing_once(client, ticket, event):
    codes = [client.post(ticket + "/withdrawal").status_code for _ in range(2)]

    assert (codes, attending(event)) == ([303, 303], [])


def test_after_the_event_nobody_withdraws(client, app):
    past = an_event("已办的讲座", takes_enrolments=True, starts_at=now() - timedelta(days=2))
    enrolment = enrol(past, name="李老师", mobile="13800001234", as_of=now() - timedelta(days=3))
    db.session.commit()

    answer = client.post(f"/t/{enrolment.token}/withdrawal")

    assert (answer.status_code, attending(past)) == (409, ["李老师"])


def test_the_calendar_file_rings_an_hour_before_and_holds_no_token(client, ticket, event):
    answer = client.get(ticket + ".ics")

    calendar = icalendar.Calendar.from_ical(answer.data)
    entry = calendar.walk("VEVENT")[0]
    assert (answer.content_type, "METHOD" in calendar, entry["UID"], entry.walk("VALARM")[0]["TRIGGER"].dt) == (
        "text/calendar; charset=utf-8", False, event.ical_uid, -AN_HOUR)
    assert ticket.removeprefix("/t/") not in answer.text.replace("\r\n ", "")


def test_the_calendar_file_of_a_class_holds_its_days_with_their_alarms(client, app):
    training = an_event("培训班", kind=EventKind.TRAINING, takes_enrolments=True, starts_at=now() + timedelta(days=9))
    for number in (0, 1):
        training.add_part(an_event(f"第{number + 1}课", published=False,
                                   starts_at=now() + timedelta(days=9 + number)), now())
    enrolment = enrol(training, name="李老师", mobile="13800001234", as_of=now())
    db.session.commit()

    entries = icalendar.Calendar.from_ical(client.get(f"/t/{enrolment.token}.ics").data).walk("VEVENT")

    assert [(str(one["SUMMARY"]), len(one.walk("VALARM"))) for one in entries] == [
        ("培训班", 0), ("培训班 · 第1课", 1), ("培训班 · 第2课", 1)]


def test_the_link_to_join_is_on_the_ticket_and_in_its_file(client, ticket, event):
    event.revise(now(), online_url="https://meeting.example.com/1")

    addresses = (ticket, ticket + ".ics", f"/events/{event.id}")
    pages = [client.get(address).text.replace("\r\n ", "") for address in addresses]

    assert ["meeting.example.com" in one for one in pages] == [True, True, False]
