"""The main job from end to end, as people do it: in browsers, with a calendar program, and past a reminder."""

from __future__ import annotations

import io
import re
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import ical.calendar_stream
import icalendar
import pytest
import vobject
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Demonstration
from tests.browser.walking import PHONE, SHANGHAI, WIDE, Walk, local


def fetch(address: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=30) as answer:
            return answer.status, answer.read(), {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, error.read(), {name.lower(): value for name, value in error.headers.items()}


def entry_in(feed: bytes, title: str) -> icalendar.Event:
    found = [one for one in icalendar.Calendar.from_ical(feed).walk("VEVENT") if title in str(one["SUMMARY"])]
    assert len(found) == 1, [str(one["SUMMARY"]) for one in found]
    return found[0]


def a_new_event(walk: Walk, title: str, starts_at: datetime, *, hours: int = 2, capacity: str = "",
                kind: str = "lecture", then: str = "发布", more_tasks: tuple[str, ...] = ()) -> int:
    """Fills in the one page and presses a button; the new event's id."""
    page = walk.go(f"/console/events/new?task=I2.1&kind={kind}")
    page.fill("#title", title)
    for code in more_tasks:
        page.get_by_text("再选任务").click()
        page.locator(f"input[name=tasks][value$='/{code}']").check()
    page.fill("#starts_at", local(starts_at))
    page.fill("#ends_at", local(starts_at + timedelta(hours=hours)))
    page.fill("#location", "省委党校第一报告厅")
    if capacity:
        page.fill("#capacity", capacity)
    walk.press(then)
    page.wait_for_url(re.compile(r"/console/events/\d+"))
    found = re.search(r"/console/events/(\d+)", page.url)
    assert found
    return int(found[1])


def a_participant(browser: Browser, demonstration: Demonstration, event: int, name: str, contact: str) -> Walk:
    """Somebody with the sign-up form filled in, the button not yet pressed."""
    walk = Walk(browser, demonstration, PHONE)
    page = walk.go(f"/events/{event}/signup")
    page.fill("#name", name)
    page.fill("#contact", contact)
    page.check("#consent")
    return walk


@pytest.fixture(scope="module")
def organizer(browser: Browser, demonstration: Demonstration, organizer_state: dict[str, Any]):
    walk = Walk(browser, demonstration, WIDE, organizer_state)
    yield walk
    walk.context.close()


def test_the_whole_main_job(browser: Browser, demonstration: Demonstration, organizer: Walk) -> None:
    start = (datetime.now(SHANGHAI) + timedelta(days=5)).replace(hour=14, minute=30, second=0, microsecond=0)

    # 2: from the plan to a lecture of two tasks, previewed and published
    page = organizer.go("/console/plan")
    expect(page.locator("main")).to_contain_text("沿用2023年表述")
    page.locator("a[href*='/console/plan/tasks/I2.1']").first.click()
    expect(page.locator("main")).to_contain_text("1-2期")
    lecture = a_new_event(organizer, "蜀光讲坛：旅程讲座", start, capacity="2", then="预览", more_tasks=("E1.2",))
    expect(page.locator("main")).to_contain_text("蜀光讲坛：旅程讲座")
    organizer.go(f"/console/events/{lecture}")
    expect(page.locator("main")).to_contain_text("E1.2")
    assert fetch(f"{demonstration.address}/events/{lecture}")[0] == 404
    organizer.press("发布")
    organizer.keep("2-published")

    # 4: anybody finds it, and subscribes to exactly what is on the page
    reader = Walk(browser, demonstration, PHONE)
    page = reader.go("/?view=list&kind=lecture&q=旅程讲座")
    expect(page.locator("main")).to_contain_text("蜀光讲坛：旅程讲座")
    feed = f"{demonstration.address}/calendar.ics?kind=lecture&q=%E6%97%85%E7%A8%8B%E8%AE%B2%E5%BA%A7"
    status, body, headers = fetch(feed)
    assert (status, fetch(feed)[1]) == (200, body)
    assert fetch(feed, **{"If-None-Match": headers["etag"]})[:2] == (304, b"")
    assert len(list(icalendar.Calendar.from_ical(body).walk("VEVENT"))) == 1
    assert len(vobject.readOne(body.decode()).vevent_list) == 1
    assert len(ical.calendar_stream.IcsCalendarStream.calendar_from_ics(body.decode()).events) == 1
    before = entry_in(body, "旅程讲座")

    # 5: two seats, three people; the last seat goes to one of two who press together
    first = a_participant(browser, demonstration, lecture, "演示参加者甲", "journey-a@example.org")
    first.page.locator("main form .button-main").click()
    first.page.wait_for_url("**/t/*")
    ticket = first.page.url
    first.keep("5-ticket")
    pair = [a_participant(browser, demonstration, lecture, f"演示参加者{name}", contact)
            for name, contact in (("乙", "journey-b@example.org"), ("丙", "13800001234"))]
    forms = [(walk.page.url, walk.page.evaluate(
        "() => Object.fromEntries(new FormData(document.querySelector('main form')))"),
        walk.context.cookies()) for walk in pair]
    answers = pressed_together(forms)
    assert sorted(answers) == [303, 409] or sorted(answers) == [302, 409]
    loser = pair[answers.index(409)]
    loser.page.locator("main form .button-main").click()
    expect(loser.page.locator("main")).to_contain_text("满")
    loser.keep("5-full")

    # 6: a day later, and another one cancelled; the feed, the letters and the pages say so
    page = organizer.go(f"/console/events/{lecture}/schedule")
    moved = start + timedelta(days=1)
    page.fill("#starts_at", local(moved))
    page.fill("#ends_at", local(moved + timedelta(hours=2)))
    organizer.press("改期")
    page.wait_for_url(f"**/console/events/{lecture}")
    other = a_new_event(organizer, "旅程讲座之二", start)
    organizer.go(f"/console/events/{other}/cancellation")
    page.fill("#reason", "主讲人生病")
    page.locator("main form .button-danger, main form .button-main").first.click()
    page.wait_for_url(f"**/console/events/{other}")
    body = fetch(feed)[1]
    after, cancelled = entry_in(body, "蜀光讲坛：旅程讲座"), entry_in(body, "旅程讲座之二")
    assert (str(after["UID"]), after["DTSTART"].dt) == (str(before["UID"]), moved)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert (str(cancelled["STATUS"]), str(cancelled["SUMMARY"])[:5]) == ("CANCELLED", "【已取消】")
    page = first.go(ticket)
    expect(page.locator("main")).to_contain_text(f"{moved.month}月{moved.day}日")
    first.keep("6-ticket-moved")
    page = organizer.go(f"/console/events/{lecture}")
    expect(page.locator("main")).to_contain_text("改期")

    # 7: everybody is reminded once, at the new time
    day_before = (moved - timedelta(days=1) + timedelta(minutes=2)).isoformat()
    demonstration.flask("reminders", "tick", "--as-of", day_before)
    demonstration.flask("reminders", "tick", "--as-of", day_before)
    page = organizer.go(f"/console/events/{lecture}")
    reminders = page.locator("main table tr").filter(has_text="提醒").filter(has_text="@")
    emails = 1 + (1 if answers.index(409) == 1 else 0)
    expect(reminders).to_have_count(emails)
    organizer.keep("7-reminded")

    # 8: held; figures and a photo from a phone, and the plan counts it
    phone = Walk(browser, demonstration, PHONE)
    phone.context.add_cookies(organizer.context.cookies())
    year = datetime.now(SHANGHAI).year
    done_before = done_of_task(demonstration, year)
    page = phone.go("/console/events/held")
    page.fill("#title", "旅程：已办的一期")
    page.get_by_text("选任务").first.click()
    page.locator("input[name=tasks][value$='/I2.1']").check()
    page.fill("input[type=date] >> nth=0", (datetime.now(SHANGHAI) - timedelta(days=1)).strftime("%Y-%m-%d"))
    page.fill("#attendances", "86")
    photo = io.BytesIO()
    Image.new("RGB", (640, 480), "#1d4f9e").save(photo, "JPEG")
    page.set_input_files("input[type=file]", {"name": "现场.jpg", "mimeType": "image/jpeg",
                                              "buffer": photo.getvalue()})
    phone.press("登记")
    page.wait_for_url(re.compile(r"/console/events/\d+$"))
    phone.keep("8-held")
    assert done_of_task(demonstration, year) == done_before + 1
    page = reader.go(f"/plans/{year}/tasks/I2.1")
    page.get_by_role("link", name="旅程：已办的一期").click()
    expect(page.locator("main")).to_contain_text("86")
    reader.keep("8-public")

    for walk in (reader, first, phone, *pair):
        walk.context.close()


def pressed_together(forms: list[tuple[str, dict[str, str], list[dict[str, str]]]]) -> list[int]:
    """Posts the forms at one moment from two threads; the status each got."""
    answers = [0] * len(forms)

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *args: object) -> None:
            return None

    def press(place: int) -> None:
        address, fields, cookies = forms[place]
        request = urllib.request.Request(address, urllib.parse.urlencode(fields).encode(), {
            "Cookie": "; ".join(f"{one['name']}={one['value']}" for one in cookies)})
        try:
            answers[place] = urllib.request.build_opener(Stay).open(request, timeout=30).status
        except urllib.error.HTTPError as error:
            answers[place] = error.code

    threads = [Thread(target=press, args=(place,)) for place in range(len(forms))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def done_of_task(demonstration: Demonstration, year: int) -> int:
    page = demonstration.read(f"/plans/{year}/tasks/I2.1?lang=zh")
    found = re.search(r"已办\s*(?:<[^>]+>\s*)*(\d+)", page)
    return int(found[1]) if found else 0


def test_the_other_kinds_as_one_tree(browser: Browser, demonstration: Demonstration, organizer: Walk) -> None:
    start = (datetime.now(SHANGHAI) + timedelta(days=9)).replace(hour=9, minute=0, second=0, microsecond=0)

    contest = a_new_event(organizer, "旅程竞赛", start, kind="competition", capacity="30", then="存为草稿")
    for number, name in enumerate(("初赛", "复赛", "决赛")):
        page = organizer.go(f"/console/events/{contest}/parts/new")
        page.fill("#title", name)
        page.fill("#starts_at", local(start + timedelta(days=7 * number)))
        page.fill("#ends_at", local(start + timedelta(days=7 * number, hours=3)))
        page.fill("#advance_count", str(20 - 9 * number))
        organizer.press("保存")
        page.wait_for_url(f"**/console/events/{contest}")
    organizer.press("发布")

    body = fetch(f"{demonstration.address}/calendar.ics?kind=competition&q=%E6%97%85%E7%A8%8B%E7%AB%9E%E8%B5%9B")[1]
    parent = entry_in(body, "旅程竞赛")
    assert (parent["DTSTART"].dt, parent["DTEND"].dt) == (
        start.date(), (start + timedelta(days=15)).date())
    page = organizer.go(f"/events/{contest}")
    assert [one.inner_text().split("\n")[0] for one in page.locator(".steps h3").all()] == ["初赛", "复赛", "决赛"]


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"#ends_at": "2020-01-01T08:00"}, "结束时间要晚于开始时间"),
    ({"#title": ""}, "请填活动名称"),
    ({"#title": "长" * 130}, "120"),
    ({"#signup_closes_at": "2031-01-01T08:00"}, "报名截止不能晚于活动结束"),
    ({"#online_url": "javascript:alert(1)"}, "网址要以"),
])
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
        organizer: Walk, changes: dict[str, str], sentence: str) -> None:
    start = datetime.now(SHANGHAI) + timedelta(days=9)
    page = organizer.go("/console/events/new?task=I2.1")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate("document.querySelectorAll('[maxlength]').forEach(one => one.removeAttribute('maxlength'))")
    filled = {"#title": "留住这句话", "#starts_at": local(start), "#ends_at": local(start + timedelta(hours=1)),
              "#location": "留住这个地点"} | changes
    for field, words in filled.items():
        page.fill(field, words)
    organizer.press("发布")

    expect(page.locator(".summary")).to_contain_text(sentence)
    assert {field: page.input_value(field) for field in filled} == filled
