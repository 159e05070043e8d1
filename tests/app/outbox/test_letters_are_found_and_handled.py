"""Letters are found by what one knows of them, read as they go out, tried again, stopped, sent all the same."""

import re
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from app.accounts.installation import Installation
from app.accounts.models import Role
from app.audit.models import AuditRow
from app.clock import now
from app.db import db
from app.feeds.following.asking import ask
from app.feeds.following.rhythm import Rhythm
from app.feeds.slices import Slice
from app.look import clock, short_day
from app.outbox import holding, posting, relay, sending
from app.outbox.answers import Answer, Outcome
from app.outbox.letter import Recipient
from app.outbox.models import Attempt, DeliveryState
from app.outbox.pace import DomainPace
from app.signup.enrolling import enrol
from tests.factories import a_city_office, a_person, an_event, an_office, chen, wang
from tests.letters import a_letter, enrolled, ledger


def about(event, subject="改期通知", address="lina@example.org", name="李娜", letter="signup.changed", **changes):
    delivery = posting.post(a_letter(subject, name=letter), Recipient(address, name), cause=f"{subject}{address}",
                            about=f"event:{event.id}" if event else "", as_of=now() - timedelta(days=1))
    for field, value in changes.items():
        setattr(delivery, field, value)
    db.session.commit()
    return delivery


def subjects(page):
    return re.findall(r'<a href="/console/letters/\d+">(.*?)</a>', page)


def soon(**changes):
    return an_event("专利讲座", starts_at=now() + timedelta(days=3), as_of=now(), **changes)


def audited():
    return [row.what for row in db.session.query(AuditRow).filter_by(subject_type="Delivery").order_by(AuditRow.id)]


@pytest.fixture
def two(app):
    about(soon())
    salon = an_event("商标沙龙", starts_at=now() + timedelta(days=3), as_of=now())
    about(salon, "报名成功", "wu@example.org", "吴敏", "signup.confirmation", state="failed")


@pytest.mark.parametrize(("asked", "found"), [
    ("q=lina@example.org", ["改期通知"]), ("q=LINA@example.org", ["改期通知"]), ("q=吴敏", ["报名成功"]),
    ("q=商标", ["报名成功"]), ("q=改期", ["改期通知"]), ("q=50%25", []), ("state=failed", ["报名成功"]),
    ("kind=change", ["改期通知"]), ("kind=signup", ["报名成功"]), ("kind=staff", []), ("since=2199-01-01", []),
    ("until=2199-01-01", ["报名成功", "改期通知"]), ("since=9999-12-31", []), ("until=0001-01-01", []),
    ("since=0001-01-01&until=9999-12-31", ["报名成功", "改期通知"])])
def test_letters_are_found_by_what_one_knows_of_them(two, signed_in, asked, found):
    assert subjects(signed_in(chen()).get(f"/console/letters?{asked}").text) == found


@pytest.mark.parametrize(("asked", "sentence"), [
    ("state=lost", "没有这种状态。"), ("kind=love", "没有这类信件。"),
    ("since=gestern", "日期“gestern”看不懂，请写成 2026-03-02。")])
def test_what_cannot_be_looked_for_is_said(two, signed_in, asked, sentence):
    assert sentence in signed_in(chen()).get(f"/console/letters?{asked}").text


def test_who_may_not_read_names_cannot_guess_them(two, signed_in):
    leader = a_person("Leader", Role.LEADER, an_office())

    assert subjects(signed_in(leader).get("/console/letters?q=吴敏").text) == []


def test_long_lists_come_page_by_page(app, signed_in):
    event = soon()
    for number in range(32):
        about(event, f"通知{number}")

    browser = signed_in(chen())

    assert [subjects(browser.get(f"/console/letters?page={page}").text) for page in (1, 2)] == [
        [f"通知{number}" for number in range(31, 1, -1)], ["通知1", "通知0"]]


def test_a_letter_is_read_as_its_reader_gets_it(app, signed_in):
    letter = about(soon(), last_code=450)
    db.session.add(Attempt(delivery_id=letter.id, at=now(), code=450, answer="450 4.2.0 greylisted"))

    page = signed_in(chen()).get(f"/console/letters/{letter.id}").text

    assert re.findall(r'(?s)<pre class="letter-words">(.*?)</pre>', page) == ["李娜，您好。"]
    assert ("450 4.2.0 greylisted" in page, "lina@example.org" in page) == (True, False)


