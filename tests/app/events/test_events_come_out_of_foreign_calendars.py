"""A foreign calendar comes in by the console: uploaded or fetched, looked at, applied as drafts, and again."""

from __future__ import annotations

import html
import io
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import jobs
from app.accounts.links import SignInLink
from app.accounts.models import Role
from app.audit.models import AuditRow
from app.clock import now
from app.db import db
from app.events.importing.applying import Chosen, ImportedMeanwhile, bring_in
from app.events.importing.comparing import Comparison
from app.events.importing.models import ForeignEntry
from app.events.importing.reading import read
from app.events.words import EventKind
from tests.app.events.filling import SHANGHAI, events, in_days, mistakes, ticked
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_plan, a_task, an_event, an_office, chen, wang
from tests.test_fetching import Server, server

__all__ = ["server"]


def a_vevent(uid="talk@example.net", title="商标沙龙", starts=None, **more):
    starts = starts or in_days(10)
    lines = {"UID": uid, "DTSTART;TZID=Asia/Shanghai": f"{starts:%Y%m%dT%H%M%S}",
             "DTEND;TZID=Asia/Shanghai": f"{starts + timedelta(hours=2):%Y%m%dT%H%M%S}", "SUMMARY": title}
    lines |= {name.replace("_", "-"): value for name, value in more.items()}
    return ["BEGIN:VEVENT", *(f"{name}:{value}" for name, value in lines.items() if value is not None), "END:VEVENT"]


def a_file(*vevents, name="同业日历"):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"X-WR-CALNAME:{name}",
             *(line for one in vevents for line in one), "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


@pytest.fixture
def desk(app, signed_in):
    return signed_in(chen())


def upload(browser, octets, name="别处.ics"):
    """The address of the preview."""
    answer = browser.post("/console/events/import", data={"file": (io.BytesIO(octets), name)})
    assert answer.status_code == 302, answer.text
    jobs.work("here")
    return answer.location


def results(page):
    pills = re.findall(r'<span class="pill [^"]*"><svg.*?</svg>([^<]*)</span>', page.text, re.DOTALL)
    return [html.unescape(one) for one in pills]


def bring(browser, octets, **words):
    """Everything that is ticked at first, brought in."""
    address = upload(browser, octets)
    page = browser.get(address)
    taken = ticked(page.text, "take")
    return browser.post(address, data={"take": taken, "kind": "lecture", "regions": ["510000"]} | words)


def told(page):
    return re.findall(r"新建草稿 \d+ 个，更新 \d+ 个，删除 \d+ 个。", html.unescape(page.text))


# ---------------------------------------------------------------- in


def test_a_calendar_is_looked_at_and_comes_in_as_drafts_of_ones_own_office(desk):
    a_plan()
    address = upload(desk, a_file(a_vevent(LOCATION="省图书馆\\, 二楼", DESCRIPTION="第一行\\n第二行",
                                           URL="https://example.net/1"), a_vevent("b@example.net", "专利夜校")))
    seen = results(desk.get(address))
    before = len(events())

    answer = desk.post(address, data={
        "take": ["0", "1"], "kind": "lecture", "tasks": ["2026/I2.1"], "regions": ["510100"], "kind-1": "training",
        "task-1": "E1.2"})

    assert (seen, before) == (["新增", "新增"], 0)
    assert told(desk.get(answer.location)) == ["新建草稿 2 个，更新 0 个，删除 0 个。"]
    assert [(one.title, one.state, one.kind, [task.code for task in one.tasks], one.organization.name)
            for one in events()] == [("商标沙龙", "draft", "lecture", ["I2.1"], an_office().name),
                                     ("专利夜校", "draft", "training", ["E1.2"], an_office().name)]
    first = events()[0]
    assert (first.location, first.description) == ("省图书馆, 二楼", "第一行\n第二行\n\nhttps://example.net/1")
    assert (first.starts_at, first.ends_at - first.starts_at) == (in_days(10), timedelta(hours=2))
    assert [region.code for region in first.regions] == ["510100"]


def test_whole_days_come_in_as_whole_days_and_recurring_ones_each_by_itself(desk):
    day = in_days(20).date()
    bring(desk, a_file(
        ["BEGIN:VEVENT", "UID:week", f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
         f"DTEND;VALUE=DATE:{day + timedelta(days=3):%Y%m%d}", "SUMMARY:展览", "END:VEVENT"],
        a_vevent("series", "每周一讲", RRULE="FREQ=WEEKLY;COUNT=3"),
        a_vevent("series", "换了题目", in_days(18), **{"RECURRENCE-ID;TZID=Asia/Shanghai":
                                                  f"{in_days(17):%Y%m%dT%H%M%S}"})))

    assert sorted((one.title, one.span.starts_on, one.span.ends_on, one.is_all_day) for one in events()) == sorted([
        ("展览", day, day + timedelta(days=2), True),
        ("每周一讲", in_days(10).date(), in_days(10).date(), False),
        ("换了题目", in_days(18).date(), in_days(18).date(), False),
        ("每周一讲", in_days(24).date(), in_days(24).date(), False)])


