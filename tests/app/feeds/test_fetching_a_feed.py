import gzip
import os
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine

from app.clock import now
from app.db import db
from app.feeds.models import FeedRevision
from tests.app.feeds.reading import fetch, read
from tests.conftest import AS_OF
from tests.factories import a_plan, an_event, chen

LATER = AS_OF + timedelta(hours=2)


def etag(answer):
    return answer.headers["ETag"]


def test_a_feed_says_what_it_is(app, client):
    an_event()

    headers = fetch(client, "/calendar.ics?kind=lecture").headers

    assert {name: headers.get(name) for name in (
        "Content-Type", "Cache-Control", "Vary", "X-Robots-Tag", "Content-Disposition", "Set-Cookie")} == {
        "Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "public, max-age=300",
        "Vary": "Accept-Encoding", "X-Robots-Tag": "noindex", "Set-Cookie": None, "Content-Disposition":
        "inline; filename=\"wujin.ics\"; filename*=UTF-8''%E4%BA%94%E8%BF%9B%20%C2%B7%20%E8%AE%B2%E5%BA%A7.ics"}


def test_a_feed_is_named_after_its_slice_and_states_its_window(app, client):
    lines = fetch(client, "/calendar.ics?kind=lecture&region=510100").text.replace("\r\n ", "").split("\r\n")

    assert [line for line in lines if line.startswith(("X-WR-CAL", "SOURCE"))] == [
        "X-WR-CALNAME:五进 · 讲座 · 成都",
        "X-WR-CALDESC:讲座 · 成都，2025-02-01 至 2027-09-30。改期和取消会自动更新。",
        "SOURCE;VALUE=URI:http://wujin.test/calendar.ics?kind=lecture&region=510100"]


def test_two_fetches_without_a_change_are_alike_byte_for_byte(app, client):
    for number in range(5):
        an_event(f"讲座{number}")

    first, second = (fetch(client, "/calendar.ics?kind=lecture&kind=meeting&region=成都", on=AS_OF),
                     fetch(client, "/calendar.ics?region=成都&kind=meeting&kind=lecture&q=", on=LATER))
    assert (first.data, etag(first)) == (second.data, etag(second))


@pytest.mark.feeds(10)
def test_another_process_gives_the_same_bytes_and_the_same_tag(app, client, tmp_path):
    for number in range(5):
        an_event(f"讲座{number}")
    script = (
        "import sys, time_machine, hashlib; from app import create_app; from tests.conftest import settings\n"
        "from pathlib import Path; from datetime import datetime\n"
        f"app = create_app(**settings(Path({str(tmp_path)!r})))\n"
        f"with time_machine.travel(datetime.fromisoformat({LATER.isoformat()!r}), tick=False):\n"
        "    answer = app.test_client().get('/calendar.ics?sector=I&sector=E&not.kind=press')\n"
        "    print(answer.headers['ETag'], hashlib.sha256(answer.data).hexdigest())\n")
    db.session.commit()

    seen = {subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True,
                           env=os.environ | {"PYTHONHASHSEED": seed}).stdout for seed in ("1", "2")}

    assert len(seen) == 1


@pytest.mark.parametrize("asked", ['{0}', 'W/{0}', '"other", {0}', '*'])
def test_a_reader_who_has_it_gets_304_without_a_body(app, client, asked):
    an_event()
    tag = etag(fetch(client))

    answer = fetch(client, If_None_Match=asked.format(tag), on=LATER)

    assert (answer.status_code, answer.data, etag(answer)) == (304, b"", tag)
    assert (answer.headers["Cache-Control"], answer.headers["Vary"]) == ("public, max-age=300", "Accept-Encoding")


def test_another_tag_wins_over_an_unchanged_date(app, client):
    an_event()
    first = fetch(client)

    answer = fetch(client, on=LATER, If_None_Match='"other"', If_Modified_Since=first.headers["Last-Modified"])

    assert answer.status_code == 200


def test_a_packed_feed_revalidates_too(app, client):
    an_event()
    plain, packed = fetch(client), fetch(client, Accept_Encoding="gzip")

    assert gzip.decompress(packed.data) == plain.data
    assert etag(packed) != etag(plain)
    assert [fetch(client, on=LATER, If_None_Match=etag(packed), Accept_Encoding="gzip").status_code,
            fetch(client, on=LATER, If_None_Match=etag(packed)).status_code] == [304, 304]


def test_the_date_says_unchanged_until_something_changes(app, client):
    event = an_event()
    since = fetch(client).headers["Last-Modified"]

    before = fetch(client, on=LATER, If_Modified_Since=since).status_code
    event.revise(LATER, title="改了名")
    after = fetch(client, on=LATER + timedelta(minutes=1), If_Modified_Since=since).status_code
    assert (before, after) == (304, 200)


