import io
import re
from datetime import date

import pytest
from sqlalchemy import select

from app import jobs
from app.accounts.models import Role
from app.db import db
from app.plans.registers import RegisterEntry
from app.plans.sheet_head import day_in
from tests.app.plans.keeping import a_register, an_entry, approved
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_region, an_office, chen
from tests.sheets import problems, results

HEAD = "学校名称,所在地区,管理单位,级别,批复文号,批复日期,备注\n"


@pytest.fixture
def register(app):
    return a_register("试点示范学校", unit="所")


@pytest.fixture
def desk(app, signed_in):
    """Chen of the province's office."""
    return signed_in(chen())


def read(browser, register, words, name="学校.csv"):
    """The address of the preview."""
    answer = browser.post(f"/console/plan/registers/{register.id}/import", data={
        "sheet": (io.BytesIO(words if isinstance(words, bytes) else words.encode()), name)})
    assert answer.status_code == 302, answer.text
    jobs.work("here")
    return answer.location


def changes(page):
    """(word, old, new) of what would be replaced."""
    return re.findall(r'<span class="muted">([^<]*)：</span>(?:<del>([^<]*)</del> → )?<ins>([^<]*)</ins>', page.text)


def kept():
    db.session.expire_all()
    return [(one.name, one.region_code, one.standing, one.approval_number, one.level)
            for one in db.session.scalars(select(RegisterEntry).where(
                RegisterEntry.deleted_at.is_(None)).order_by(RegisterEntry.id))]


def test_a_sheet_with_a_title_comes_in_and_a_second_time_doubles_nothing(desk, register):
    city = a_city_office()
    words = ("2026年试点示范学校名单\n" + HEAD + f"演示一中,成都市锦江区,{city.name},省级,3号,2026年2月10日,\n"
             f"演示二小,武侯区,{city.name},,,,待评审\n")

    address = read(desk, register, words)
    first = results(desk.get(address))
    desk.post(address)
    once = kept()
    again = read(desk, register, words)
    second = results(desk.get(again))
    desk.post(again)

    assert (first, second, kept() == once) == (["新增"] * 2, ["没有变化"] * 2, True)
    assert once == [("演示一中", "510104", "approved", "3号", "省级"), ("演示二小", "510107", "listed", "", "")]


def test_what_changes_is_told_old_and_new_and_an_empty_cell_leaves_what_is_there(desk, register):
    an_entry("演示一中", register=register, level="省级", approval_number="3号")

    address = read(desk, register, HEAD + "演示一中,成都,,,5号,2026-02-10,\n")
    page = desk.get(address)
    desk.post(address)

    assert changes(page) == [("批复文号", "3号", "5号"), ("批复日期", "", "2026-02-10")]
    assert kept() == [("演示一中", "510100", "approved", "5号", "省级")]


def test_each_problem_stands_in_its_cell_and_only_good_rows_come_in(desk, register):
    mianyang = a_city_office("绵阳")
    address = read(desk, register, HEAD + ",成都,,,,,\n甲,火星,,,,,\n乙,成都,某某局,,,,\n丙,成都,,,,二月,\n"
                   f"丁,成都,{mianyang.name},,,,\n戊,成都,,,,2199-01-01,\n己,成都,,,,,\n己,510100,,,,,\n好,成都,,,,,\n")

    page = desk.get(address)
    answer = desk.post(address)

    assert problems(page) == [
        ("", "没有名称。"), ("火星", "没有叫“火星”的地区，或者不止一个；区县请写成“成都市锦江区”。"),
        ("某某局", "没有找到归您管的这个单位，请写全称。"), ("二月", "请写成 2026-04-20 这样的日期。"),
        ("成都", "“成都市”不在“绵阳市市场监督管理局”的地区里。"), ("2199-01-01", "批复的日期还没有到。"),
        ("己", "表里有 2 行写了同一个名称。"), ("己", "表里有 2 行写了同一个名称。")]
    assert (answer.status_code, [name for name, *_ in kept()]) == (302, ["好"])