def test_only_what_is_ticked_comes_in(desk):
    bring(desk, a_file(a_vevent(), a_vevent("b@example.net", "专利夜校")), take=["1"])

    assert [one.title for one in events()] == ["专利夜校"]


def test_who_brought_in_what_stands_in_the_audit(desk):
    bring(desk, a_file(a_vevent()))

    rows = db.session.scalars(select(AuditRow).where(AuditRow.what == "calendar_imported"))
    assert [json.loads(row.after) for row in rows] == [{"source": "别处.ics", "new": 1, "changed": 0, "removed": 0}]


# ---------------------------------------------------------------- again


def test_the_same_calendar_again_makes_nothing_double(desk):
    calendar = a_file(a_vevent(), a_vevent("series", "每周一讲", RRULE="FREQ=WEEKLY;COUNT=3"))
    bring(desk, calendar)

    page = desk.get(upload(desk, calendar))

    assert results(page) == ["没有变化"] * 4
    assert (ticked(page.text, "take"), len(events())) == ([], 4)


def test_what_has_changed_there_changes_here_and_what_was_made_better_here_stays(desk):
    bring(desk, a_file(a_vevent(LOCATION="一楼")))
    [event] = events()
    event.revise(now(), description="我们自己的介绍", tasks=[a_task()])
    db.session.commit()

    newer = a_file(a_vevent(starts=in_days(12), LOCATION="二楼", SEQUENCE="1"))
    page = desk.get(upload(desk, newer))
    bring(desk, newer)

    [event] = events()
    assert results(page) == ["更新"]
    assert re.findall(r'<span class="muted">([^<]*)：</span><del>([^<]*)</del> → <ins>([^<]*)</ins>', page.text) == [
        ("地点", "一楼", "二楼"), ("开始", f"{in_days(10):%Y-%m-%d %H:%M}", f"{in_days(12):%Y-%m-%d %H:%M}"),
        ("结束", f"{in_days(10, 16):%Y-%m-%d %H:%M}", f"{in_days(12, 16):%Y-%m-%d %H:%M}")]
    assert (event.starts_at, event.location, event.description, len(event.tasks)) == (
        in_days(12), "二楼", "我们自己的介绍", 1)


def test_what_is_announced_here_is_not_changed_by_a_calendar(desk):
    bring(desk, a_file(a_vevent()))
    [event] = events()
    event.publish(now())
    db.session.commit()

    newer = a_file(a_vevent(starts=in_days(12), SEQUENCE="1"))
    address = upload(desk, newer)
    answer = desk.post(address, data={"take": ["0"], "kind": "lecture", "regions": ["510000"]})

    assert results(desk.get(address)) == ["已不是草稿"]
    assert (answer.status_code, mistakes(answer.text), events()[0].starts_at) == (
        422, ["请至少勾选一行。"], in_days(10))


def test_a_draft_cancelled_there_is_thrown_away_and_one_thrown_away_here_is_not_made_anew(desk):
    bring(desk, a_file(a_vevent(), a_vevent("b@example.net", "专利夜校")))
    events()[1].discard(now())
    db.session.commit()
    later = a_file(a_vevent(STATUS="CANCELLED", SEQUENCE="1"), a_vevent("b@example.net", "专利夜校"),
                   a_vevent("c@example.net", "没来过的", STATUS="CANCELLED"))

    page = desk.get(upload(desk, later))
    answer = bring(desk, later)

    assert results(page) == ["对方已取消", "在这里删过", "对方已取消"]
    assert told(desk.get(answer.location)) == ["新建草稿 0 个，更新 0 个，删除 1 个。"]
    assert [one.deleted_at is None for one in events()] == [False, False]


def test_an_older_calendar_and_our_own_change_nothing(desk):
    bring(desk, a_file(a_vevent(SEQUENCE="3")))
    ours = an_event("我们的")

    page = desk.get(upload(desk, a_file(a_vevent(title="旧题目", SEQUENCE="2"), a_vevent(ours.ical_uid, "我们的"))))

    assert results(page) == ["比已导入的旧", "本系统的活动"]
    assert ticked(page.text, "take") == []