@pytest.mark.parametrize("address", ["/calendar.ics", "/events/1.ics"])
def test_the_date_notices_a_second_change_within_a_second(app, client, address):
    event = an_event()
    event.revise(AS_OF, title="第一次")
    since = fetch(client, address, on=AS_OF).headers["Last-Modified"]
    event.revise(AS_OF, title="第二次")

    assert fetch(client, address, on=LATER, If_Modified_Since=since).status_code == 200


def test_a_date_alone_never_hides_the_second_of_two_changes_in_a_second(app, client):
    event, second = an_event(), timedelta(seconds=1)
    event.revise(LATER + 0.5 * second, title="第一次")
    since = fetch(client, on=LATER + 1.99 * second).headers["Last-Modified"]
    event.revise(LATER + 1.2 * second, title="第二次")
    fetch(client, on=LATER + 1.5 * second)  # kept in front of Flask

    seen = [fetch(client, on=LATER + later * second, If_Modified_Since=since) for later in (1.6, 2.5, 60, 61)]
    known = fetch(client, on=LATER + 62 * second, If_Modified_Since=seen[-1].headers["Last-Modified"])

    assert ([answer.status_code for answer in seen], known.status_code) == ([200] * 4, 304)


def test_a_date_alone_says_nothing_of_a_change_younger_than_two_seconds(app, client):
    event = an_event()
    event.revise(LATER, title="刚改的")
    now = LATER.strftime("%a, %d %b %Y %H:%M:%S GMT")

    assert [fetch(client, address, on=LATER + timedelta(seconds=age), If_Modified_Since=now).status_code
            for address in ("/calendar.ics", f"/events/{event.id}.ics") for age in (1.5, 3)] == [200, 304, 200, 304]


def test_the_date_notices_a_change_whose_writer_had_to_wait(app, client):
    event = an_event()
    event.revise(LATER, title="先写完的")
    since = fetch(client, on=LATER + timedelta(seconds=5)).headers["Last-Modified"]
    event.revise(LATER - timedelta(seconds=5), title="等了锁的")

    assert fetch(client, on=LATER + timedelta(minutes=1), If_Modified_Since=since).status_code == 200


@pytest.mark.parametrize("verb", ["cancel", "unpublish", "postpone"])
def test_each_change_makes_a_new_tag(app, client, verb):
    event = an_event()
    tag = etag(fetch(client))

    getattr(event, verb)(LATER)

    assert fetch(client, on=LATER, If_None_Match=tag).status_code == 200


def test_a_change_outside_the_slice_keeps_its_tag(app, client):
    an_event("讲座")
    other = an_event("别的", location="乐山")
    address = "/calendar.ics?q=天府"
    tag = etag(fetch(client, address))

    other.revise(LATER, title="改了名")

    assert fetch(client, address, on=LATER, If_None_Match=tag).status_code == 304


def test_a_new_epoch_makes_every_tag_worth_nothing(app, client):
    an_event()
    tag = etag(fetch(client))

    db.session.scalars(FeedRevision.current()).one().renew_epoch()

    assert fetch(client, on=LATER, If_None_Match=tag).status_code == 200


def test_another_language_and_an_alarm_have_tags_of_their_own(app, client):
    an_event()

    assert len({etag(fetch(client, f"/calendar.ics{query}")) for query in ("", "?lang=en", "?alarm=PT1H")}) == 3


def test_the_readers_browser_does_not_choose_the_language(app, client):
    an_event("讲座", title_en="Lecture")

    chinese = fetch(client, Accept_Language="en", Cookie="lang=en")
    english = fetch(client, "/calendar.ics?lang=en", Accept_Language="zh")

    assert [("SUMMARY:讲座" in one.text, "SUMMARY:Lecture" in one.text) for one in (chinese, english)] == [
        (True, False), (False, True)]


def test_head_has_the_headers_and_no_body(app, client):
    an_event()
    got = fetch(client)
    with time_machine.travel(AS_OF + timedelta(hours=1), tick=False):
        head = client.head("/calendar.ics")

    assert (head.data, etag(head), head.headers["Content-Length"]) == (b"", etag(got), str(len(got.data)))


def test_somebody_signed_in_gets_the_public_feed_without_a_cookie(app, client, signed_in):
    an_event("讲座", starts_at=now() + timedelta(days=1))
    an_event("草稿", starts_at=now() + timedelta(days=1), published=False)
    browser = signed_in(chen())

    answer = browser.get("/calendar.ics")

    assert (answer.headers.get("Set-Cookie"), answer.headers["Vary"], answer.data) == (
        None, "Accept-Encoding", client.get("/calendar.ics").data)


