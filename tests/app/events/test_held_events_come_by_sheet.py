import io
import re
from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from app import jobs
from app.accounts.links import SignInLink
from app.clock import now
from app.db import db
from app.events.importing.held_days import When, when_in
from app.outbox.models import Delivery
from app.reminders.models import Occurrence
from app.reports.counting.tally import tally
from tests.app.events.approving import Offices
from tests.app.events.filling import events
from tests.factories import a_plan, an_event, an_office, chen, wang
from tests.sheets import as_csv, as_docx, as_xlsx, problems, results

HEAD = ["活动名称", "日期", "地点", "地区", "对应任务", "类型", "人次", "人数", "学时", "发放资料", "确认"]
ROW = ["知识产权进社区", "2026-02-05", "玉林社区", "青羊区", "C1.1", "讲座", "86", "80", "", "100", ""]


@pytest.fixture
def desk(app, signed_in):
    a_plan()
    return signed_in(chen())


def a_row(**changes):
    said = dict(zip(HEAD, ROW, strict=True)) | changes
    return [said[name] for name in HEAD]


def read(browser, *rows, words=None, name="台账.csv", year=2026):
    """The address of the preview."""
    answer = browser.post("/console/events/import-sheet", data={
        "sheet": (io.BytesIO(as_csv([HEAD, *rows]) if words is None else words), name), "year": str(year)})
    assert answer.status_code == 302, answer.text
    jobs.work("here")
    return answer.location


def hints(page):
    return re.findall(r'<p class="muted small">([^<]*)</p></td>', page.text)


def brought_in(browser, *rows, **words):
    """The page that tells what came of it."""
    address = read(browser, *rows)
    return browser.post(address, data=words, follow_redirects=True)


def test_rows_become_held_events_with_their_figures_and_remind_nobody(desk, client):
    brought_in(desk, a_row(), a_row(
        活动名称="进企业培训", 日期="2月6日至7日", 对应任务="E1.1", 类型="培训", 学时="6.5"), confirmed="1")

    first, second = events()
    assert [(one.state, one.kind, one.figures_confirmed_at is not None) for one in (first, second)] == [
        ("held", "lecture", True), ("held", "training", True)]
    assert (first.figures.attendances, first.figures.people, first.figures.materials) == (86, 80, 100)
    assert (first.location, [one.region_code for one in first.in_regions]) == ("玉林社区", ["510105"])
    assert (second.span.starts_on, second.span.ends_on, second.credit_hours) == (
        date(2026, 2, 6), date(2026, 2, 7), 65)
    assert [[task.code for task in one.tasks] for one in (first, second)] == [["C1.1"], ["E1.1"]]
    assert [db.session.scalar(select(func.count()).select_from(table)) for table in (Occurrence, Delivery)] == [0, 0]
    assert client.get(f"/events/{first.id}").status_code == 200


def test_figures_count_only_where_somebody_says_that_they_are_right(desk):
    brought_in(desk, a_row(), a_row(活动名称="另一场", 确认="是"), a_row(活动名称="第三场", 确认="否"))

    assert [one.figures_confirmed_at is not None for one in events()] == [False, True, False]


def test_what_is_confirmed_counts_towards_its_task(desk):
    plan = a_plan(now().year)
    day = f"{plan.year}-01-01"
    brought_in(desk, a_row(日期=day, 确认="是"), a_row(活动名称="另一场", 日期=day))

    db.session.expire_all()
    task = next(task for task in a_plan(plan.year).tasks if task.code == "C1.1")
    figures = tally(a_plan(plan.year), now()).task(task.id)
    assert (figures.done, figures.attendances) == (1, 86)


def test_the_same_sheet_again_doubles_nothing_and_says_so(desk):
    brought_in(desk, a_row())

    again = desk.get(read(desk, a_row(), a_row(活动名称="新的一场")))
    desk.post(read(desk, a_row(), a_row(活动名称="新的一场")))

    assert (results(again), hints(again)[0]) == (["新增", "没有变化"], "已有这个活动（已办），不再登记。")
    assert [one.title for one in events()] == ["知识产权进社区", "新的一场"]