def test_two_offices_each_bring_in_the_same_calendar_for_themselves(desk, signed_in):
    bring(desk, a_file(a_vevent()))
    bring(signed_in(wang()), a_file(a_vevent()))

    assert [one.organization.name for one in events()] == [an_office().name, a_city_office("绵阳").name]


def rows_of(octets):
    return read(octets, lambda done, total: None, zone="Asia/Shanghai", since=f"{in_days(-30):%Y-%m-%d}",
                until=f"{in_days(300):%Y-%m-%d}")["rows"]


def test_one_entry_comes_in_once_whatever_two_do_at_the_same_moment(either_app):
    """Both looked before either had written."""
    office, rows = an_office(), rows_of(a_file(a_vevent()))
    seen = [Comparison.of(rows, office, "Asia/Shanghai") for _ in range(2)]
    db.session.commit()

    bring_in([Chosen(seen[0].lines[0], EventKind.LECTURE)], office, "a.ics", AS_OF)
    db.session.commit()
    with pytest.raises(ImportedMeanwhile):
        bring_in([Chosen(seen[1].lines[0], EventKind.LECTURE)], office, "a.ics", AS_OF)

    assert len(events()) == len(db.session.scalars(select(ForeignEntry)).all()) == 1


def test_the_whole_way_goes_on_either_database(either_app):
    link, token = SignInLink.issue(chen(), now())
    db.session.add(link)
    db.session.commit()
    browser = either_app.test_client()
    browser.post(f"/sign-in/{token}")

    for title in ("商标沙龙", "商标沙龙", "新题目"):
        bring(browser, a_file(a_vevent(title=title)))

    assert [(one.title, one.state) for one in events()] == [("新题目", "draft")]


def test_looking_asks_as_often_for_one_row_as_for_many(desk, count_queries):
    known = a_vevent("known@example.net"), a_vevent("also@example.net")
    bring(desk, a_file(*known))
    few = upload(desk, a_file(a_vevent(), known[0]))
    many = upload(desk, a_file(*(a_vevent(f"{number}@example.net") for number in range(5)), *known))
    desk.get(few)

    assert count_queries(lambda: desk.get(few)) == count_queries(lambda: desk.get(many))


# ---------------------------------------------------------------- one number for several


def shared(*days, **more):
    return [a_vevent("same", f"第{day}天", in_days(day), **more) for day in days]


def test_events_that_share_one_number_come_in_once_in_whatever_order_the_file_has_them(desk):
    bring(desk, a_file(*shared(17, 18, 19)))

    page = desk.get(upload(desk, a_file(*shared(19, 17, 18))))

    assert (results(page), [one.title for one in events()]) == (["没有变化"] * 3, ["第17天", "第18天", "第19天"])
    assert page.text.count("文件给几场活动用了同一个编号，按开始时间各算一场。") == 3


def test_an_export_with_the_same_number_never_writes_over_the_events_of_another(desk):
    """The next week's events of a program that gives one number to all of them, several and then one."""
    bring(desk, a_file(*shared(17, 18)))

    pages = [desk.get(upload(desk, a_file(*shared(*days)))) for days in ((20, 21), (22,), (18,), (18, 23))]

    assert [results(page) for page in pages] == [["新增", "新增"], ["新增"], ["没有变化"], ["新增", "没有变化"]]


def test_a_version_that_is_outnumbered_is_told_with_the_true_reason(desk):
    page = desk.get(upload(desk, a_file(*shared(17, SEQUENCE="1"), *shared(18))))

    assert results(page) == ["不导入", "新增"]
    assert re.findall("</span><br>([^<]*)</div>", page.text) == [
        "同一编号有版本号（SEQUENCE）更高的一份，只取那一份。（same）"]


# ---------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(("data", "mistake"), [
    ({}, "日历文件：请选一个文件，或填一个地址。"),
    ({"address": "http://example.net/a.ics"}, "或日历地址：地址要以 https:// 或 webcal:// 开头。"),
    ({"address": "https://u:p@example.net/a.ics"}, "或日历地址：地址里不能带用户名和密码。")])
def test_an_address_that_may_not_be_asked_is_refused_at_once_and_kept(desk, data, mistake):
    answer = desk.post("/console/events/import", data=data)

    assert (answer.status_code, mistakes(answer.text)) == (422, [mistake])
    assert data.get("address", "") in html.unescape(answer.text)


