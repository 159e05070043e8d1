"""Upload, say what each column is, look at the tree, apply, undo: by the planner of the root office alone."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from sqlalchemy import select

from app import jobs
from app.accounts.models import Person, Role
from app.audit.models import AuditRow
from app.clock import now
from app.db import db
from app.plans.indicators import Indicator
from app.plans.models import Plan, Task
from app.plans.revisions import PlanRevision
from app.plans.sheet.reading import KIND
from app.plans.sheet.reading import read as sheet_of
from tests.app.events.filling import mistakes, ticked
from tests.app.plans.typing_a_sheet import SMALL, a_sheet, as_typed, ranges
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_plan, an_office, chen, wang
from tests.sheets import as_csv, as_docx, as_xlsx, problems, with_part
from tests.test_sheets import DTD, OLD

IMPORT = "/console/plan/import"
FIRST = (("E1.1", "进企业", "宣传", "政策解读讲座", "12场"), ("E1.2", "进企业", "宣传", "专利导航", "若干项"),
         ("S1.1", "进学校", "示范", "试点示范学校建设", "30所左右"))
SECOND = (("E1.1", "进企业", "宣传", "政策解读大讲堂", "15场"),
          ("S1.1", "进学校", "示范", "试点示范学校建设", "30所左右"),
          ("S1.2", "进学校", "示范", "校园创新大赛", "1-2场"))


@pytest.fixture
def planning(app, signed_in):
    return signed_in(a_person("Ping", Role.PLANNER, an_office()))


def uploaded(browser, words, name="计划.csv"):
    """The address of the second step, the file read in the limited child."""
    answer = browser.post(IMPORT, data={"year": "2026", "sheet": (io.BytesIO(words), name)})
    assert answer.status_code == 302, answer.text
    jobs.work("here")
    return answer.location


def read(_browser, words, name="计划.csv"):
    """The same for what Ping handed in, read here: a child for each test would take long."""
    ping = db.session.scalars(select(Person).where(Person.name == "Ping")).one()
    jobs.enqueue(KIND, asked_by=f"person:{ping.id}", as_of=AS_OF)
    db.session.flush()
    job = jobs.claim(AS_OF)
    jobs.finish(job.id, job.claim, sheet_of(words, lambda done, total: None, name=name, year=2026), now())
    db.session.commit()
    return f"{IMPORT}/{job.id}"


def hidden(page):
    """What the preview carries, as a browser would send it."""
    fields = re.findall(r'<input type="hidden" name="(head|seen|c)" value="([^"]*)"', page.text)
    return {name: [value for other, value in fields if other == name] for name in ("head", "seen", "c")}


def looked_at(browser, words, name="计划.csv", by=read):
    """The address to apply, and the preview."""
    address = by(browser, words, name)
    return address, browser.get(f"{address}/preview")


def brought_in(browser, words, **chosen):
    """The import's own page."""
    address, page = looked_at(browser, words)
    answer = browser.post(address, data=hidden(page) | {"then": "apply"} | chosen)
    assert answer.status_code == 302, answer.text
    return answer.location


def tasks():
    db.session.expire_all()
    return [(one.code, one.title, one.withdrawn_at is None) for one in db.session.scalars(
        select(Task).join(Task.plan).where(Plan.year == 2026).order_by(Task.code))]


def kinds(page):
    """By the code of each task of the tree what would become of it."""
    return dict(re.findall(r'<span class="task-code">([^<]+)</span>\s*<div class="stack-s"><h4>[^<]*</h4>\s*'
                           r'<p class="row"><span class="pill[^"]*"><svg.*?</svg>([^<]+)</span>', page.text,
                           re.DOTALL))


# ---------------------------------------------------------------- the four steps


def test_a_planner_of_a_new_installation_is_led_to_the_import_and_others_are_told_whose_it_is(planning, signed_in):
    of_planner = planning.get("/console/plan")
    of_chen = signed_in(chen(a_city_office())).get("/console/plan")

    assert [(one.status_code, "还没有计划" in one.text, f'href="{IMPORT}"' in one.text) for one in (
        of_planner, of_chen)] == [(200, True, True), (200, True, False)]


def test_the_first_sheet_of_a_year_becomes_its_plan(planning):
    address = brought_in(planning, as_csv(a_sheet(*FIRST)), confirm="*")

    plan = db.session.scalars(select(Plan)).one()
    assert (plan.year, plan.adopted_at is not None) == (2026, True)
    assert tasks() == [("E1.1", "政策解读讲座", True), ("E1.2", "专利导航", True), ("S1.1", "试点示范学校建设", True)]
    assert db.session.execute(select(Indicator.wording, Indicator.minimum, Indicator.is_confirmed).order_by(
        Indicator.id)).all() == [("12场", 12, True), ("30所左右", 30, True)]
    assert planning.get(address).status_code == 200
    assert "政策解读讲座" in planning.get("/console/plan?year=2026").text


