"""Who signed up has his own calendar of it, once he showed that the mailbox is his; a ticket does not show that."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy
import time_machine

from app.accounts.links import hashed
from app.audit.models import AuditRow
from app.db import db
from app.errors import NotThere
from app.events.words import EventKind, Part
from app.feeds.tokens import FeedNameTaken, FeedToken
from app.keeping.logs import without_keys
from app.outbox.models import Delivery
from app.signup import erasing, mailbox, privacy
from app.signup.contact import Contact
from app.signup.enrolling import enrol
from app.signup.links import of_letter
from app.signup.models import Enrolment, SignupClosed
from tests.app.feeds.reading import AN_HOUR_ON, fetch, read, titles
from tests.conftest import AS_OF
from tests.factories import an_event

DAY = timedelta(days=1)


def open_to_all(title, days=9, **facts):
    return an_event(title, takes_enrolments=True, starts_at=AS_OF + days * DAY, **facts)


def sign_up(event, name="李老师", email="li@example.org", **facts):
    made = enrol(event, name=name, email=email, as_of=AS_OF, **facts)
    db.session.commit()
    return made


def a_calendar(enrolment):
    _made, token = FeedToken.issue_for_sign_ups(enrolment, AS_OF)
    db.session.commit()
    return f"/f/{token}.ics"


def entries(client, address):
    return re.findall(r"BEGIN:VEVENT.*?END:VEVENT\r\n", fetch(client, address).text, re.S)


def status(client, address):
    return fetch(client, address).status_code


def test_it_holds_what_the_same_mailbox_and_name_signed_up_for_and_nobody_elses(either_app):
    client = either_app.test_client()
    lecture, course, other, class_trip = (
        open_to_all(title, days) for days, title in enumerate(("讲座", "培训", "别人的", "替学生报的"), 9))
    li = sign_up(lecture)
    sign_up(course, name=" 李 老师", email="LI@example.org")
    sign_up(other, name="李老师", email="wang@example.org")
    sign_up(class_trip, name="学生甲")

    assert titles(client, a_calendar(li)) == ["讲座", "培训"]


def test_a_later_sign_up_enters_it_and_who_withdraws_has_the_event_no_longer(either_app):
    client = either_app.test_client()
    li = sign_up(open_to_all("讲座"))
    address = a_calendar(li)
    later = sign_up(open_to_all("培训", 10))
    before = titles(client, address)
    later.withdraw(AS_OF)
    db.session.commit()

    assert (before, titles(client, address)) == (["讲座", "培训"], ["讲座"])


def test_every_entry_is_the_public_feeds_to_the_byte_also_moved_cancelled_and_taken_back(either_app):
    client = either_app.test_client()
    moved, off, back = (open_to_all(title, days) for days, title in enumerate(("改期的", "取消的", "撤回的"), 9))
    li, *_rest = [sign_up(event) for event in (moved, off, back)]
    moved.reschedule(moved.span.moved_by(2 * DAY), AS_OF)
    off.cancel(AS_OF)
    back.unpublish(AS_OF)
    db.session.commit()
    address = a_calendar(li)

    assert entries(client, address) == entries(client, "/calendar.ics")
    assert sorted((one.uid, one.status) for one in read(client, address)) == sorted(
        [(moved.ical_uid, "CONFIRMED"), (off.ical_uid, "CANCELLED"), (back.ical_uid, "CANCELLED")])


def test_who_is_enrolled_in_a_class_sees_each_of_its_days_but_no_item_of_a_campaign(either_app):
    client = either_app.test_client()
    course = open_to_all("培训班", kind=EventKind.TRAINING)
    course.add_part(an_event("第一课", kind=EventKind.TRAINING, published=False, starts_at=AS_OF + 9 * DAY), AS_OF)
    week = open_to_all("宣传周", 12, kind=EventKind.CAMPAIGN)
    item = an_event("周里的一场", starts_at=AS_OF + 12 * DAY)
    week.add_part(item, AS_OF)
    sign_up(week)

    assert Part(item.part) is Part.ITEM
    assert titles(client, a_calendar(sign_up(course))) == ["培训班", "培训班 · 第一课", "宣传周"]


def test_it_tells_nothing_of_the_person_and_no_key(app, client):
    li = sign_up(open_to_all("讲座", online_url="https://meeting.test/room"), unit="成都七中")
    address = a_calendar(li)
    body = fetch(client, f"{address}?alarm=PT1H").text.replace("\r\n ", "")

    told = [word for word in ("李老师", "li@example.org", "成都七中", li.token, address[3:46],
                              mailbox.token_of(li), li.holder, "ATTENDEE", "SOURCE") if word in body]
    assert (told, body.count("BEGIN:VALARM"), "X-WR-CALNAME:五进 · 我的报名" in body) == ([], 1, True)


def test_the_key_is_kept_as_a_hash_and_the_answer_by_nobody(app, client):
    li = sign_up(open_to_all("讲座"))
    address, link = a_calendar(li), mailbox.token_of(li)
    kept = db.session.scalars(sqlalchemy.select(FeedToken)).one()
    answer = fetch(client, address)

    assert (kept.token_hash, kept.person_id) == (hashed(address[3:-4]), None)
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == (
        "private, no-cache", "no-referrer")
    assert fetch(client, address, If_None_Match=answer.headers["ETag"]).status_code == 304
    assert db.session.get(FeedToken, kept.id, populate_existing=True).fetched_at == AN_HOUR_ON
    assert (without_keys(address), without_keys(f"/signed-up/{link}/calendar")) == (
        "/f/….ics", "/signed-up/….…/calendar")


def test_only_one_is_in_force_and_another_address_ends_the_old_one(app, client):
    li = sign_up(open_to_all("讲座"))
    first = a_calendar(li)
    with pytest.raises(FeedNameTaken):
        FeedToken.issue_for_sign_ups(sign_up(open_to_all("培训")), AS_OF)
    made, token = db.session.scalars(FeedToken.of_sign_ups(li)).one().rotate(AS_OF)
    rotated = (status(client, first), status(client, f"/f/{token}.ics"))
    made.revoke(AS_OF)
    db.session.commit()

    assert (rotated, status(client, f"/f/{token}.ics"), status(client, "/f/nobody.ics")) == ((410, 200), 410, 404)


def test_erasing_ends_it_and_its_row_tells_of_nobody(either_app):
    client = either_app.test_client()
    li = sign_up(open_to_all("讲座"))
    address = a_calendar(li)
    erasing.erase(li, AS_OF)
    db.session.commit()

    kept = db.session.scalars(sqlalchemy.select(FeedToken)).one()
    assert (status(client, address), kept.holder, kept.enrolment_id, kept.revoked_at) == (410, "", None, AS_OF)


def test_it_outlives_an_enrolment_whose_time_is_over_and_dies_with_the_last(either_app):
    client = either_app.test_client()
    first, second = sign_up(open_to_all("讲座")), sign_up(open_to_all("培训", 10))
    address = a_calendar(first)
    erasing.erase(first, AS_OF)
    db.session.commit()
    left = titles(client, address)
    erasing.erase(second, AS_OF)
    db.session.commit()

    assert (left, status(client, address)) == (["培训"], 410)


def test_nobody_corrects_his_ticket_into_anothers_calendar(either_app):
    client = either_app.test_client()
    sign_up(open_to_all("李老师的事"))
    wang = sign_up(open_to_all("讲座", 10), name="王", email="wang@example.org")
    address, link = a_calendar(wang), mailbox.token_of(wang)

    privacy.correct(wang, AS_OF, name="李老师", contact=Contact.of(email="li@example.org"), unit="")
    db.session.commit()

    assert status(client, address) == 410
    with pytest.raises(NotThere):
        mailbox.opened(link)


def test_the_link_stands_in_the_letter_and_on_no_page_of_the_ticket(app, client):
    event = open_to_all("讲座")
    li = sign_up(event)
    link = f"http://wujin.test/signed-up/{mailbox.token_of(li)}"
    with time_machine.travel(AN_HOUR_ON, tick=False):
        pages = [client.get(f"/t/{li.token}{rest}") for rest in ("", "/data", "/data.json", "/erasure", ".ics")]
        pages.append(client.post(f"/t/{li.token}/link"))
    letters = db.session.scalars(sqlalchemy.select(Delivery).order_by(Delivery.id)).all()

    assert [page.status_code for page in pages] == [200] * 5 + [303]
    assert [page.request.path for page in pages if "signed-up" in page.text] == []
    assert [of_letter(one, AS_OF)["mine_url"] for one in letters] == [link, link]
    assert all("{{mine_url}}" in part for one in letters for part in (one.content.text, one.content.html))


@pytest.mark.parametrize("ending", ["withdraw", "cancel", "mobile"])
def test_no_letter_goes_where_there_is_nothing_to_confirm(app, client, ending):
    event = open_to_all("讲座")
    found = enrol(event, name="李老师", as_of=AS_OF,
                  **({"mobile": "13800001234"} if ending == "mobile" else {"email": "li@example.org"}))
    if ending == "withdraw":
        found.withdraw(AS_OF)
    elif ending == "cancel":
        event.cancel(AS_OF)
    db.session.commit()
    before = db.session.scalar(sqlalchemy.select(sqlalchemy.func.count(Delivery.id)))
    with time_machine.travel(AN_HOUR_ON, tick=False):
        answer = client.post(f"/t/{found.token}/link")

    assert (answer.status_code, SignupClosed.status) == (409, 409)
    assert db.session.scalar(sqlalchemy.select(sqlalchemy.func.count(Delivery.id))) == before


def test_a_strangers_ticket_with_her_name_and_mailbox_opens_nothing_of_hers(app, client):
    sign_up(open_to_all("李老师的事"))
    forged = sign_up(open_to_all("讲座", 10))

    for token in (forged.token, f"{forged.id}.{forged.token}", f"{forged.id}.", str(forged.id), "x.y", "9" * 30):
        assert client.get(f"/signed-up/{token}").status_code == 404


def test_the_page_makes_shows_once_changes_and_ends_the_calendar(app, client):
    li = sign_up(open_to_all("讲座"))
    page = f"/signed-up/{mailbox.token_of(li)}"
    with time_machine.travel(AN_HOUR_ON, tick=False):
        first = client.get(page)
        shown = client.post(f"{page}/calendar")
        again = client.post(f"{page}/calendar")
        id = db.session.scalars(FeedToken.of_sign_ups(li)).one().id
        changed = client.post(f"{page}/calendar/{id}/address")
        address = re.search(r'value="http://wujin\.test(/f/[\w-]{43}\.ics)"', changed.text)[1]
        other = f"/signed-up/{mailbox.token_of(sign_up(open_to_all('培训'), name='王', email='w@example.org'))}"
        id = db.session.scalars(FeedToken.of_sign_ups(li)).one().id
        strangers = [client.post(f"{other}/calendar/{id}/{verb}").status_code for verb in ("address", "revocation")]
        works = client.get(address).status_code
        listed = client.get(page)
        ended = client.post(f"{page}/calendar/{id}/revocation")

    assert (first.status_code, "讲座" in first.text) == (200, True)
    assert first.headers["Cache-Control"] == "private, no-store"
    assert (shown.status_code, shown.headers["Referrer-Policy"], again.status_code) == (200, "no-referrer", 422)
    assert (address in listed.text, "上次读取" in listed.text) == (False, True)
    assert (strangers, works, ended.status_code, status(client, address)) == ([404, 404], 200, 303, 410)


def test_a_withdrawn_event_tells_what_was_announced_and_nothing_of_its_draft(app, client, count_queries):
    events = [open_to_all(title, days) for days, title in enumerate(("讲座", "培训", "沙龙"), 9)]
    enrolments = [sign_up(event) for event in events]
    address, page = a_calendar(enrolments[0]), f"/signed-up/{mailbox.token_of(enrolments[0])}"

    def withdraw(event):
        event.unpublish(AS_OF)
        event.revise(AS_OF, title="没有公布的题目")
        db.session.commit()
        db.session.expire_all()
        return count_queries(lambda: fetch(client, page))

    cost = [withdraw(event) for event in events]
    shown = fetch(client, page).text + fetch(client, address).text

    assert ("没有公布的题目" in shown, shown.count("暂时撤回"), "培训" in shown) == (False, 3, True)
    assert cost[1:] == cost[:-1]


def test_a_withdrawn_event_whose_draft_was_thrown_away_is_not_said_to_be_away_for_a_time(app, client):
    event = open_to_all("讲座", 9)
    enrolment = sign_up(event)
    page, ticket = f"/signed-up/{mailbox.token_of(enrolment)}", f"/t/{enrolment.token}"
    event.unpublish(AS_OF)
    withdrawn = [fetch(client, address).text for address in (page, ticket)]
    event.discard(AS_OF)
    gone = [fetch(client, address).text for address in (page, ticket)]

    for words, told in (("暂时撤回", (2, 0)), ("不举办了", (0, 2)), ("讲座", (2, 2))):
        assert (sum(words in one for one in withdrawn), sum(words in one for one in gone)) == told, words
    assert ("请不用到场。" in gone[1], "重新公布以后" in gone[1]) == (True, False)


def test_the_copy_tells_of_the_calendar_and_the_audit_of_no_address(app, client):
    li = sign_up(open_to_all("讲座"))
    forged = sign_up(open_to_all("培训", 10))
    with time_machine.travel(AS_OF, tick=False):
        client.post(f"/signed-up/{mailbox.token_of(li)}/calendar")
        told, others = (json.loads(client.get(f"/t/{one.token}/data.json").data) for one in (li, forged))
        page = client.get(f"/t/{li.token}/data").text
    rows = db.session.scalars(sqlalchemy.select(AuditRow).where(AuditRow.subject_type == "FeedToken")).all()

    assert [one["made_at"][:10] for one in told["calendars"]] == ["2026-03-02"]
    assert (others["calendars"], "您的私人日历" in page) == ([], True)
    assert [(row.what, row.actor, row.address) for row in rows] == [("feed_made", "participant", "")]


def test_a_hundred_sign_ups_cost_as_many_queries_as_one(app, client, count_queries):
    li = sign_up(open_to_all("讲座"))
    address, page = a_calendar(li), f"/signed-up/{mailbox.token_of(li)}"

    def cost():
        return [count_queries(lambda place=place: fetch(client, place)) for place in (address, page)]

    fetch(client, address)
    one = cost()
    for number in range(4):
        sign_up(open_to_all(f"第{number}场", 10 + number))

    assert (cost(), db.session.scalar(sqlalchemy.select(sqlalchemy.func.count(Enrolment.id)))) == (one, 5)
