"""A period's report: the page, the sheet, the Word file and the sealed snapshot say the same numbers."""

import io
import json
import re
from datetime import date, timedelta
from urllib.parse import unquote

import docx
import openpyxl
import pytest
from sqlalchemy import select

from app import jobs
from app.accounts.models import Person, Role
from app.audit.models import AuditRow
from app.clock import now
from app.db import db
from app.plans.indicators import Basis
from app.reports.statements.comparing import shown
from app.reports.statements.period import Period, PeriodKind
from app.reports.statements.snapshots import NothingToAmend, Snapshot
from app.reports.statements.statement import statement_of
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_plan, a_region, a_task, an_event, an_office, chen, figures

YEAR = Period(2026, PeriodKind.YEAR)


@pytest.fixture
def planner(app):
    return a_person("Planner", Role.PLANNER, an_office())


def a_held_event(code="I2.1", attendances=80, **changes):
    event = an_event(tasks=[a_task(code)], starts_at=AS_OF - timedelta(days=20), **changes)
    record(event, attendances)
    return event


def record(event, attendances):
    by = db.session.scalars(select(Person).where(Person.name == "Chen")).one_or_none() or chen()
    event.record_figures(figures(by, attendances), AS_OF, confirmed=True)
    db.session.flush()


def made(browser, address):
    """What a button of the page makes, once the work behind it is done."""
    answer = browser.post(address)
    assert answer.status_code == 302, answer.text
    while jobs.work("here"):
        pass
    page = browser.get(answer.location)
    link = re.search(r'href="([^"]+/file)"', page.text)
    assert link, page.text
    with browser.get(link[1]) as file:
        assert file.status_code == 200, file.text
        return file.data


@pytest.mark.parametrize(("word", "first", "last"), [
    ("2026", date(2026, 1, 1), date(2026, 12, 31)), ("2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
    ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)), ("2026-02", date(2026, 2, 1), date(2026, 2, 28))])
def test_a_period_stands_in_an_address_and_knows_its_days(word, first, last):
    period = Period.read(word)

    assert (period.word, period.starts_on, period.ends_on) == (word, first, last)


@pytest.mark.parametrize("word", [
    "", "26", "2026-13", "2026-Q5", "2026-H3", "2026-1", "20260", "１９９９", "2026-Q4 "])
def test_what_names_no_period_is_none(word):
    assert Period.read(word) is None


def test_the_period_before_january_lies_in_the_year_before():
    assert Period(2026, PeriodKind.MONTH, 1).before.word == "2025-12"


def test_page_sheet_and_word_file_agree(app, signed_in, planner):
    a_held_event(attendances=83)
    browser = signed_in(planner)

    page = browser.get("/console/reports/2026").text
    sheet = openpyxl.load_workbook(io.BytesIO(browser.get("/console/reports/2026/tasks.xlsx").data))["进展"]
    report = docx.Document(io.BytesIO(made(browser, "/console/reports/2026/word")))

    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3) if row[0].value == "I2.1"]
    table = [[cell.text for cell in row.cells] for row in report.tables[0].rows if row.cells[0].text == "I2.1"]
    assert re.search(r"I2\.1</b>.*?<b>(\d+)</b>期", page, re.DOTALL)[1] == "1"
    assert [(row[11], row[13], row[5], row[6]) for row in rows] == [(1, 83, 1, "期")]
    assert [row[3] for row in table] == ["1期"]
    assert "83 人次参加" in "".join(one.text for one in report.paragraphs)


def test_page_and_word_file_say_which_numbers_are_ours(app, signed_in, planner):
    stated, counted, working = (a_task(code).indicators[0] for code in ("I2.1", "I2.2", "E4.1"))
    working.basis, working.is_confirmed = Basis.WORKING, True
    db.session.commit()
    browser = signed_in(planner)

    page = browser.get("/console/reports/2026").text
    report = docx.Document(io.BytesIO(made(browser, "/console/reports/2026/word")))

    asked = [one.wording or one.target.describe() for one in (stated, counted, working)]
    rows = {row.cells[0].text: row.cells[2].text for row in report.tables[0].rows}
    cells = [re.search(rf"<b>{code}</b>.*?<p>(.*?)：<b>", page, re.DOTALL)[1] for code in ("I2.1", "I2.2", "E4.1")]
    assert [rows[code] for code in ("I2.1", "I2.2", "E4.1")] == [
        asked[0], f"{asked[1]}（据文字列举统计）", f"{asked[2]}（内部目标）"]
    assert cells == [asked[0], f'{asked[1]} <small class="muted">（据文字列举统计）</small>',
                     f'{asked[2]} <small class="muted">（内部目标）</small>']