@pytest.mark.parametrize(("query", "sentence"), [
    ("colour=red", "没有“colour”这个筛选项。"), ("kind=party", "没有“party”这个类型。"),
    ("kind=lecture&kind=party", "没有“party”这个类型。"), ("not.kind=party", "没有“party”这个类型。"),
    ("sector=X", "没有“X”这个板块。"), ("task=Z9.9", "没有“Z9.9”这个任务。"), ("category=Z9", "没有“Z9”这个类别。"),
    ("plan=1999", "没有“1999”这个计划年份。"), ("plan=soon", "没有“soon”这个计划年份。"),
    ("region=北京", "没有“北京”这个地区。"), ("region=市中区", "“市中区”不止一个，请改用代码：511002、511102。"),
    ("event=99", "没有“99”这个活动。"), ("event=²", "没有“²”这个活动。"),
    ("event=" + "9" * 30, f"没有“{'9' * 30}”这个活动。"),
    ("parent=week", "没有“week”这个活动。"), ("not.parent=-1", "没有“-1”这个活动。"),
    ("programme=无", "没有“无”这个品牌活动。"),
    ("since=9999-12-31", "“since”要在 1971-01-01 和今天之间。"),
    ("since=99999-01-01", "“since”要写成 2026-04-01 这样的日期。"),
    ("organization=无此单位", "没有“无此单位”这个单位。"),
    ("since=2026-02-30", "“since”要写成 2026-04-01 这样的日期。"),
    ("since=2026-W09-1", "“since”要写成 2026-04-01 这样的日期。"),
    ("since=1066-10-14", "“since”要在 1971-01-01 和今天之间。"), ("lang=fr", "“lang”只能是 zh 或 en。"),
    ("alarm=soon", "“alarm”要写成 PT30M、PT1H 或 P1D 这样的提前量，最多 14 天。"),
    ("alarm=P15D", "“alarm”要写成 PT30M、PT1H 或 P1D 这样的提前量，最多 14 天。"),
    ("alarm=P", "“alarm”要写成 PT30M、PT1H 或 P1D 这样的提前量，最多 14 天。"),
    ("alarm=PT1H&alarm=P1D", "“alarm”只能有一个。"), ("q=a%00b", "“q”里有不能用的字符。"),
    ("q=" + "a" * 201, "“q”的内容太长。"), ("q=a+b+c+d+e+f+g+h+i+j+k", "搜索的词太多，请最多用 10 个。"),
])
def test_a_question_nobody_understands_gets_a_sentence_and_no_calendar(app, client, query, sentence):
    a_plan()
    an_event()

    answer = fetch(client, f"/calendar.ics?{query}")

    assert (answer.status_code, answer.headers["Content-Type"], answer.text) == (
        400, "text/plain; charset=utf-8", sentence + "\n")


def test_an_alarm_is_put_into_what_is_on(app, client):
    an_event("讲座")
    an_event("取消的").cancel(LATER)

    assert {one.summary: one.triggers for one in read(client, "/calendar.ics?alarm=PT90M")} == {
        "讲座": (timedelta(minutes=-90),), "【已取消】取消的": ()}


def test_an_alarm_has_one_address_however_it_is_written(app, client):
    an_event()

    assert fetch(client, "/calendar.ics?alarm=PT60M").data == fetch(client, "/calendar.ics?alarm=PT1H").data


def test_an_empty_feed_is_a_calendar_too(app, client):
    lines = fetch(client).text.split("\r\n")

    assert (lines[0], lines[-2], [line for line in lines if line.startswith("TZID")]) == (
        "BEGIN:VCALENDAR", "END:VCALENDAR", ["TZID:Asia/Shanghai"])


def test_entries_stand_by_start_and_then_by_uid(app, client):
    events = [an_event(f"讲座{day}", starts_at=AS_OF + timedelta(days=day)) for day in (9, 3, 3, 7)]

    expected = sorted(events, key=lambda one: (one.starts_at, one.ical_uid))
    assert [one.uid for one in read(client)] == [event.ical_uid for event in expected]


@pytest.mark.feeds(24)
def test_a_thousand_events_cost_as_many_queries_as_ten(app, client, count_queries):
    a_plan()
    moment = now()
    address = "/calendar.ics?region=成都&not.sector=E&q=讲座"

    def cost():
        db.session.commit()
        answers = []
        asked = count_queries(lambda: answers.append(client.get(address)))
        known = count_queries(lambda: answers.append(
            client.get(address, headers={"If-None-Match": answers[0].headers["ETag"]})))
        return asked, known, answers[0].text.count("BEGIN:VEVENT"), answers[1].status_code

    for number in range(10):
        an_event(f"讲座{number}", starts_at=moment + timedelta(days=1))
    few = cost()
    for number in range(990):
        an_event(f"讲座{number}", starts_at=moment + timedelta(days=1, minutes=number))
    many = cost()

    assert (few[:2], few[2:], many[2:]) == (many[:2], (10, 304), (1000, 304))
    assert few[1] < few[0] <= 10