@pytest.mark.parametrize("make", [
    lambda rows, merged: (as_xlsx(rows, ranges(merged)), "表.xlsx"),
    lambda rows, merged: (as_csv(rows, "gbk"), "表.csv"),
    lambda rows, merged: (OLD.with_name("whole.xls").read_bytes(), "表.xls"),
    lambda rows, merged: (as_docx(rows, merged=merged), "表.docx")], ids=["xlsx", "csv in GBK", "xls", "docx"])
def test_the_whole_sheet_as_an_office_types_it_comes_in_without_a_problem(planning, make):
    words, name = make(*as_typed())

    _address, page = looked_at(planning, words, name, uploaded)

    assert (problems(page), len(kinds(page)), set(kinds(page).values())) == ([], 37, {"新增"})


def test_what_a_column_is_can_be_said_otherwise(planning):
    rows = [["编号", "五进", "门类", "事项", "数"], *FIRST]
    address = read(planning, as_csv(rows))

    unknown = planning.get(f"{address}/preview?head=1&c=-&c=-&c=-&c=-&c=-")
    page = planning.get(f"{address}/preview?head=1&c=code&c=sector&c=category&c=title&c=target")

    assert (unknown.status_code, "没有认出“任务”或“主要内容”这一列" in unknown.text) == (422, True)
    assert kinds(page) == {"E1.1": "新增", "E1.2": "新增", "S1.1": "新增"}


def test_two_columns_of_one_kind_are_refused_and_what_was_chosen_stays(planning):
    address = read(planning, as_csv(a_sheet(*FIRST)))

    page = planning.get(f"{address}/preview?head=1&c=code&c=sector&c=category&c=title&c=title")

    assert (page.status_code, "“任务”选了两列" in page.text) == (422, True)
    assert len(re.findall(r'<option value="title" selected>', page.text)) == 2


def test_another_row_can_be_the_head(planning):
    address = read(planning, as_csv([["任务"], ["说明"], *a_sheet(*FIRST)]))

    page = planning.get(f"{address}?head=3")

    assert re.findall(r'<option value="(\w+|-)" selected>', page.text) == [
        "3", "code", "sector", "category", "title", "target"]


def test_a_changed_sheet_shows_what_is_new_changed_renamed_and_gone(planning):
    brought_in(planning, as_csv(a_sheet(*FIRST)))

    _address, page = looked_at(planning, as_csv(a_sheet(*SECOND)))
    gone = page.text[page.text.index('id="gone"'):]

    assert kinds(page) == {"E1.1": "改名", "S1.1": "照旧", "S1.2": "新增"}
    assert re.findall(r"<del>(.*?)</del> → <ins>(.*?)</ins>", page.text) == [
        ("政策解读讲座", "政策解读大讲堂"), ("12场", "15场")]
    assert re.findall(r'<span class="task-code">(\S+)</span>', gone) == ["E1.2"]


def test_what_was_understood_of_each_target_stands_beside_it_and_words_stay_words(planning):
    _address, page = looked_at(planning, as_csv(a_sheet(*FIRST)))

    assert re.findall(r'<b>([^<]+)</b><br><span class="small">([^<]+)</span>', page.text) == [
        ("12场", "12 场 · 按活动场次计"), ("30所左右", "约 30 所 · 按台账登记计")]
    assert page.text.count("读不出数，保留原文") == 1


def test_only_the_targets_that_were_ticked_are_confirmed(planning):
    address, page = looked_at(planning, as_csv(a_sheet(*FIRST)))
    key = re.findall(r'name="confirm" value="(\d+-stated-\d+)"', page.text)[1]

    planning.post(address, data=hidden(page) | {"then": "apply", "confirm": key})

    db.session.expire_all()
    assert db.session.execute(select(Indicator.wording, Indicator.is_confirmed).order_by(Indicator.id)).all() == [
        ("12场", False), ("30所左右", True)]


def test_a_task_can_be_said_to_be_another_one_of_the_plan(planning):
    brought_in(planning, as_csv(a_sheet(*FIRST)))
    second = db.session.scalars(select(Task).where(Task.code == "E1.2")).one()
    address, page = looked_at(planning, as_csv(a_sheet(*SECOND)))
    number = re.findall(r'name="match-(\d+)"', page.text)[-1]
    chosen = hidden(page) | {f"match-{number}": str(second.id), "confirm": "*"}

    again = planning.post(address, data=chosen | {"then": "look"})
    planning.post(address, data=chosen | {"then": "apply"})

    assert (again.status_code, kinds(again)["S1.2"], ticked(again.text, "confirm")) == (200, "改名", ["*"])
    assert tasks() == [
        ("E1.1", "政策解读大讲堂", True), ("S1.1", "试点示范学校建设", True), ("S1.2", "校园创新大赛", True)]


