"""Staff by sheet: read behind the page, judged cell by cell, brought in at once, links shown once."""

import io
import re

import pytest
from sqlalchemy import func, select

from app import jobs
from app.accounts.models import Person, Role
from app.accounts.places import Organization
from app.clock import now
from app.db import db
from app.reminders.models import Heartbeat
from tests.factories import a_city_office, a_person, an_office
from tests.letters import ledger
from tests.sheets import problems

HEAD = "姓名,单位,邮箱或手机,角色\n"


@pytest.fixture
def boss(app):
    return a_person("Boss", Role.ADMINISTRATOR, a_city_office())


def upload(browser, words, name="staff.csv"):
    """The address of the page that shows how far the reading is."""
    answer = browser.post("/console/admin/staff/import", data={
        "sheet": (io.BytesIO(words if isinstance(words, bytes) else words.encode()), name)})
    assert answer.status_code == 302, answer.text
    return answer.location


def read(browser, words):
    address = upload(browser, words)
    jobs.work("here")
    return address


def applying(browser, address, parent=None):
    return browser.post(address, data={"parent": (parent or a_city_office()).id})


def people():
    return db.session.scalar(select(func.count()).select_from(Person))


def test_ten_counties_are_set_up_from_a_sheet(app, signed_in, boss):
    counties = ["锦江区", "青羊区", "金牛区", "武侯区", "成华区", "龙泉驿区", "青白江区", "新都区", "温江区",
                "双流区"]
    browser = signed_in(boss)
    address = read(browser, "成都市人员名单,,,\n" + HEAD + "".join(
        f"李{n},{name}市场监督管理局,1380000{n:04d},经办人\n" for n, name in enumerate(counties)))

    page = browser.get(address)
    done = applying(browser, address)

    assert (page.text.count("新单位</span>"), problems(page)) == (10, [])
    assert (done.status_code, done.text.count('class="slip"'), done.text.count('class="qr"')) == (201, 10, 10)
    assert db.session.execute(select(Organization.region_code).where(
        Organization.parent_id == a_city_office().id, Organization.kind == "office").order_by(
            Organization.region_code).limit(2)).scalars().all() == ["510104", "510105"]
    link = re.search(r"http://wujin.test(/sign-in/[^<]+)", done.text)[1]
    assert app.test_client().post(link).status_code == 302


def test_each_problem_stands_in_its_cell_and_only_good_lines_come_in(signed_in, boss):
    a_person("Known", Role.ORGANIZER, a_city_office())
    browser, unit = signed_in(boss), a_city_office().name
    address = read(browser, HEAD + f"好人,{unit},good@example.org,审核人\n,{unit},a@example.org,经办人\n"
                   f"乙,,b@example.org,经办人\n丙,{unit},12345,经办人\n丁,{unit},d@example.org,皇帝\n"
                   f"戊,{unit},known@example.org,经办人\n己,{unit},x@example.org,经办人\n庚,{unit},X@example.org,经办人\n")
    before = people()

    page = browser.get(address)
    done = applying(browser, address)

    assert [(cell.strip(), sentence.split("。")[0]) for cell, sentence in problems(page)] == [
        ("", "没有姓名"), ("", "没有单位"), ("12345", "请填写 11 位手机号，或一个邮箱地址"),
        ("皇帝", "不认识这个角色"),
        ("known@example.org", "已经有账号了"), ("x@example.org", "表里有 2 行写了同一个"),
        ("X@example.org", "表里有 2 行写了同一个")]
    assert (done.status_code, people() - before, "有问题的 7 行没有导入" in done.text) == (201, 1, True)
    assert [grant.role for grant in db.session.scalars(Person.with_email("good@example.org")).one().grants] == [
        "reviewer"]
    assert [row.address for row in ledger()] == ["good@example.org"]


def test_a_sheet_is_applied_once(signed_in, boss):
    browser = signed_in(boss)
    address = read(browser, HEAD + f"甲,{a_city_office().name},a@example.org,经办人\n")
    applying(browser, address)
    before = people()

    again = applying(browser, address)

    assert (again.location, people() - before) == ("/console/admin/staff", 0)
    assert "已经导入过" in browser.get(address).text


def test_markup_in_a_cell_is_shown_and_does_nothing(signed_in, boss):
    browser = signed_in(boss)
    address = read(browser, HEAD + "<script>alert(1)</script>,=cmd|' /C calc'!A0,a@example.org,经办人\n")

    page = browser.get(address)

    assert ("<script>alert" in page.text, "&lt;script&gt;alert(1)" in page.text) == (False, True)


def test_a_sheet_of_something_else_says_which_columns_are_wanted(signed_in, boss):
    browser = signed_in(boss)

    page = browser.get(read(browser, "日期,天气\n今天,晴\n"))

    assert (page.status_code, "没有找到表头" in page.text) == (422, True)


def test_a_file_that_cannot_be_read_says_why(signed_in, boss):
    browser = signed_in(boss)

    page = browser.get(read(browser, b"PK\x03\x04 broken"))

    assert "文件读不出来，可能已经损坏" in page.text


def test_the_page_waits_and_says_when_nobody_does_the_work(signed_in, boss):
    browser = signed_in(boss)
    address = upload(browser, HEAD)
    job = address.rpartition("/")[2]

    silent = browser.get(f"/console/jobs/{job}").json
    page = browser.get(address)
    Heartbeat.beat("tick", "here", now())
    rung = browser.get(f"/console/jobs/{job}").json

    assert silent == {"state": "waiting", "done": 0, "total": 0, "is_over": False, "is_rung": False}
    assert (page.text.count('http-equiv="refresh"'), page.text.count('class="job-silent error">')) == (1, 1)
    assert (rung["is_rung"], browser.get(address).text.count('class="job-silent error" hidden>')) == (True, 1)


def test_another_administrator_cannot_look_at_my_sheet(signed_in, boss):
    address = read(signed_in(boss), HEAD + f"甲,{a_city_office().name},a@example.org,经办人\n")
    other = signed_in(a_person("Other", Role.ADMINISTRATOR, an_office()))

    answers = [other.get(address), other.post(address), other.get(f"/console/jobs/{address.rpartition('/')[2]}")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_units_are_known_by_their_earlier_names_too(signed_in, boss):
    city = a_city_office()
    city.aliases = ["成都局"]
    browser = signed_in(boss)
    address = read(browser, HEAD + "甲,成都局,a@example.org,经办人\n")

    applying(browser, address)

    assert db.session.scalars(Person.with_email("a@example.org")).one().organization.name == city.name


def test_a_sheet_for_several_turns_is_not_begun(signed_in, boss):
    browser = signed_in(boss)

    page = browser.get(read(browser, HEAD + "甲,单位,a@example.org,经办人\n" * 2001))

    assert (page.status_code, "一次最多导入 2000 行" in page.text) == (422, True)
