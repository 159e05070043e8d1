"""An event on its way from a county to the public, on phones, in a real installation founded a moment ago."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Place, environment_of, flask, free_port, served
from tests.browser.walking import PHONE, SHANGHAI, Walk, local

CITY = "成都市市场监督管理局"
COUNTIES = ("锦江区", "青羊区", "金牛区", "武侯区", "成华区", "双流区", "郫都区", "金堂县", "都江堰市", "简阳市")
CLERK, REVIEWER = "演示经办人郫都", "演示审核人成都"
PASSWORD = "walk-from-county-2026"
TITLE, BETTER = "郫都区知识产权进社区", "郫都区知识产权进社区（第一场）"


@pytest.fixture
def founded(tmp_path) -> Iterator[tuple[Place, str]]:
    """A real installation, and the link that its setting up printed."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    said = flask(environment_of(tmp_path, BASE_URL=address, PORT=str(port)), "setup",
                 "--office", "演示省知识产权中心", "--region", "四川省", "--admin-name", "演示总管理员",
                 "--admin-email", "root@example.org", "--sample-plan")
    found = re.search(r"http://\S+/sign-in/\S+", said)
    assert found, said
    with served(tmp_path, port) as (_log, process):
        yield Place(address, tmp_path, process), found[0]


@pytest.fixture
def enter(browser: Browser, founded) -> Iterator[Callable[[str, str], Walk]]:
    """Somebody's phone, in which the one-time link was used and a password set."""
    walks: list[Walk] = []

    def enter(link: str, name: str) -> Walk:
        walk = Walk(browser, founded[0], PHONE, album="county")
        walks.append(walk)
        page = walk.go(link)
        walk.press(f"以 {name} 登录")
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        walk.keep(f"password-{len(walks)}")
        walk.press("保存")
        page.wait_for_url("**/console/")
        return walk

    yield enter
    for walk in walks:
        walk.context.close()


def test_an_event_goes_from_a_county_to_its_city_and_to_the_public(
        browser: Browser, founded: tuple[Place, str], enter) -> None:
    place, first_link = founded

    # The first administrator founds the city's office and lets its administrator in.
    root = enter(first_link, "演示总管理员")
    city_link = a_city_with_its_administrator(root)

    # The city's administrator brings in the staff of ten counties by one sheet, after a look at it.
    city = enter(city_link, "演示管理员成都")
    links = staff_by_sheet(city)
    assert len(links) == len(COUNTIES) + 1
    lay_down_rule(city)

    # A county's clerk drafts an event and submits it; nobody sees it yet.
    clerk = enter(links[CLERK], CLERK)
    event = a_draft(clerk)
    clerk.press("送审")
    expect(clerk.page.locator("main")).to_contain_text(f"已送审，等“{CITY}”审核")
    clerk.keep("5-submitted")
    stranger = Walk(browser, place, PHONE, album="county")
    stranger.go(f"/events/{event}")
    assert stranger.page.title().startswith("没有")

    # The city's reviewer returns it with a reason; the clerk reads it, puts it right, submits again.
    reviewer = enter(links[REVIEWER], REVIEWER)
    page = reviewer.go("/console/")
    reviewer.follow(TITLE)
    page.fill("#reason", "请写明报告厅在几楼。")
    reviewer.keep("6-reviewing")
    reviewer.press("退回")
    expect(page.locator("main")).to_contain_text("没有等着审核的")

    page = clerk.go("/console/")
    expect(page.locator("main")).to_contain_text("请写明报告厅在几楼。")
    clerk.keep("7-returned-today")
    clerk.follow("继续编辑")
    expect(page.locator("main")).to_contain_text("请写明报告厅在几楼。")
    page.fill("#location", "郫都区文化馆三楼报告厅")
    clerk.keep("7-correcting")
    clerk.press("送审")
    expect(page.locator("main")).to_contain_text("已送审")

    # Now it is published, and everybody finds it.
    page = reviewer.go("/console/review")
    reviewer.keep("8-list")
    page.get_by_role("checkbox").check()
    reviewer.press("通过勾选的")
    expect(page.locator("main")).to_contain_text("已通过 1 件")
    page = stranger.go("/?view=list")
    stranger.follow(TITLE)
    expect(page.locator("main")).to_contain_text("郫都区文化馆三楼报告厅")
    stranger.keep("9-public")

    # The clerk, back by password, changes the title: it waits, the public sees the old one.
    page = sign_in_again(clerk)
    clerk.go(f"/console/events/{event}/edit")
    page.fill("#title", BETTER)
    clerk.press("送审改动")
    expect(page.locator("main del")).to_have_text(TITLE)
    expect(page.locator("main ins")).to_have_text(BETTER)
    clerk.keep("10-change-waits")
    expect(stranger.go(f"/events/{event}").locator("h1")).to_have_text(TITLE)

    # The reviewer sees old and new side by side and agrees; from now on the new one is public.
    page = reviewer.go(f"/console/review/{event}")
    assert (page.locator("main del").inner_text(), page.locator("main ins").inner_text()) == (TITLE, BETTER)
    reviewer.keep("11-old-and-new")
    reviewer.press("同意改动")
    expect(page.locator("main")).to_contain_text("已通过 1 件")
    expect(stranger.go(f"/events/{event}").locator("h1")).to_have_text(BETTER)
    stranger.keep("12-changed")
    assert f"SUMMARY:{BETTER}" in place.read("/calendar.ics").replace("\r\n ", "")
    stranger.context.close()