def test_the_calendar_part_of_a_letter_is_read_too_and_tells_no_more_of_the_address(app, signed_in):
    enrol(soon(takes_enrolments=True), name="李娜", email="lina@example.org", as_of=now())
    db.session.commit()

    page = signed_in(chen()).get(f"/console/letters/{ledger()[0].id}").text
    calendar = re.findall(r'(?s)<pre class="letter-words">(BEGIN:VCALENDAR.*?)</pre>', page)

    assert [line for line in ("METHOD:REQUEST", "SUMMARY:专利讲座") if line not in calendar[0].split("\n")] == []
    assert ("ATTENDEE" in calendar[0], "lina@example.org" in page) == (True, False)


def test_a_link_that_opens_an_account_is_shown_to_nobody(app, signed_in):
    letter = about(None, "登录", letter="accounts.invitation")
    root = a_person("Root", Role.ADMINISTRATOR, an_office())

    page = signed_in(root).get(f"/console/letters/{letter.id}").text

    assert ("letter-words" in page, "内容不保存" in page) == (False, True)


def test_a_stranger_neither_reads_nor_stops_a_letter(app, signed_in):
    letter = about(soon(organization=a_city_office()))
    browser = signed_in(wang())

    answers = [browser.get(f"/console/letters/{letter.id}").status_code] + [
        browser.post(f"/console/letters/{letter.id}/{what}").status_code for what in ("try", "stop", "sending")]

    assert (answers, ledger()[0].state) == ([404] * 4, "pending")


def test_letters_of_nobodys_event_are_the_root_administrators(app, signed_in):
    about(None, "催报月报", letter="reports.return_due")
    root = a_person("Root", Role.ADMINISTRATOR, an_office())
    city = a_person("City", Role.ADMINISTRATOR, a_city_office())

    assert [subjects(signed_in(one).get("/console/letters").text) for one in (root, city)] == [["催报月报"], []]


def test_a_letter_that_failed_is_tried_again_at_once(app, signed_in):
    letter = about(soon(), letter="tests.notice", state="failed", reason="450 later", attempts=9)

    browser = signed_in(chen())
    for _ in range(2):
        browser.post(f"/console/letters/{letter.id}/try")
    sending.deliver(now())

    assert ([one.state for one in ledger()], audited()) == (["accepted"], ["letter_retried", "letter_retried"])


def test_a_stopped_letter_stays_until_it_is_sent_anyway(app, signed_in):
    letter = about(soon(), letter="tests.notice")
    browser = signed_in(chen())

    for _ in range(2):
        browser.post(f"/console/letters/{letter.id}/stop")
    sending.deliver(now())
    stopped = [one.state for one in ledger()]
    browser.post(f"/console/letters/{letter.id}/sending")
    sending.deliver(now())

    assert (stopped, [one.state for one in ledger()]) == (["cancelled"], ["accepted"])
    assert audited() == ["letter_stopped", "letter_sent_anyway"]


def a_pause():
    pace = DomainPace.of("qq", now())
    pace.paused_until, pace.reason = now() + timedelta(hours=1), "550 5.7.1 not from you"
    db.session.add(pace)


STOPS = [(a_pause, "QQ邮箱 暂停到"), (lambda: holding.hold(holding.BY_HAND, now()), "发信已停（有人停下了发信）"),
         (lambda: relay.hear([Answer(Outcome.NO_RELAY)], now()), "邮件服务器连不上或不让寄信")]


@pytest.mark.parametrize(("stops", "why"), STOPS)
@pytest.mark.parametrize(("what", "state", "at_once"), [
    ("try", "failed", "马上再试一次"), ("sending", "cancelled", "马上就寄")])
def test_a_letter_sent_by_hand_says_what_it_waits_for(app, signed_in, stops, why, what, state, at_once):
    letter = about(soon(), address="li@qq.com", state=state)
    browser = signed_in(chen())
    stops()
    db.session.commit()

    page = browser.post(f"/console/letters/{letter.id}/{what}", follow_redirects=True).text

    assert (f"但是还要等：{why}" in page, f"<small>{why}" in page, at_once in page) == (True, True, False)


def test_a_paused_house_tells_until_when_its_letters_wait(app, signed_in):
    letter = about(soon(), address="li@qq.com")
    a_pause()
    db.session.commit()

    page = signed_in(chen()).get(f"/console/letters/{letter.id}").text
    until = db.session.get(DomainPace, "qq").paused_until

    [told] = re.findall(r"下次寄</dt><dd>(.*?)<small>", page)
    assert told == f"{short_day(until)} {clock(until)}"


