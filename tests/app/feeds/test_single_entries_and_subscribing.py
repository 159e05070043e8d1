import re
from datetime import timedelta

import pytest

from app.db import db
from app.events.words import EventKind
from app.feeds.programs import place_of
from tests.app.feeds.reading import fetch, read, titles
from tests.conftest import AS_OF
from tests.factories import an_event

LATER = AS_OF + timedelta(minutes=5)
WECHAT = "Mozilla/5.0 (Linux; Android 14; HUAWEI) AppleWebKit/537.36 MicroMessenger/8.0.49"


def test_one_event_is_the_very_entry_of_the_feed(app, client):
    event = an_event("讲座")
    an_event("别的")

    single = read(client, f"/events/{event.id}.ics")
    assert single == [one for one in read(client) if one.uid == event.ical_uid]
    assert "X-WR-CALNAME" not in fetch(client, f"/events/{event.id}.ics").text


def test_a_cancelled_event_can_still_be_downloaded(app, client):
    event = an_event("讲座")
    event.cancel(LATER)

    assert titles(client, f"/events/{event.id}.ics") == ["【已取消】讲座"]


@pytest.mark.feeds(22)
@pytest.mark.parametrize(("verbs", "status", "sentence"), [
    ([], 404, "没有找到这个活动，或者它还没有发布。"), (["discard"], 404, "没有找到这个活动，或者它还没有发布。"),
    (["publish", "unpublish"], 410, "这个活动已经撤回，请不要按原来公布的时间前往。"),
    (["publish", "unpublish", "discard"], 410, "这个活动已经撤回，请不要按原来公布的时间前往。")])
def test_what_is_not_public_is_not_there_and_what_was_is_gone(app, client, verbs, status, sentence):
    event = an_event("机密", published=False)
    for verb in verbs:
        getattr(event, verb)(LATER)
        db.session.commit()

    answer = fetch(client, f"/events/{event.id}.ics")
    assert (answer.status_code, answer.headers["Content-Type"], answer.text) == (
        status, "text/plain; charset=utf-8", sentence + "\n")


def test_one_event_revalidates(app, client):
    event = an_event()
    address = f"/events/{event.id}.ics"
    tag = fetch(client, address).headers["ETag"]

    before = fetch(client, address, If_None_Match=tag).status_code
    event.reschedule(event.span.moved_by(timedelta(hours=1)), LATER)
    assert (before, fetch(client, address, If_None_Match=tag).status_code) == (304, 200)


def test_one_event_may_ring_and_speak_english(app, client):
    event = an_event("讲座", title_en="Lecture")

    assert [(one.summary, one.triggers) for one in read(client, f"/events/{event.id}.ics?lang=en&alarm=P1D")] == [
        ("Lecture", (timedelta(days=-1),))]


def test_the_page_gives_the_address_of_exactly_its_slice(app, client):
    an_event("讲座")
    an_event("会议", kind=EventKind.MEETING)

    page = fetch(client, "/subscribe?kind=lecture&region=成都&utm_source=x").text

    address = "http://wujin.test/calendar.ics?kind=lecture&amp;region=%E6%88%90%E9%83%BD"
    assert [page.count(f'"{one}"') for one in (address, address.replace("http:", "webcal:"))] == [2, 1]
    assert "现在有 1 场活动，其中今后 1 场，约 2 KB。" in page
    assert titles(client, address.removeprefix("http://wujin.test").replace("&amp;", "&")) == ["讲座"]


def test_an_alarm_chosen_on_the_page_is_in_the_address(app, client):
    page = fetch(client, "/subscribe?alarm=PT1H").text

    assert page.count('"http://wujin.test/calendar.ics?alarm=PT1H"') == 2


def test_the_english_page_subscribes_to_the_english_feed(app, client):
    page = fetch(client, "/subscribe?lang=en").text

    assert page.count('"http://wujin.test/calendar.ics?lang=en"') == 2


def test_a_slice_nobody_knows_is_said_and_all_is_offered(app, client):
    answer = fetch(client, "/subscribe?kind=party")

    assert (answer.status_code, "没有“party”这个类型。下面是全部活动。" in answer.text) == (200, True)
    assert answer.text.count('"http://wujin.test/calendar.ics"') == 2


@pytest.mark.parametrize(("words", "told"), [
    ("type=lecture", ["没有“type”这个筛选项。下面是全部活动。"]), ("kind=lecture&type=x", []),
    ("from=singlemessage&utm_source=x&lang=zh", [])])
def test_a_filter_nobody_knows_is_told_and_what_sharing_adds_is_not(app, client, words, told):
    page = client.get(f"/subscribe?{words}").text

    assert re.findall("没有“[^”]*”这个筛选项。下面是全部活动。", page) == told


def test_a_slice_in_which_nothing_is_now_says_so_and_is_no_mistake(app, client):
    an_event("讲座")

    empty, full = (fetch(client, f"/subscribe?q={word}").text for word in ("没有的词", "讲座"))

    assert [("现在没有一场活动符合这些条件。" in page, "下面是全部活动" in page) for page in (empty, full)] == [
        (True, False), (False, False)]
    assert '"http://wujin.test/calendar.ics?q=%E6%B2%A1%E6%9C%89%E7%9A%84%E8%AF%8D"' in empty
    assert titles(client, "/calendar.ics?q=没有的词") == []


@pytest.mark.feeds(19)
def test_a_large_slice_is_warned_of(app, client):
    for number in range(40):
        an_event(f"讲座{number}", description="知识产权" * 2500)

    assert "超过 900 KB" in fetch(client, "/subscribe").text
    assert "超过 900 KB" not in fetch(client, "/subscribe?q=讲座7").text


@pytest.mark.feeds(19)
def test_the_size_said_is_the_size_sent(app, client):
    for number in range(20):
        an_event(f"讲座{number}")

    kilobytes = -(-len(fetch(client).data) // 1024)
    assert f"现在有 20 场活动，其中今后 20 场，约 {kilobytes} KB。" in fetch(client, "/subscribe").text


@pytest.mark.parametrize(("agent", "place"), [
    (WECHAT, "wechat"), ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) wxwork/4.1 MicroMessenger/7.0", "wecom"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) DingTalk/7", "dingtalk"), ("Mozilla/5.0 (iPhone)", "iphone"),
    ("Mozilla/5.0 (Linux; Android 12; HONOR)", "huawei"), ("Mozilla/5.0 (Linux; Android 14; 2304FPN6DC)", "android"),
    ("Mozilla/5.0 (Macintosh)", "mac"), ("curl/8", ""),
])
def test_the_page_knows_where_it_is_read(agent, place):
    assert place_of(agent) == place


def test_the_way_of_the_readers_own_phone_stands_open(app, client):
    page = fetch(client, "/subscribe", User_Agent="Mozilla/5.0 (iPhone)").text

    assert [line.strip() for line in page.splitlines() if "<details" in line and " open" in line] == [
        '<details class="card" id="on-iphone" open>']


def test_the_page_tells_what_is_to_come_from_what_is_over_and_leads_to_both(app, client):
    for title, days in (("上月的", -30), ("上周的", -7), ("下周的", 7)):
        an_event(title, starts_at=AS_OF + timedelta(days=days))

    page = fetch(client, "/subscribe?kind=lecture").text
    over = fetch(client, "/?view=list&past=1&kind=lecture").text
    assert "现在有 3 场活动，其中今后 1 场，" in page
    assert '"/?view=list&amp;past=1&amp;kind=lecture"' in page
    assert [over.find(title) > 0 for title in ("上月的", "上周的", "下周的")] == [True, True, False]
    assert over.index("上周的") < over.index("上月的")