# ---------------------------------------------------------------- what goes wrong


def test_an_office_with_letters_of_its_own_takes_the_sector_of_the_column(planning):
    words = as_csv(a_sheet(*FIRST[:1], ("S7", "进企业", "宣传", "专利导航讲座", "2场")))
    address, page = looked_at(planning, words)

    said = planning.post(address, data=hidden(page) | {"letters": "own", "then": "look"})
    planning.post(address, data=hidden(said) | {"letters": "own", "then": "apply"})

    assert 'name="letters"' in page.text
    assert problems(page) == [("S7", "编号是“进学校”的字母，板块写的是“进企业”。")]
    assert problems(said) == [("S7", "编号是“进学校”的字母，照板块记在“进企业”。")]
    assert [(task.code, task.category.sector) for task in db.session.scalars(select(Task).order_by(Task.code))] == [
        ("E1.1", "E"), ("S7", "E")]


def test_a_sheet_without_such_codes_asks_nothing(planning):
    assert 'name="letters"' not in looked_at(planning, as_csv(a_sheet(*FIRST)))[1].text


def test_a_problem_stands_in_its_cell_and_the_good_rows_come_in(planning):
    bad = ("E1.1", "进银河", "宣传", "没有板块的任务", "3场")
    rows = a_sheet(("E1.2", "进企业", "宣传", "专利导航", "2场"), ("坏编号！", *bad[1:]))
    address, page = looked_at(planning, as_csv(rows))

    planning.post(address, data=hidden(page) | {"then": "apply"})

    assert problems(page)[0] == ("坏编号！", "编号只能用字母、数字、点和横线，最多 12 个字。")
    assert tasks() == [("E1.2", "专利导航", True)]


def test_the_sheet_comes_back_with_the_reason_beside_each_row(planning):
    rows = a_sheet(("E1.2", "进企业", "宣传", "专利导航", "2场"), ("坏编号！", "进企业", "宣传", "讲座", "3场"))
    address = read(planning, as_csv(rows))

    answer = planning.get(f"{address}/problems.xlsx?head=1&c=code&c=sector&c=category&c=title&c=target")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active

    assert [[cell.value or "" for cell in row] for row in sheet.iter_rows()] == [
        [*SMALL, "原因"], [*rows[1], ""],
        [*rows[2], "编号：编号只能用字母、数字、点和横线，最多 12 个字。"]]


@pytest.mark.parametrize(("words", "sentence"), [
    (with_part(as_xlsx([["任务"], ["甲"]]), "xl/sharedStrings.xml", DTD.format("utf-8").encode()),
     "不允许的定义（DTD）"),
    (with_part(as_xlsx([["任务"]]), "xl/worksheets/sheet1.xml", b"<a>" + b" " * 200_000_000), "太大"),
    (b"\x89PNG\r\n\x1a\n\x00\x00", "这是图片，不是表格"), (b"", "没有内容")],
    ids=["a DTD", "a bomb", "a picture", "nothing in it"])
def test_a_file_that_is_no_sheet_is_refused_in_a_sentence(planning, words, sentence):
    page = planning.get(uploaded(planning, words, "计划.xlsx" if words.startswith(b"PK") else "计划.csv"))

    assert (page.status_code, "表格没有读成" in page.text, sentence in page.text) == (200, True, True)


def test_without_a_file_or_a_year_the_form_comes_back(planning):
    answer = planning.post(IMPORT, data={"year": "26"})

    assert (answer.status_code, mistakes(answer.text)) == (
        422, ["任务分解表：请选一个文件。", "年度：年度要在 2000 到 2100 之间。"])


def test_a_sheet_looked_at_before_the_plan_changed_is_shown_again_and_nothing_is_lost(planning):
    brought_in(planning, as_csv(a_sheet(*FIRST)))
    address, page = looked_at(planning, as_csv(a_sheet(*SECOND)))
    brought_in(planning, as_csv(a_sheet(*FIRST[:2])))
    sent = hidden(page) | {"then": "apply", "confirm": "*"}

    refused = planning.post(address, data=sent)
    unchanged = tasks()
    accepted = planning.post(address, data=sent | {"seen": hidden(refused)["seen"]})

    assert (refused.status_code, "又有人改过" in refused.text, ticked(refused.text, "confirm")) == (409, True, ["*"])
    assert unchanged == [
        ("E1.1", "政策解读讲座", True), ("E1.2", "专利导航", True), ("S1.1", "试点示范学校建设", False)]
    assert accepted.status_code == 302
    assert len(db.session.scalars(select(PlanRevision.id)).all()) == 3


