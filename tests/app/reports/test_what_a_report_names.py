"""A report tells by name what its numbers are made of, once, and the same on the page, in the sheets and in Word."""

import io
import json
import re
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest

from app.accounts.models import Role
from app.db import db
from app.plans.milestones import Milestone, Step
from app.plans.outside import OutsideFigure
from app.plans.registers import Register, RegisterEntry
from app.plans.standing import Course
from app.reports.statements.comparing import differences
from app.reports.statements.period import Period, PeriodKind
from app.reports.statements.prose import told
from app.reports.statements.snapshots import Snapshot
from app.reports.statements.statement import digest_of, statement_of
from tests.app.reports.test_reports_of_a_period import YEAR, a_held_event, made
from tests.conftest import AS_OF
from tests.factories import a_person, a_plan, a_region, a_task, an_office

QUARTER = Period(2026, PeriodKind.QUARTER, 2)
OLD = Path(__file__).parent / "kept/statement_1.json"


@pytest.fixture
def planner(app):
    return a_person("Planner", Role.PLANNER, an_office())


def a_register(name, **words):
    return Register.founded(an_office(), AS_OF, name=name, **words)


def an_entry(register, name, *, on=date(2026, 2, 2), plaque=None, number="川知〔2026〕1号"):
    course = Course(applied_on=on, reviewed_on=on, announced_on=on, approved_on=on, plaque_on=plaque)
    return RegisterEntry.entered(register, an_office(), a_region("成都"), name, AS_OF, course=course,
                                 approval_number=number)


def counted_by(code, measure, register=None):
    indicator = a_task(code).indicators[0]
    indicator.measure, indicator.register = measure, register
    db.session.flush()
    return indicator


def a_year(people=2):
    """Of each kind something: an event at a school, a school approved, people recommended, a milestone, a figure."""
    schools, teachers = a_register("示范学校", unit="所", can_host=True), a_register(
        "师资", unit="人", is_personal=True)
    first = an_entry(schools, "第一中学", plaque=date(2026, 2, 20))
    an_entry(schools, "第二中学")
    for number in range(people):
        an_entry(teachers, f"师某{number}")
    counted_by("S1.3", "register", schools)
    counted_by("S3.2", "register", teachers)
    outside = counted_by("N2.4", "outside")
    OutsideFigure.record(outside, AS_OF, None, month=date(2026, 2, 1), region=an_office().region,
                         source="远程教育平台", true_on=date(2026, 2, 28), amount=12345)
    Milestone.planned(a_task("E3.1"), an_office(), AS_OF, step=Step.APPLICATION, due_on=date(2026, 3, 1)).reach(
        date(2026, 2, 27), AS_OF, note="收齐。")
    Milestone.planned(a_task("E3.1"), an_office(), AS_OF, step=Step.REVIEW, due_on=date(2026, 9, 1))
    a_held_event("I2.1", 83, title="蜀光讲坛", location="党校报告厅", hosts=[first])
    db.session.commit()


def story(code, period=YEAR):
    statement = told(statement_of(a_plan(), an_office(), period, AS_OF))
    return next(task["story"] for task in statement["tasks"] if task["code"] == code)


def test_a_task_by_milestones_begins_with_them_and_says_nothing_of_events(app):
    a_year()

    assert story("E3.1") == ["节点 2 个，已完成 1 个：申报（2月27日，收齐）；未完成：评审（应于9月1日）。"]


def test_a_task_names_its_largest_events_and_the_schools_it_went_to(either_app):
    a_year()
    for heads in (10, 300, 20):
        a_held_event("I2.1", heads, title=f"讲座{heads}")

    assert story("I2.1")[1] == (
        "举办活动 4 场，413 人次参加，覆盖 1 个市（州）。走进示范学校 1 所：第一中学。其中："
        "2月10日在天府新区会议中心举办“讲座300”，300 人次；2月10日在党校报告厅举办“蜀光讲坛”，83 人次；"
        "2月10日在天府新区会议中心举办“讲座20”，20 人次。")


def test_what_was_approved_is_named_with_number_and_days_and_people_are_counted_only(app):
    a_year()

    assert story("S1.3")[-1] == (
        "新批复示范学校 2 所：第一中学（川知〔2026〕1号，2月2日批复，2月20日授牌）；"
        "第二中学（川知〔2026〕1号，2月2日批复）。")
    assert story("S3.2")[-1] == "新批复师资 2 人。"


def test_a_figure_from_elsewhere_stands_with_its_source_and_day(app):
    a_year()

    assert story("N2.4")[-1] == "据远程教育平台，截至2月28日四川省累计 12,345人。"