def test_a_missed_letter_is_sent_while_its_event_still_comes(app, signed_in):
    letter = about(soon(), letter="tests.notice", state="missed", useful_until=now() - timedelta(hours=1))

    signed_in(chen()).post(f"/console/letters/{letter.id}/sending")
    sending.deliver(now())

    assert [one.state for one in ledger()] == ["accepted"]


@pytest.mark.parametrize(("what", "state", "sentence"), [
    ("try", DeliveryState.ACCEPTED, "这封信已经不在等了"), ("stop", DeliveryState.ACCEPTED, "这封信停不下来了"),
    ("sending", DeliveryState.ACCEPTED, "这封信不用再发"), ("stop", DeliveryState.CLAIMED, "这封信停不下来了")])
def test_what_comes_too_late_is_said_and_nothing_changes(app, signed_in, what, state, sentence):
    letter = about(soon(), state=state.value)

    answer = signed_in(chen()).post(f"/console/letters/{letter.id}/{what}")

    assert (answer.status_code, sentence in answer.text, ledger()[0].state, audited()) == (409, True, state, [])


def test_nothing_is_sent_anyway_about_what_is_over(app, signed_in):
    letter = about(an_event("去年的讲座", starts_at=now() - timedelta(days=3)), state="missed")

    answer = signed_in(chen()).post(f"/console/letters/{letter.id}/sending")

    assert (answer.status_code, "已经没有用处" in answer.text) == (409, True)


def test_the_page_says_how_long_the_limit_makes_letters_wait(app, signed_in):
    app.config["MAIL_PER_MINUTE"] = 1
    event = soon(takes_enrolments=True)
    for number in range(3):
        enrolled(event, f"Li{number}", f"li{number}@example.org", at=now())

    page = signed_in(chen()).get("/console/letters").text

    assert sum(map(int, re.findall(r"全部单位的 (\d+) 封", page))) == 6


def test_a_house_that_is_slowed_is_named(app, signed_in):
    pace = DomainPace.of("qq", now())
    pace.per_minute = 30
    db.session.add(pace)

    assert "QQ邮箱 放慢到每分钟 30 封" in signed_in(chen()).get("/console/letters").text


def test_the_event_names_the_addresses_that_take_no_letters(app, signed_in):
    event = soon()
    about(event, state="failed", last_code=550, reason="550 5.1.1 no such user")
    about(event, address="wu@example.org")

    page = signed_in(chen()).get(f"/console/events/{event.id}").text

    assert re.findall(r'(?s)<li class="rejected">(.*?)</li>', page) == [
        "李娜 li***@example.org：550 5.1.1 no such user"]


def test_in_a_demonstration_alone_the_links_of_a_letter_are_there_to_be_opened(app, signed_in):
    follower = ask(Slice.of(MultiDict([("kind", "lecture")])), address="li@example.org", rhythm=Rhythm.DAILY, hour=9,
                   language="zh", consent_text="同意", as_of=now())
    db.session.commit()
    browser = signed_in(a_person("Ann", Role.ADMINISTRATOR, an_office()))
    page = f"/console/letters/{ledger()[0].id}"

    before = browser.get(page).text
    db.session.add(Installation(is_demonstration=True, made_at=now()))
    db.session.commit()
    after = browser.get(page).text

    assert (follower.url in before, f'href="{follower.url}"' in after) == (False, True)
    assert "确认" in app.test_client().get(f"/following/{follower.token}").text


def test_letters_taken_back_are_folded_on_the_event_s_page(app, signed_in):
    event = soon()
    about(event, "改期通知", state="cancelled")
    about(event, "报名成功", state="accepted")

    page = signed_in(chen()).get(f"/console/events/{event.id}").text

    folded = re.search(r"(?s)<details><summary>已撤回或合并的 1 封</summary>(.*?)</details>", page)[1]
    assert [subject in folded for subject in ("改期通知", "报名成功")] == [True, False]
    assert "报名成功" in page


def test_a_try_that_broke_off_is_said_and_the_second_one_can_be_stopped(app, signed_in):
    letter = about(soon(), state="ambiguous", unanswered=1, next_at=now() - timedelta(minutes=1))
    browser = signed_in(chen())

    before = browser.get(f"/console/letters/{letter.id}").text
    for _ in range(2):
        after = browser.post(f"/console/letters/{letter.id}/stop", follow_redirects=True).text
    sending.tidy(now())

    assert [("还没有寄过" in page, "寄到一半断了，没有等到回答" in page, "停下第二次" in page)
            for page in (before, browser.get(f"/console/letters/{letter.id}").text)] == [
        (False, True, True), (False, True, False)]
    assert ([one.state for one in ledger()], audited()) == (["ambiguous"], ["letter_stopped"])
    assert "停不下来" in after