def a_city_with_its_administrator(root: Walk) -> str:
    """The link that lets the city's administrator in."""
    page = root.go("/console/admin/organizations")
    root.follow("演示省知识产权中心")
    root.follow("添加下属单位")
    page.fill("#name", CITY)
    page.select_option("#region", label="成都市")
    root.keep("1-office")
    root.press("保存")
    root.go("/console/admin/staff/new")
    page.fill("#name", "演示管理员成都")
    page.fill("#contact", "city@example.org")
    page.select_option("#organization", label=f"　{CITY}")
    page.select_option("#role", label="管理员")
    root.press("添加并给登录链接")
    root.keep("1-link")
    return page.locator("main input[readonly]").first.input_value()


def staff_by_sheet(city: Walk) -> dict[str, str]:
    """The links of all who were brought in, by name."""
    page = city.go("/console/admin/staff")
    city.follow("用表格导入")
    city.keep("2-upload")
    page.set_input_files("#sheet", {
        "name": "人员.xlsx", "buffer": the_sheet(),
        "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"})
    city.press("上传并检查")
    expect(page.locator("main h1")).to_have_text("检查人员表格", timeout=60_000)
    expect(page.locator("main")).to_contain_text("共 12 行，11 行可以导入")
    expect(page.locator(".has-problem")).to_have_count(1)
    city.keep("2-preview")
    city.press("导入 11 人")
    expect(page.locator("main h1")).to_have_text("已导入 11 人", timeout=60_000)
    city.keep("2-links")
    return {slip.locator(".strong").inner_text(): slip.locator(".slip-address").inner_text()
            for slip in page.locator(".slip").all()}


def the_sheet() -> bytes:
    """A clerk of each county, the city's reviewer, and a line with a wrong number, under a title as offices write."""
    book = openpyxl.Workbook()
    page = book.active
    page.append(["人员名单"])
    page.append(["姓名", "单位", "手机", "邮箱", "角色"])
    for number, county in enumerate(COUNTIES):
        page.append([f"演示经办人{county[:-1]}", f"{county}市场监督管理局", f"1380000{number:04}", None, "经办人"])
    page.append([REVIEWER, CITY, None, "reviewer@example.org", "审核人"])
    page.append(["演示经办人缺号", "锦江区市场监督管理局", "1380", None, "经办人"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def lay_down_rule(city: Walk) -> None:
    """Counties submit to the city."""
    page = city.go("/console/admin/")
    page.get_by_role("link", name="发布和送审").click()
    page.select_option("#organization", label=CITY)
    page.select_option("#level", label="区县级单位")
    page.select_option("#reviewer", label="送上一级单位审核")
    city.press("保存")
    expect(page.locator("main .card")).to_contain_text("区县级单位")
    city.keep("3-rule")


def a_draft(clerk: Walk) -> int:
    page: Page = clerk.go("/console/")
    clerk.follow("新建活动")
    starts_at = (datetime.now(SHANGHAI) + timedelta(days=6)).replace(hour=14, minute=30, second=0, microsecond=0)
    page.fill("#title", TITLE)
    page.fill("#starts_at", local(starts_at))
    page.fill("#ends_at", local(starts_at + timedelta(hours=2)))
    page.fill("#location", "郫都区文化馆")
    clerk.keep("4-new")
    clerk.press("存为草稿")
    page.wait_for_url(re.compile(r"/console/events/\d+$"))
    clerk.keep("4-draft")
    return int(page.url.rpartition("/")[2])


def sign_in_again(clerk: Walk) -> Page:
    """Out, and in by the mobile number and the password that was set."""
    page = clerk.page
    page.locator(".who form button").click()
    clerk.go("/sign-in")
    page.fill("#account", "13800000006")
    page.fill("#password", PASSWORD)
    clerk.keep("10-sign-in")
    clerk.press("登录")
    page.wait_for_url("**/console/")
    return page