def test_an_office_below_counts_its_own_only(app, signed_in):
    city = a_city_office()
    a_held_event(attendances=10)
    a_held_event(attendances=20, organization=city)
    browser = signed_in(a_person("Zhou", Role.LEADER, city))

    page = browser.get("/console/reports/2026").text

    assert re.findall(r'人次</p>\s*<p class="figure-number">(\d+)</p>', page) == ["20"]


def test_a_stranger_sees_neither_the_office_nor_its_snapshot(app, signed_in, planner):
    snapshot = Snapshot.seal(statement_of(a_plan(), an_office(), YEAR, AS_OF), plan=a_plan(), office=an_office(),
                             by=planner, as_of=AS_OF)
    db.session.flush()
    wang = signed_in(a_person("Wang", Role.PLANNER, a_city_office("绵阳")))

    answers = [wang.get(f"/console/reports/2026?office={an_office().id}"),
               wang.get(f"/console/reports/snapshots/{snapshot.id}"),
               wang.post(f"/console/reports/snapshots/{snapshot.id}/amendments", data={"reason": "改"})]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_what_somebody_had_made_is_his_alone(app, signed_in, planner):
    a_plan()
    answer = signed_in(planner).post("/console/reports/2026/ledger")
    jobs.work("here")

    other = signed_in(a_person("Wang", Role.PLANNER, an_office()))

    assert [other.get(answer.location).status_code, other.get(answer.location + "/file").status_code] == [404, 404]


def test_the_ledger_has_a_row_for_each_event_and_no_cell_is_a_formula(app, signed_in, planner):
    for number in range(3):
        a_held_event(title=f"=HYPERLINK(\"x\") {number}", attendances=number)
    an_event(title="还没办")

    book = openpyxl.load_workbook(io.BytesIO(made(signed_in(planner), "/console/reports/2026/ledger")))

    cells = [row for row in book.active.iter_rows(min_row=3)][:-1]
    assert sorted(row[2].value for row in cells) == [f"=HYPERLINK(\"x\") {number}" for number in range(3)]
    assert {row[2].data_type for row in cells} == {"s"}
    assert sorted(row[14].value for row in cells) == [0, 1, 2]
    assert [row[18].value for row in cells] == [None] * 3  # nobody reported on them: no address of our own stands in


def test_the_ledgers_total_is_the_reports_and_a_row_says_why_it_does_not_count(app, signed_in, planner):
    for number in range(3):
        a_held_event(title=f"第{number}场", attendances=100 + number)
    a_held_event(title="没有任务", attendances=21_480).tasks = []
    a_held_event(title="没有确认", attendances=7).figures_confirmed_at = None
    db.session.commit()
    whole = statement_of(a_plan(), an_office(), YEAR, AS_OF)["whole"]

    book = openpyxl.load_workbook(io.BytesIO(made(signed_in(planner), "/console/reports/2026/ledger")))
    *rows, total = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=3)]

    assert {row[2]: row[-1] for row in rows if row[-1] != "计入"} == {
        "没有任务": "不计入：没有关联任务", "没有确认": "不计入：人数没有确认"}
    assert (total[2], total[14]) == ("合计：计入计划的 3 场", 303)
    assert (whole["events"], whole["attendances"]) == (3, 303)


def test_the_ledger_is_read_in_slices_and_misses_none(app, signed_in, planner, monkeypatch):
    monkeypatch.setattr("app.reports.statements.ledger.SLICE", 2)
    for number in range(5):
        a_held_event(title=f"第{number}场")

    book = openpyxl.load_workbook(io.BytesIO(made(signed_in(planner), "/console/reports/2026/ledger")))

    rows = [(row[0].value, row[2].value) for row in book.active.iter_rows(min_row=3)][:-1]
    assert [number for number, _ in rows] == [1, 2, 3, 4, 5]
    assert sorted(title for _, title in rows) == [f"第{number}场" for number in range(5)]


def test_sealed_numbers_stay_and_a_later_correction_is_an_amendment(app, planner):
    event = a_held_event(attendances=80)
    snapshot = Snapshot.seal(statement_of(a_plan(), an_office(), YEAR, AS_OF), plan=a_plan(), office=an_office(),
                             by=planner, as_of=AS_OF)
    db.session.flush()

    record(event, 90)
    now_ = statement_of(a_plan(), an_office(), YEAR, AS_OF)
    found = snapshot.differences(now_)
    snapshot.amend(now_, reason="签到表漏了一页", by=planner, as_of=AS_OF)
    db.session.flush()

    assert found == [[what, "80", "90"] for what in (
        "本期合计 · 人次", "本期合计 · 人数", "进单位 · 人次", "I2.1 本期 · 人次", "I2.1 本期 · 人数")]
    assert snapshot.figures["whole"]["attendances"] == 80
    assert snapshot.is_whole
    assert snapshot.differences(now_) == []
    with pytest.raises(NothingToAmend):
        snapshot.amend(now_, reason="再来一次", by=planner, as_of=AS_OF)