@pytest.mark.parametrize(("octets", "sentence"), [
    (b"<html>404</html>", "这不是日历文件，里面没有 VCALENDAR。请确认是 .ics 文件或日历的订阅地址。"),
    (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 20, "这个日历太大，读不了。请让对方只导出需要的部分。"),
    (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\nEND:VEVENT\n" * 5001,
     "这个日历有 5000 项以上，读不了。请让对方只导出需要的部分。"),
    (a_file(*(a_vevent(f"{number}", RRULE="FREQ=DAILY;COUNT=200") for number in range(2))),
     "这个日历在订阅范围的几个月里有 300 场以上，一次导入不了。请让对方只导出需要的部分。")])
def test_what_cannot_be_read_says_so_and_leaves_nothing(desk, octets, sentence):
    page = desk.get(upload(desk, octets))

    assert (sentence in html.unescape(page.text), events()) == (True, [])


def test_what_could_not_be_read_is_told_by_line_and_the_rest_comes_in(desk):
    octets = a_file(a_vevent(title="第一讲"), a_vevent("b", "哪里的时间", **{
        "DTSTART;TZID=Asia/Shanghai": None, "DTEND;TZID=Asia/Shanghai": None,
        "DTSTART;TZID=Mars": "20260420T090000"}), a_vevent("c", "每秒", RRULE="FREQ=SECONDLY"), a_vevent("d", ""))
    page = desk.get(upload(desk, octets))

    told = re.findall(r'<b>([^<]*)</b> <span[^>]*>第 (\d+) 行</span><br>([^<]*)</div>', page.text)
    assert told == [
        ("哪里的时间", "13", "时区不认识，时间可能差几个小时，所以没有读。（Mars）"),
        ("每秒", "15", "重复的规则太特别，没有展开。请对方导出单场活动。（FREQ=SECONDLY）")]
    assert results(page)[2:] == ["新增", "没有名称"]
    assert ticked(page.text, "take") == ["0"]


def test_a_word_that_is_no_task_is_refused_at_its_row_and_everything_is_kept(desk):
    a_plan()
    address = upload(desk, a_file(a_vevent(), a_vevent("b", "专利夜校")))

    answer = desk.post(address, data={"take": ["1"], "kind": "visit", "regions": ["510100"], "task-1": "E1.2 X9.9",
                                      "kind-1": "training"})

    assert (answer.status_code, events()) == (422, [])
    assert "计划里没有任务“X9.9”，请从列表里选。" in answer.text
    assert (ticked(answer.text, "take"), 'value="E1.2 X9.9"' in answer.text) == (["1"], True)
    assert re.findall(r'<option value="(\w+)" selected>', answer.text) == ["training"]


def test_a_calendar_once_used_is_used_up(desk):
    address = upload(desk, a_file(a_vevent()))
    words = {"take": ["0"], "kind": "lecture", "regions": ["510000"]}

    first, second = desk.post(address, data=words), desk.post(address, data=words)

    assert (first.status_code, second.location, len(events())) == (302, "/console/events/import", 1)


def test_a_strangers_reading_is_not_there(desk, signed_in):
    address = upload(desk, a_file(a_vevent()))
    stranger = signed_in(wang())

    assert (stranger.get(address).status_code, stranger.post(address, data={"take": ["0"]}).status_code) == (404, 404)
    assert signed_in(a_person("Zhou", Role.LEADER, an_office())).get("/console/events/import").status_code == 403


# ---------------------------------------------------------------- from an address


def test_an_address_is_fetched_behind_the_page(make_app, server: Server):
    app = make_app(IMPORT_ALLOW=f"127.0.0.1:{server.port}")
    with app.app_context():
        link, token = SignInLink.issue(chen(), now())
        db.session.add(link)
        db.session.commit()
        browser = app.test_client()
        browser.post(f"/sign-in/{token}")
        server.says("/a.ics", a_file(a_vevent()))

        found, refused = (browser.post("/console/events/import", data={"address": address}).location
                          for address in (server.address(), "https://127.0.0.1/a.ics"))
        jobs.work("here")
        jobs.work("here")
        browser.post(found, data={"take": ["0"], "kind": "lecture", "regions": ["510000"]})

        assert "这个地址通向内部网络，不能读取。" in browser.get(refused).text
        assert [(one.title, one.starts_at.astimezone(SHANGHAI).hour) for one in events()] == [("商标沙龙", 14)]
        assert [one.source for one in db.session.scalars(select(ForeignEntry))] == [f"127.0.0.1:{server.port}"]
        db.session.remove()


# ---------------------------------------------------------------- a series


def weekly(**more):
    return a_vevent("series", "每周一讲", RRULE="FREQ=WEEKLY;COUNT=3", **more)


def heads(page):
    return re.findall(r'<label for="series-\d+">([^<]*)</label>', html.unescape(page.text))