def test_an_announced_event_of_that_day_is_told_and_not_doubled(desk):
    event = an_event("知识产权进社区", starts_at=now() - timedelta(days=2))
    db.session.commit()

    page = desk.get(read(desk, a_row(日期=str(event.span.starts_on))))

    assert (results(page), hints(page)) == (["没有变化"], ["已有这个活动（已发布），还没有人数：请到活动页登记。"])


def test_each_problem_stands_in_its_cell_and_the_row_stays_out(desk):
    later = (now() + timedelta(days=3)).date()
    address = read(
        desk, a_row(活动名称=""), a_row(日期="春节前后"), a_row(日期=str(later)), a_row(地区="火星"),
        a_row(对应任务="Z9.9"), a_row(人次="很多"), a_row(人次="", 人数=""), a_row(人数="87"), a_row(学时="3.55"),
        a_row(确认="也许"),
        a_row(日期="2月5日至7日", 人次=""), a_row(活动名称="重"), a_row(活动名称="重", 日期="2026.2.5"),
        a_row(活动名称="好"), a_row(活动名称="示例：知识产权进社区讲座"))

    page = desk.get(address)
    desk.post(address)

    assert problems(page) == [
        ("", "没有名称。"),
        ("春节前后", "看不懂这个日期。请写成 2026-04-20、4月20日至22日，或 4月20日 14:00-16:00。"),
        (str(later), "这一天还没有到。还没办的活动请用“新建活动”。"),
        ("火星", "没有叫“火星”的地区，或者不止一个；区县请写成“成都市锦江区”。"),
        ("Z9.9", "计划里没有任务“Z9.9”，请写编号或任务的全名。"), ("很多", "请写成 86 这样的整数，最多 1000 万。"),
        ("", "没有人次；没有人来写 0。"), ("87", "人数不会多于人次。"),
        ("3.55", "学时要在 0 到 100 之间，最多一位小数。"),
        ("也许", "请写“是”或“否”。"), ("", "办了几天的活动要写人次，人数不能代替。"),
        *[("重", "表里有 2 行是同一单位同一天的同名活动；不是同一场的，请在名称里写清楚。")] * 2,
        ("示例：知识产权进社区讲座", "这是空表里的示例。")]
    assert [one.title for one in events()] == ["好"]


def test_what_is_only_odd_is_told_and_comes_in(desk):
    page = desk.get(read(desk, a_row(日期="2月5日 14:00", 类型="团建", 人次="", 人数="80"),
                         a_row(活动名称="乙", 对应任务="")))

    assert (results(page), hints(page)) == (["新增"] * 2, [
        "没有写结束时间，按两小时记。", "没有这个类型，记为“讲座”。", "没有写人次，按人数记。",
        "没有写任务，不计入任何任务。"])


@pytest.mark.parametrize("head", ["市（州）", "市(州)", "市 州", "地市（州）", "县（市、区）", "所在地（市州）"])
def test_a_head_with_brackets_is_known_and_an_unknown_city_flagged_in_its_cell(desk, head):
    table = [["活动名称", "日期", head, "人次"], ["甲", "2026-02-05", "绵阳市", "5"],
             ["乙", "2026-02-06", "火星市", "5"]]

    address = read(desk, words=as_csv(table))
    page = desk.get(address)
    desk.post(address)

    assert problems(page) == [("火星市", "没有叫“火星市”的地区，或者不止一个；区县请写成“成都市锦江区”。")]
    assert [(one.title, [region.short_name for region in one.regions]) for one in events()] == [("甲", ["绵阳"])]


def test_columns_that_were_not_used_are_named_and_a_missing_region_told(desk):
    page = desk.get(read(desk, words=as_csv([
        ["序号", "活动名称", "日期", "主讲人", "人次", "备注"], ["1", "甲", "2026-02-05", "某人", "5", "好"]])))

    assert "没有用到的列：主讲人、备注。" in page.text
    assert f"没有写，按单位的地区记：{an_office().region.name}。" in hints(page)


def test_a_row_of_sums_is_no_event_and_that_is_told(desk):
    page = desk.get(read(desk, a_row(), ["合计", "", "", "", "", "", "86", "80", "", "", ""]))

    assert (results(page), problems(page)) == (["新增"], [])
    assert "第 3 行是合计，没有当作活动。" in page.text