def test_shares_that_move_between_cities_are_a_change_of_what_was_sealed(app, signed_in, planner):
    event = a_held_event(attendances=80, regions=[a_region("成都"), a_region("绵阳")])
    browser = signed_in(planner)
    browser.post("/console/reports/2026/snapshot")
    event.in_regions[0].share, event.in_regions[1].share = 150, 850
    db.session.commit()

    page = browser.get("/console/reports/snapshots/1?lang=en").text
    again = browser.post("/console/reports/2026/snapshot")

    snapshot = db.session.scalars(select(Snapshot).order_by(Snapshot.id)).first()
    assert snapshot.differences(statement_of(a_plan(), an_office(), YEAR, now())) == [
        ["成都 · 本期 · 已办", "0.5", "0.15"], ["绵阳 · 本期 · 已办", "0.5", "0.85"]]
    assert again.status_code == 302
    assert 'action="/console/reports/snapshots/1/amendments"' in page
    assert "已办" not in page


def test_what_is_kept_of_a_change_is_told_with_its_thousands_apart(app):
    assert shown([["本期合计 · 人次", "390111", "411591.5"], ["E3.1 申报", "未完成", "2026-03-01"]]) == [
        ["本期合计 · 人次", "390,111", "411,591.5"], ["E3.1 申报", "未完成", "2026-03-01"]]


def test_sealing_again_what_has_not_changed_asks_first(app, signed_in, planner):
    event = a_held_event(attendances=80)
    browser = signed_in(planner)

    browser.post("/console/reports/2026/snapshot")
    asked = browser.post("/console/reports/2026/snapshot")
    kept = len(db.session.scalars(select(Snapshot)).all())
    insisted = browser.post("/console/reports/2026/snapshot", data={"again": "yes"})
    record(event, 90)
    changed = browser.post("/console/reports/2026/snapshot")

    assert (asked.status_code, re.findall("自第 (\\d) 份封存", asked.text), kept) == (409, ["1"], 1)
    assert [insisted.status_code, changed.status_code] == [302, 302]
    assert [one.ordinal for one in db.session.scalars(select(Snapshot).order_by(Snapshot.id))] == [1, 2, 3]


def test_a_file_that_is_taken_away_names_its_year_once(app, signed_in, planner):
    a_plan()
    browser = signed_in(planner)

    names = []
    for what in ("evidence", "ledger", "word"):
        answer = browser.post(f"/console/reports/2026/{what}")
        while jobs.work("here"):
            pass
        names.append(re.search(r'文件好了</h1><p class="muted">([^<]+)', browser.get(answer.location).text)[1])

    office = an_office().name
    assert names == [f"{office} 佐证材料（2026年）.zip", f"{office} 活动台账（2026年）.xlsx",
                     f"{office} 2026年工作报告.docx"]


def test_a_number_put_back_is_an_amendment_again(app, planner):
    event = a_held_event(attendances=80)
    snapshot = Snapshot.seal(statement_of(a_plan(), an_office(), YEAR, AS_OF), plan=a_plan(), office=an_office(),
                             by=planner, as_of=AS_OF)
    db.session.flush()
    for heads in (90, 80):
        record(event, heads)
        snapshot.amend(statement_of(a_plan(), an_office(), YEAR, AS_OF), reason="更正", by=planner, as_of=AS_OF)
        db.session.flush()

    assert [one.changes[0] for one in snapshot.amendments] == [
        ["本期合计 · 人次", "80", "90"], ["本期合计 · 人次", "90", "80"]]


def test_numbers_altered_in_the_table_are_noticed(app, signed_in, planner):
    a_held_event()
    snapshot = Snapshot.seal(statement_of(a_plan(), an_office(), YEAR, AS_OF), plan=a_plan(), office=an_office(),
                             by=planner, as_of=AS_OF)
    db.session.flush()
    snapshot.figures = snapshot.figures | {"whole": snapshot.figures["whole"] | {"events": 99}}
    db.session.commit()

    page = signed_in(planner).get(f"/console/reports/snapshots/{snapshot.id}")

    assert "和当时的校验值对不上" in page.text


