"""A new installation's first plan, from the sheets that offices type: brought in, taken for the same in each kind
of file, changed, and undone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app.plans.typing_a_sheet import as_typed, ranges, seed
from tests.browser.conftest import Place, environment_of, flask, free_port, served
from tests.browser.walking import PHONE, WIDE, Walk
from tests.browser.watching import Watcher
from tests.sheets import as_csv, as_docx, as_xlsx
from tests.test_sheets import OLD as SMALL

OLD = SMALL.with_name("whole.xls")
OFFICE, PLANNER = "演示省知识产权中心", "演示计划员"


@pytest.fixture
def walk(tmp_path, browser: Browser) -> Iterator[Walk]:
    """The planner's browser on an installation set up a moment ago, without a plan."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = environment_of(tmp_path, BASE_URL=address, PORT=str(port))
    flask(environment, "setup", "--office", OFFICE, "--region", "四川省", "--admin-name", "演示总管理员",
          "--admin-email", "root@example.org")
    said = flask(environment, "accounts", "invite", "planner@example.org", "--role", "planner", "--organization",
                 OFFICE, "--name", PLANNER)
    with served(tmp_path, port):
        walk = Walk(browser, Place(address, tmp_path, None), WIDE, album="import")  # type: ignore[arg-type]
        page = walk.go(said.strip().splitlines()[-1])
        walk.press(f"以 {PLANNER} 登录")
        page.fill("#password", "walk-from-plan-2026")
        page.fill("#again", "walk-from-plan-2026")
        walk.press("保存")
        page.wait_for_url("**/console/")
        yield walk
        walk.context.close()


def uploaded(walk: Walk, file: Path) -> Page:
    """The second step: the columns as they were guessed."""
    page = walk.go("/console/plan/import?year=2026")
    page.set_input_files("#sheet", file)
    walk.press("上传")
    expect(page.get_by_role("heading", name="各列是什么")).to_be_visible(timeout=60_000)
    return page


def looked_at(walk: Walk, file: Path) -> dict[str, int]:
    """How many tasks become what, as the preview says over the tree."""
    uploaded(walk, file)
    walk.press("看结果")
    walk.page.get_by_role("heading", name="2026年计划导入以后").wait_for()
    words = " ".join(walk.page.locator("form > p.row").first.locator(".pill").all_inner_texts())
    return {word: int(count) for word, count in re.findall(r"(\S+?)\s*(\d+)", words)}


def faults(walk: Walk, name: str) -> list[str]:
    """What is wrong with the page on a phone in the light and at a desk in the dark."""
    found, address = [], walk.page.url
    for size, theme in ((PHONE, "light"), (WIDE, "dark")):
        walk.page.set_viewport_size(size)  # type: ignore[arg-type]
        walk.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        walk.keep(f"{name}-{size['width']}")
        found += [f"{name} {size['width']}: {one}" for one in Watcher(walk.page, address).faults()]
    return found


def written(folder: Path, name: str, words: bytes) -> Path:
    (folder / name).write_bytes(words)
    return folder / name


def test_a_plan_comes_from_the_sheet_an_office_typed_in_each_kind_of_file_and_is_undone(walk: Walk, tmp_path) -> None:
    rows, merged = as_typed()
    page = walk.go("/console/plan")
    walk.follow("导入任务分解表")
    wrong = faults(walk, "upload")

    page = uploaded(walk, written(tmp_path, "任务分解表.xlsx", as_xlsx(rows, ranges(merged))))
    wrong += faults(walk, "columns")
    walk.press("看结果")
    page.get_by_label("下面都读对了，全部确认").check()
    wrong += faults(walk, "preview")
    walk.press("导入")
    expect(page.get_by_text("已导入。")).to_be_visible()
    walk.follow("看计划")
    expect(page.locator("main .task")).to_have_count(37)
    wrong += faults(walk, "plan")

    same = {name: looked_at(walk, written(tmp_path, name, words)) for name, words in (
        ("表.csv", as_csv(rows, "gbk")), ("表.docx", as_docx(rows, merged=merged)))}
    old = looked_at(walk, OLD)  # LibreOffice made it of the same rows

    changed = [dict(one) for one in seed()[1:]]
    changed[0]["target_wording"], changed[1]["title_ours"] = "20期", changed[1]["title_ours"] + "（新）"
    rows, merged = as_typed(changed)
    rows[-1][1] = "进银河"
    difference = looked_at(walk, written(tmp_path, "改过的表.xlsx", as_xlsx(rows)))
    wrong += faults(walk, "changed")
    walk.press("导入")
    wrong += faults(walk, "revision")
    walk.press("撤销这次导入")
    page.get_by_role("dialog").get_by_role("button", name="撤销", exact=True).click()
    expect(page.get_by_text("恢复到导入以前")).to_be_visible()
    walk.go("/console/plan?year=2026")

    assert same == {"表.csv": {"照旧": 37}, "表.docx": {"照旧": 37}}
    assert old == {"照旧": 37}
    assert difference == {"变动": 1, "改名": 1, "照旧": 33, "不在表里了": 1, "不导入": 1}
    expect(page.locator("main .task")).to_have_count(37)
    assert wrong == []


def test_a_planner_settles_a_number_out_of_its_words_and_splits_it_among_cities(walk: Walk, tmp_path) -> None:
    uploaded(walk, written(tmp_path, "表.csv", as_csv([
        ["编号", "板块", "类别", "任务", "目标"], ["S1.1", "进学校", "示范", "试点示范学校建设", "约30所"],
        ["S1.2", "进学校", "示范", "校园讲座", "若干场"]])))
    walk.press("看结果")
    walk.press("导入")

    page = walk.go("/console/plan/tasks/S1.1?year=2026")
    walk.follow("改任务和指标")
    wrong = faults(walk, "task")
    walk.press("确认")
    expect(page.get_by_text("已确认。")).to_be_visible()
    page.locator("#targets").get_by_role("link", name="分解").click()
    page.get_by_text("从表格粘贴").first.click()
    page.fill("#paste", "成都市\t１２\n绵阳 8所")
    walk.press("填进各地")
    expect(page.get_by_text("合计 20，目标 30，还有 10 没有分。")).to_be_visible()
    wrong += faults(walk, "split")
    page.fill("#of_511900", "10")
    walk.press("保存")
    expect(page.get_by_text("合计 30，和目标一致。")).to_be_visible()

    walk.go("/console/plan/tasks/S1.2/edit?year=2026")
    walk.follow("添加指标")
    page.fill("#wording", "每市(州)至少2场")
    walk.press("按原话填下面")
    assert [page.input_value(f"#{name}") for name in ("comparison", "minimum", "unit", "per", "measure")] == [
        "at_least", "2", "场", "city", "events"]
    wrong += faults(walk, "target")
    walk.press("保存")
    expect(page.locator("#targets").get_by_text("每市(州)至少2场").first).to_be_visible()
    assert wrong == []