def test_rows_of_a_series_stand_together_and_one_box_leaves_all_of_them(desk):
    moved = a_vevent("series", "换了题目", in_days(18), **{"RECURRENCE-ID;TZID=Asia/Shanghai":
                                                     f"{in_days(17):%Y%m%dT%H%M%S}"})
    address = upload(desk, a_file(weekly(), a_vevent("alone", "单场", in_days(11)), moved))
    page = desk.get(address)
    [number] = ticked(page.text, "series")
    words = {"take": ticked(page.text, "take"), "heads": [number], "kind": "lecture", "regions": ["510000"]}

    answer = desk.post(address, data=words | {"kind": "odd"})
    desk.post(address, data=words)

    assert heads(page) == ["整组：每周一讲，3 场"]
    assert [html.unescape(one) for one in re.findall("导入“([^”]*)”", page.text)] == [
        "每周一讲", "换了题目", "每周一讲", "单场"]
    assert (answer.status_code, ticked(answer.text, "series")) == (422, [])
    assert [one.title for one in events()] == ["单场"]


def test_a_series_that_is_ticked_brings_in_what_is_ticked_in_it(desk):
    address = upload(desk, a_file(weekly()))
    [number] = ticked(desk.get(address).text, "series")

    desk.post(address, data={"take": ["0", "2"], "heads": [number], "series": [number], "kind": "lecture",
                             "regions": ["510000"]})

    assert [one.starts_at for one in events()] == [in_days(10), in_days(24)]


def test_of_a_series_too_long_for_the_window_the_days_to_come_are_told(desk):
    endless = a_vevent("endless", "每日一讲", in_days(-2200), RRULE="FREQ=DAILY")
    address = upload(desk, a_file(endless))
    page = desk.get(address)
    bring(desk, a_file(endless))

    assert (heads(page), len(ticked(page.text, "take"))) == (["整组：每日一讲，60 场"], 60)
    assert "次数太多，只列了今天起的 60 场，其余没有列。" in page.text
    assert [one.starts_at for one in events()] == [in_days(day) for day in range(60)]
    assert results(desk.get(upload(desk, a_file(endless)))) == ["没有变化"] * 60


def test_a_series_too_long_that_is_over_is_named_and_left_out(desk):
    over = a_vevent("over", "每日一讲", in_days(-370), RRULE="FREQ=DAILY;COUNT=350")
    page = desk.get(upload(desk, a_file(over)))

    assert "重复的次数太多，没有展开。请对方导出单场活动。" in page.text
    assert ticked(page.text, "take") == []


# ---------------------------------------------------------------- the sum


def sums(page):
    return re.findall("合计 [^。]*。", html.unescape(page.text))


def test_every_row_is_in_the_sum_and_there_is_no_button_where_nothing_can_be_ticked(desk):
    bring(desk, a_file(a_vevent()))
    events()[0].publish(now())
    db.session.commit()
    changed, off = a_vevent(title="新题目", SEQUENCE="1"), a_vevent("off", "不办了", STATUS="CANCELLED")

    still = desk.get(upload(desk, a_file(changed, off)))
    more = desk.get(upload(desk, a_file(changed, off, a_vevent("new"))))

    assert [sums(page) for page in (still, more)] == [
        ["合计 2 场：对方已取消 1，已不是草稿 1。"], ["合计 3 场：新增 1，对方已取消 1，已不是草稿 1。"]]
    assert ["导入勾选的" in page.text for page in (still, more)] == [False, True]


@pytest.mark.parametrize(("vevents", "sentence"), [
    ([], "这个日历里一场活动也没有。"),
    ([a_vevent(starts=in_days(4000))], "里面没有落在订阅范围这几个月里的活动。"),
    ([["BEGIN:VEVENT", "UID:x", "END:VEVENT"]], "里面的活动都没有读成，原因见上面。")])
def test_a_calendar_of_which_nothing_can_come_says_why(desk, vevents, sentence):
    page = html.unescape(desk.get(upload(desk, a_file(*vevents))).text)

    assert re.findall("这个日历里一场活动也没有。|里面没有落在[^<]*|里面的活动都[^<]*", page) == [sentence]


@pytest.mark.parametrize(("language", "word"), [("zh", "四川"), ("en", "Sichuan")])
def test_the_region_is_preset_and_said_to_be_so_in_the_readers_language(desk, language, word):
    page = desk.get(upload(desk, a_file(a_vevent(LOCATION="苏州"))) + f"?lang={language}").text

    assert re.findall('<label for="regions-510000">([^<]*)</label>', page) == [word]
    hint = page.index('class="muted small"', page.index("for-all"))
    assert page.index("for-all") < hint < page.index('id="regions"')