def test_a_year_says_its_numbers_once_and_a_quarter_beside_the_year(app, signed_in, planner):
    a_year()
    browser = signed_in(planner)

    pages = [browser.get(f"/console/reports/{word}").text for word in ("2026", "2026-Q2")]
    heads = [[cell.value for cell in openpyxl.load_workbook(io.BytesIO(browser.get(
        f"/console/reports/{word}/tasks.xlsx").data))["进展"][2]] for word in ("2026", "2026-Q2")]
    words = ["".join(told(statement_of(a_plan(), an_office(), period, AS_OF))["summary"])
             for period in (YEAR, QUARTER)]

    for found in (pages, ["".join(head) for head in heads], words):
        assert ["年初至今" in one for one in found] == [False, True]


def test_page_sheet_and_word_file_name_the_same(app, signed_in, planner):
    a_year()
    browser = signed_in(planner)

    page = browser.get("/console/reports/2026").text
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/console/reports/2026/tasks.xlsx").data))
    report = docx.Document(io.BytesIO(made(browser, "/console/reports/2026/word")))

    paragraphs = {one.text for one in report.paragraphs}
    for code in ("E3.1", "I2.1", "S1.3", "S3.2", "N2.4"):
        lines = story(code)
        cell = next(row for row in book["任务分解"].iter_rows(min_row=3, values_only=True) if row[0] == code)
        assert set(lines) <= paragraphs
        assert "\n".join(lines) in cell
        assert [f'<p class="small">{line}</p>' in page for line in lines] == [True] * len(lines)
    assert [row[3:5] for row in book["外部数字"].iter_rows(min_row=3, values_only=True)] == [
        ("远程教育平台", "四川省")]
    assert [row[3] for row in book["登记"].iter_rows(min_row=3, values_only=True)] == [
        "第一中学", "第二中学", "共 2 人"]
    assert [row[2] for row in book["节点"].iter_rows(min_row=3, values_only=True)] == ["申报", "评审"]


def test_a_sector_counts_an_event_of_two_of_its_tasks_once(either_app):
    a_held_event("I2.1", 40).tasks.append(a_task("I2.2"))
    db.session.commit()

    sectors = statement_of(a_plan(), an_office(), YEAR, AS_OF)["sectors"]

    assert [(one["sector"], one["events"], one["attendances"]) for one in sectors if one["events"]] == [
        ("进单位", 1, 40)]


def test_an_office_below_names_its_own_alone(app):
    a_year()
    city = an_office("成都市局", "成都", an_office())

    statement = told(statement_of(a_plan(), city, YEAR, AS_OF))

    assert [name for task in statement["tasks"] for part in ("top_events", "held_at", "entries", "outside")
            for name in task[part]] == []


def test_a_snapshot_of_the_old_shape_opens_and_is_told(app, signed_in, planner):
    kept = json.loads(OLD.read_text())
    snapshot = Snapshot.seal(kept, plan=a_plan(), office=an_office(), by=planner, as_of=AS_OF)
    db.session.commit()
    browser = signed_in(planner)

    page = browser.get(f"/console/reports/snapshots/{snapshot.id}").text
    sheet = openpyxl.load_workbook(io.BytesIO(
        browser.get(f"/console/reports/snapshots/{snapshot.id}/tasks.xlsx").data))
    report = docx.Document(io.BytesIO(made(browser, f"/console/reports/snapshots/{snapshot.id}/word")))

    assert digest_of(kept) in page
    assert re.search(r"举办活动 \d+ 场", page)[0] == f"举办活动 {kept['whole']['events']} 场"
    assert [row[0] for row in sheet["进展"].iter_rows(min_row=3, values_only=True) if row[0]][:1] == ["E3.1"]
    assert [one.text for one in report.paragraphs if one.text.startswith("E3.1")] == [
        "E3.1 专家职(岗)位与知识产权职称"]


def test_what_the_old_shape_did_not_tell_is_no_difference(app):
    a_year()
    now_ = statement_of(a_plan(), an_office(), YEAR, AS_OF)
    kept = now_ | {"format": 1}

    assert differences(kept, now_) == []


def test_one_more_approved_is_a_difference_of_what_was_sealed(app):
    a_year()
    before = statement_of(a_plan(), an_office(), YEAR, AS_OF)

    an_entry(db.session.query(Register).filter_by(name="示范学校").one(), "第三中学")

    after = statement_of(a_plan(), an_office(), YEAR, AS_OF)
    assert ["S1.3 新批复示范学校", "2", "3"] in differences(before, after)


def test_a_report_asks_the_same_number_of_questions_for_one_and_three_of_everything(app, count_queries):
    plan, office = a_plan(), an_office()
    a_year(people=1)
    statement_of(plan, office, YEAR, AS_OF)
    few = count_queries(lambda: statement_of(plan, office, YEAR, AS_OF))
    schools = db.session.query(Register).filter_by(name="示范学校").one()
    for number in range(3):
        a_held_event("I2.1", 20, title=f"第{number}讲", hosts=[an_entry(schools, f"学校{number}")])
        a_held_event("S1.3", 20, title=f"第{number}课")
    db.session.commit()
    statement_of(plan, office, YEAR, AS_OF)

    assert count_queries(lambda: statement_of(plan, office, YEAR, AS_OF)) == few