def test_the_button_counts_what_would_change(desk):
    brought_in(desk, a_row())

    again, more = desk.get(read(desk, a_row())), desk.get(read(desk, a_row(), a_row(活动名称="新的一场")))

    assert (re.findall("导入 [0-9]+ 行", again.text), "没有要导入的" in again.text) == ([], True)
    assert re.findall("导入 [0-9]+ 行", more.text) == ["导入 1 行"]


def test_a_task_is_known_by_its_name_too(desk):
    title = next(task.title for task in a_plan().tasks if task.code == "C1.1")
    brought_in(desk, a_row(对应任务=title))

    assert [[task.code for task in one.tasks] for one in events()] == [["C1.1"]]


@pytest.mark.parametrize(("words", "name"), [
    (as_csv([HEAD, ROW], "utf-8-sig"), "a.csv"), (as_csv([HEAD, ROW], "gb18030"), "a.csv"),
    (as_csv([HEAD, ROW], "utf-16", "\t"), "a.csv"), (as_csv([HEAD, ROW], "utf-16", "\t"), "a.txt"),
    (as_xlsx([["2026年活动台账"], HEAD, ROW]), "a.xlsx"), (as_docx([HEAD, ROW]), "a.docx")])
def test_sheets_of_every_kind_are_read(desk, words, name):
    assert results(desk.get(read(desk, words=words, name=name))) == ["新增"]


@pytest.mark.parametrize(("words", "name", "sentence"), [
    (b"\x89PNG\r\n\x1a\n\0\0\0\0", "a.png", "这是图片，不是表格。"),
    (b"\x89PNG\r\n\x1a\nabc", "a.csv", "这是图片，不是表格。"),
    (b"\0\x01\0\x02", "a.csv", "这不是表格文件。可以用 .xlsx、.xls、.csv，或者里面有表格的 .docx。"),
    (as_csv([HEAD]), "a.csv", "表里只有表头，没有要导入的行。"),
    (as_csv([HEAD, ["合计", *[""] * 10]]), "a.csv", "表里只有表头，没有要导入的行。"),
    (as_csv([["姓名", "电话"], ["甲", "1"]]), "a.csv", "没有找到表头。前 10 行里要有一行写着：活动名称、日期。"),
    (as_xlsx([HEAD])[:900], "a.xlsx", "")])
def test_what_is_no_such_sheet_gets_a_sentence(desk, words, name, sentence):
    page = desk.get(read(desk, words=words, name=name))

    assert ("表格没有读成" in page.text, sentence in page.text) == (True, True)


def test_who_must_submit_hands_them_in_and_they_count_when_the_reviewer_agrees(app, signed_in):
    a_plan()
    offices = Offices()
    browser = signed_in(offices.chen)

    page = browser.get(read(browser, a_row()))
    brought_in(browser, a_row(), confirmed="1")

    assert f"要由“{offices.city.name}”审核的，审核通过才计入。" in page.text
    assert [(one.state, one.figures.attendances, one.organization_id) for one in events()] == [
        ("submitted", 86, offices.county.id)]


def test_what_waits_for_the_reviewer_is_taken_back_too(app, signed_in):
    a_plan()
    browser = signed_in(Offices().chen)
    page = brought_in(browser, a_row())

    browser.post(re.search(r'action="([^"]*/undo)"', page.text)[1])

    assert [one.deleted_at is None for one in events()] == [False]


def test_a_sheet_comes_in_and_is_taken_back_on_either_database(either_app):
    a_plan()
    link, token = SignInLink.issue(chen(), now())
    db.session.add(link)
    db.session.commit()
    browser = either_app.test_client()
    browser.post(f"/sign-in/{token}")

    page = brought_in(browser, a_row(), a_row(活动名称="另一场"), confirmed="1")
    once = [(one.title, one.state, one.figures.attendances, one.is_counted, [task.code for task in one.tasks])
            for one in events()]
    again = browser.get(read(browser, a_row()))
    browser.post(re.search(r'action="([^"]*/undo)"', page.text)[1])

    assert once == [("知识产权进社区", "held", 86, True, ["C1.1"]), ("另一场", "held", 86, True, ["C1.1"])]
    assert (results(again), [one.deleted_at is None for one in events()]) == (["没有变化"], [False, False])


def test_another_offices_event_is_not_ones_to_register(desk, signed_in):
    browser = signed_in(wang())
    rows = [[*HEAD, "单位"], [*ROW, an_office().name]]

    page = browser.get(read(browser, words=as_csv(rows)))

    assert problems(page) == [(an_office().name, "没有找到归您管的这个单位，请写全称。")]