def test_a_row_of_another_office_is_not_ones_to_change(signed_in, register):
    an_entry("演示中学", register=register, organization=a_city_office("绵阳"))
    browser = signed_in(a_person("Ping", Role.PLANNER, a_city_office()))

    page = browser.get(read(browser, register, HEAD + "演示中学,绵阳,,国家级,,,\n"))

    assert problems(page) == [("演示中学", "这一条归“绵阳市市场监督管理局”管，您不能改。")]


def test_a_state_that_does_not_fit_the_days_is_a_problem(desk, register):
    page = desk.get(read(desk, register, "名称,地区,状态,批复日期\n甲,成都,已批复,\n乙,成都,已批复,2026-02-10\n"))

    assert (problems(page), results(page)) == ([("已批复", "和日期对不上：按日期是“在册”。")], ["不导入", "新增"])


def test_a_row_without_a_region_finds_the_only_one_of_its_name(desk, register):
    an_entry("演示中学", register=register, region=a_region("锦江区"))

    address = read(desk, register, "名称,级别\n演示中学,省级\n")
    desk.post(address)

    assert kept() == [("演示中学", "510104", "listed", "", "省级")]


def test_a_sheet_is_applied_once_and_only_by_who_brought_it(desk, signed_in, register):
    address = read(desk, register, HEAD + "甲,成都,,,,,\n")
    other = signed_in(a_person("Wang", Role.ORGANIZER, an_office()))

    stolen = other.post(address)
    desk.post(address)
    again = desk.post(address)

    assert (stolen.status_code, again.location, len(kept())) == (404, f"/console/plan/registers/{register.id}", 1)


def test_what_is_no_such_sheet_is_answered_with_a_sentence(desk, register):
    strange = desk.get(read(desk, register, "日期,天气\n今天,晴\n"))
    broken = desk.get(read(desk, register, b"PK\x03\x04 nothing", "坏.xlsx"))

    assert (strange.status_code, "前 10 行里要有一行写着：名称。" in strange.text) == (422, True)
    assert ("表格没有读成" in broken.text, kept()) == (True, [])


def test_markup_in_a_cell_is_shown_and_does_nothing(desk, register):
    page = desk.get(read(desk, register, "名称,地区\n<script>alert(1)</script>,成都\n"))

    assert ("<script>alert" in page.text, "&lt;script&gt;alert(1)" in page.text) == (False, True)


def test_a_second_import_replaces_on_both_databases(either_app):
    from app.accounts.models import Actor
    from app.plans.entry_sheet import EntrySheet

    actor, register = Actor.of(chen(), frozenset({Role.ORGANIZER})), a_register("试点示范学校")
    rows = [["名称", "地区", "批复日期"], ["甲", "成都", "2026-02-10"], [], ["乙", "锦江区", ""]]

    counts = []
    for _ in range(2):
        found = EntrySheet.read(rows, register, actor, an_office(), date(2026, 3, 2))
        counts.append((found.count("new"), found.count("changed"), found.count("same")))
        found.bring_in(register, AS_OF)
        db.session.commit()

    assert counts == [(2, 0, 0), (0, 0, 2)]
    assert [one.name for one in db.session.scalars(RegisterEntry.counted())] == ["甲"]
    assert approved().approved_on == date(2026, 2, 10)


@pytest.mark.parametrize(("word", "day"), [
    ("2026-03-05", date(2026, 3, 5)), ("2026/3/5", date(2026, 3, 5)), ("2026.3.5", date(2026, 3, 5)),
    ("2026年3月5日", date(2026, 3, 5)), ("２０２６年３月５日", date(2026, 3, 5)), ("20260305", date(2026, 3, 5)),
    ("2026-03-05T00:00:00", date(2026, 3, 5)), ("2026-02-30", None), ("3月5日", None), ("2026年3月", None),
    ("0001-01-01", None), ("", None)])
def test_a_day_is_read_however_offices_write_it(word, day):
    assert day_in(word) == day