def test_an_amendment_without_a_reason_comes_back(app, signed_in, planner):
    event = a_held_event(attendances=80)
    snapshot = Snapshot.seal(statement_of(a_plan(), an_office(), YEAR, AS_OF), plan=a_plan(), office=an_office(),
                             by=planner, as_of=AS_OF)
    record(event, 90)
    browser = signed_in(planner)

    answer = browser.post(f"/console/reports/snapshots/{snapshot.id}/amendments", data={"reason": "  "})

    assert (answer.status_code, "请写明为什么补正。" in answer.text) == (422, True)
    assert snapshot.amendments == []


def upload(browser, words, name="自己的.docx"):
    return browser.post("/console/reports/template", data={"template": (io.BytesIO(words), name)})


def a_template(*lines):
    document, out = docx.Document(), io.BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(out)
    return out.getvalue()


def test_an_offices_own_template_is_tried_and_then_used(app, signed_in, planner):
    a_held_event()
    browser = signed_in(planner)

    kept = upload(browser, a_template("本单位：{{ office }}，{{ whole.events }} 场 <&>"))
    report = docx.Document(io.BytesIO(made(browser, "/console/reports/2026/word")))

    assert kept.status_code == 302
    assert [one.text for one in report.paragraphs] == ["本单位：省知识产权促进中心，1 场 <&>"]


@pytest.mark.parametrize(("words", "sentence"), [
    (a_template("{{ nobody }}"), "模板里有填不出来的地方"),
    (a_template("{% for one in tasks %}"), "模板里有填不出来的地方"),
    (a_template("{{ office.__class__.__mro__ }}"), "模板里有填不出来的地方"),
    (a_template("{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}"), "。"),
    (b"PK not a zip", "文件读不出来"), (b"\xd0\xcf\x11\xe0 an old .doc", "文件读不出来")])
def test_a_template_that_cannot_be_filled_is_refused_with_the_reason(app, signed_in, planner, words, sentence):
    a_plan()
    browser = signed_in(planner)

    answer = upload(browser, words)

    error = re.search(r'class="error".*?<span>([^<]+)</span>', answer.text, re.DOTALL)
    assert (answer.status_code, error and sentence in error[1]) == (422, True)
    assert "现在用通用模板" in answer.text


def test_a_report_asks_the_same_number_of_questions_whatever_was_held(app, count_queries):
    plan, office = a_plan(), an_office()
    a_held_event()
    db.session.commit()
    statement_of(plan, office, YEAR, now())
    few = count_queries(lambda: statement_of(plan, office, YEAR, now()))
    for number in range(12):
        a_held_event(title=f"第{number}场", regions=[a_region("绵阳")])
    db.session.commit()
    statement_of(plan, office, YEAR, now())

    assert count_queries(lambda: statement_of(plan, office, YEAR, now())) == few


def test_a_job_of_ours_that_fails_says_so_and_leaves_a_trace_in_the_log_only(app, signed_in, planner):
    a_plan()
    browser = signed_in(planner)
    answer = browser.post("/console/reports/2026/ledger")
    job = db.session.scalars(select(jobs.Job)).one()
    job.payload = job.payload | {"office": 999999}
    db.session.commit()

    jobs.work("here")
    page = browser.get(answer.location).text

    assert jobs.INSIDE in page


def test_what_is_kept_or_leaves_as_a_file_is_the_same_whatever_language_the_page_spoke(app, signed_in, planner):
    a_held_event()
    browser = signed_in(planner)

    page = browser.get("/console/reports/2026-Q1?lang=en").text
    sheet = browser.get("/console/reports/2026-Q1/tasks.xlsx?lang=en")
    browser.post("/console/reports/2026-Q1/snapshot?lang=en")
    browser.post("/console/reports/2026-Q1/word?lang=en")

    told = db.session.scalars(select(AuditRow.after).where(AuditRow.what.in_(["sealed", "report_asked"]))).all()
    job = db.session.scalars(select(jobs.Job).where(jobs.Job.kind == "reports.word")).one()
    sealed = db.session.scalars(select(Snapshot)).one().figures
    assert "Quarter 1 of 2026" in page
    assert "任务进展表（2026年第1季度）.xlsx" in unquote(sheet.headers["Content-Disposition"])
    assert [json.loads(one)["period"] for one in told] == ["2026年第1季度"] * 2
    for statement in (sealed, job.payload["statement"]):
        assert statement["label"] == "2026年第1季度"
        assert {one["sector"] for one in statement["tasks"]} <= {"进企业", "进单位", "进社区", "进学校", "进网络"}
        assert not [one["reason"] for one in statement["tasks"] if one["reason"].isascii()]