def test_an_import_is_taken_back_once_but_for_what_somebody_has_worked_on(desk):
    page = brought_in(desk, a_row(), a_row(活动名称="改过的"))
    address = re.search(r'action="([^"]*/undo)"', page.text)[1]
    touched = next(one for one in events() if one.title == "改过的")
    touched.revise(now(), location="别处")
    db.session.commit()

    first = desk.post(address, follow_redirects=True).text
    second = desk.post(address, follow_redirects=True).text

    assert "已撤销 1 场，不再计入。另有 1 场已经有人改过或审核过，没有动。" in first
    assert "没有可以撤销的" in second
    assert [(one.title, one.deleted_at is None) for one in events()] == [("知识产权进社区", False), ("改过的", True)]


def test_what_was_taken_back_can_come_again(desk):
    page = brought_in(desk, a_row())
    desk.post(re.search(r'action="([^"]*/undo)"', page.text)[1])

    brought_in(desk, a_row())

    assert [(one.title, one.deleted_at is None) for one in events()] == [
        ("知识产权进社区", False), ("知识产权进社区", True)]


def test_nobody_else_sees_or_takes_back_an_import(desk, signed_in):
    address = read(desk, a_row())
    desk.post(address)
    other = signed_in(wang())

    assert [other.get(address).status_code, other.post(address).status_code,
            other.post(f"{address}/undo").status_code] == [404, 404, 404]
    assert [one.deleted_at for one in events()] == [None]


def test_many_rows_ask_the_database_no_more_often_than_few(desk, count_queries):
    few = read(desk, a_row())
    many = read(desk, *(a_row(活动名称=f"第{n}场", 日期=f"2026-02-{n:02}") for n in range(1, 9)))
    desk.get(few)

    looked = [count_queries(lambda address=address: desk.get(address)) for address in (few, many)]
    written = [count_queries(lambda address=address: desk.post(address)) for address in (few, many)]
    desk.get(few)
    afterwards = [count_queries(lambda address=address: desk.get(address)) for address in (few, many)]

    assert [one[0] == one[1] for one in (looked, afterwards)] == [True, True]
    # The event, what is remembered of it, its line of the audit, and whether somebody is to be reminded.
    assert written[1] - written[0] == 7 * 4


@pytest.mark.parametrize(("words", "when"), [
    ("2026-03-05T00:00:00", When(date(2026, 3, 5), date(2026, 3, 5))),
    ("3月28日-4月2日", When(date(2026, 3, 28), date(2026, 4, 2))),
    ("3月5-7日", When(date(2026, 3, 5), date(2026, 3, 7))), ("3.5—3.7", When(date(2026, 3, 5), date(2026, 3, 7))),
    ("２０２６年３月５日（周四）下午2点半至4点", When(date(2026, 3, 5), date(2026, 3, 5), time(14, 30), time(16))),
    ("2026/3/5 14:00-16:00", When(date(2026, 3, 5), date(2026, 3, 5), time(14), time(16))),
    ("2026-12-28至2027-1-3", When(date(2026, 12, 28), date(2027, 1, 3))),
    ("3月5日 14:00", When(date(2026, 3, 5), date(2026, 3, 5), time(14), time(16), is_half=True)),
    ("3月5日下午3点", When(date(2026, 3, 5), date(2026, 3, 5), time(15), time(17), is_half=True)),
    ("3月5日 23:30", When(date(2026, 3, 5), date(2026, 3, 5), is_half=True)),
    ("二〇二六年五月六日", When(date(2026, 5, 6), date(2026, 5, 6))),
    ("二零二六年十二月二十一日至二十三日", When(date(2026, 12, 21), date(2026, 12, 23))),
    ("十月十日上午九点半至十一点", When(date(2026, 10, 10), date(2026, 10, 10), time(9, 30), time(11))),
    ("五六月三日", None),
    ("三月", None), ("2026年3月", None), ("2026-02-30", None), ("3月5日、3月7日", None), ("3月5日至3月1日", None),
    ("3月5日25:00", None), ("下午", None)])
def test_days_and_hours_as_people_write_them(words, when):
    assert when_in(words, 2026) == when