def test_the_same_sheet_again_is_no_import_and_says_so(planning):
    brought_in(planning, as_csv(a_sheet(*FIRST)))
    address, page = looked_at(planning, as_csv(a_sheet(*FIRST)))

    answer = planning.post(address, data=hidden(page) | {"then": "apply"})

    assert (answer.status_code, "没有差别" in answer.text) == (409, True)


def test_an_import_sent_twice_comes_in_once(planning):
    address, page = looked_at(planning, as_csv(a_sheet(*FIRST)))
    sent = hidden(page) | {"then": "apply"}

    planning.post(address, data=sent)
    again = planning.post(address, data=sent)

    assert (again.status_code, again.location) == (302, IMPORT)
    assert len(db.session.scalars(select(PlanRevision.id)).all()) == 1


# ---------------------------------------------------------------- afterwards


def test_an_import_tells_what_it_changed_and_is_undone_once(planning):
    brought_in(planning, as_csv(a_sheet(*FIRST)))
    address = brought_in(planning, as_csv(a_sheet(*SECOND)))
    told = planning.get(address)

    undone = planning.post(f"{address}/undoing")
    again = planning.post(f"{address}/undoing")

    assert re.findall(r'<th scope="row">(\S+) [^<]*</th><td><span class="pill[^"]*"><svg.*?</svg>([^<]+)</span>',
                      told.text, re.DOTALL) == [("E1.1", "改名"), ("E1.2", "不在表里了"), ("S1.2", "新增")]
    assert undone.status_code == 302
    assert (again.status_code, "已经撤销过了" in again.text) == (409, True)
    assert tasks() == [("E1.1", "政策解读讲座", True), ("E1.2", "专利导航", True), ("S1.1", "试点示范学校建设", True)]


def test_an_import_on_which_somebody_built_is_not_undone(planning):
    address = brought_in(planning, as_csv(a_sheet(*FIRST)))
    db.session.scalars(select(Task).where(Task.code == "E1.1")).one().revise(
        db.session.scalars(select(PlanRevision.made_at)).one(), title="政策解读课")

    answer = planning.post(f"{address}/undoing")

    assert (answer.status_code, "E1.1 又改过" in answer.text) == (409, True)


def test_who_imported_what_and_when_is_listed_newest_first(planning):
    brought_in(planning, as_csv(a_sheet(*FIRST)))
    brought_in(planning, as_csv(a_sheet(*SECOND)))

    page = planning.get(IMPORT)

    assert re.findall(r'href="/console/plan/revisions/(\d+)"', page.text) == ["2", "1"]
    assert page.text.count("· Ping ·") == 2


def test_the_sheet_taken_along_comes_back_without_a_difference_and_the_taking_is_recorded(planning):
    brought_in(planning, as_csv(a_sheet(*FIRST)))

    files = [planning.post("/console/plan/export", data={"year": "2026", "as": kind}) for kind in ("xlsx", "csv")]
    pages = [looked_at(planning, file.data)[1] for file in files]

    assert [set(kinds(page).values()) for page in pages] == [{"照旧"}, {"照旧"}]
    assert [row.after for row in db.session.scalars(select(AuditRow).where(AuditRow.what == "plan_exported"))] == [
        '{"year": 2026}'] * 2


def test_a_year_without_a_plan_cannot_be_taken_along(planning):
    a_plan()

    assert [planning.post("/console/plan/export", data={"year": year}).status_code
            for year in ("1999", "x", "")] == [404, 404, 404]


# ---------------------------------------------------------------- who may


def test_a_planner_of_a_city_and_a_stranger_get_nowhere(planning, signed_in):
    address = brought_in(planning, as_csv(a_sheet(*SECOND)))
    waiting = read(planning, as_csv(a_sheet(*FIRST)))
    city, stranger = signed_in(a_person("City", Role.PLANNER, a_city_office())), signed_in(wang())
    gets = (IMPORT, waiting, f"{waiting}/preview", f"{waiting}/problems.xlsx", address)

    assert [who.get(one).status_code for who in (city, stranger) for one in gets] == [404] * 5 + [403] * 5
    assert [who.post(one, data={"then": "apply"}).status_code for who in (city, stranger) for one in (
        IMPORT, waiting, f"{address}/undoing")] == [404] * 3 + [403] * 3


def test_the_preview_asks_as_often_for_thirty_seven_tasks_as_for_three(planning, count_queries):
    whole = as_csv(as_typed()[0])
    brought_in(planning, whole)
    planning.get(IMPORT)
    few, many = read(planning, as_csv(a_sheet(*FIRST))), read(planning, whole)

    assert count_queries(lambda: planning.get(f"{few}/preview")) == count_queries(
        lambda: planning.get(f"{many}/preview"))
