"""The evidence pack: each task's folder leads to what proves it, and names go to who may know them."""

import io
import json
import re
import zipfile
from datetime import date
from html import unescape
from pathlib import PurePosixPath
from urllib.parse import unquote

import openpyxl
import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditRow
from app.db import db
from app.files import StoredFile, keep_file
from app.plans.milestones import Milestone
from app.plans.models import Plan
from app.plans.outside import OutsideFigure
from app.plans.registers import RegisterEntry
from app.reports.statements import evidence
from app.reports.statements.period import Period
from app.reports.statements.proofs import Whose
from app.reports.statements.statement import statement_of
from tests.app.reports.test_reports_of_a_period import YEAR, a_held_event, made
from tests.app.reports.test_what_a_report_names import a_year
from tests.conftest import AS_OF
from tests.factories import a_city_office, a_person, a_plan, a_region, an_office


@pytest.fixture
def planner(app):
    return a_person("Planner", Role.PLANNER, an_office())


def packed(browser, address="/console/reports/2026/evidence"):
    return zipfile.ZipFile(io.BytesIO(made(browser, address)))


def index(pack, code):
    name = next(one for one in pack.namelist() if one.startswith(f"{code} ") and one.endswith("/目录.html"))
    return name, pack.read(name).decode()


def cells(page):
    return [re.sub("<[^>]+>", "", unescape(one)) for one in re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)]


def book(pack, code):
    name = next(one for one in pack.namelist() if one.startswith(f"{code} ") and one.endswith("/台账.xlsx"))
    return openpyxl.load_workbook(io.BytesIO(pack.read(name)))


def evidence_of(noun):
    noun.add_files([keep_file(b"%PDF-1.4 the approval", "批复.pdf", "application/pdf", AS_OF)], AS_OF)
    db.session.commit()


def test_the_pack_has_a_folder_for_each_of_the_37_tasks(app, signed_in, planner):
    a_held_event(title="../../走进/企业")

    pack = packed(signed_in(planner))

    names = pack.namelist()
    assert pack.testzip() is None
    assert len({name.split("/")[0] for name in names if name.endswith("/目录.html")}) == 37
    assert [name for name in names if ".." in name or name.startswith("/")] == []
    listed = pack.read("清单.csv").decode("utf-8-sig").splitlines()[1:]
    assert sorted(line.split(",")[0].strip('"') for line in listed) == sorted(set(names) - {"清单.csv"})


def test_every_link_of_the_cover_and_of_the_indexes_leads_to_a_file_of_the_pack(app, signed_in, planner):
    a_year()
    for noun in (db.session.scalars(select(Milestone)).first(), db.session.scalars(select(RegisterEntry)).first()):
        evidence_of(noun)

    pack = packed(signed_in(planner))

    names, led = set(pack.namelist()), set()
    for page in (name for name in names if name.endswith(".html")):
        for link in re.findall(r'href="([^"]+)"', pack.read(page).decode()):
            parts: list[str] = []
            for part in (PurePosixPath(page).parent / unquote(link)).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            led.add("/".join(parts))
    assert led - names == set()
    assert {name for name in names if name.endswith(".pdf")} <= led


def test_a_tasks_folder_tells_of_its_events_steps_entries_and_figures(app, signed_in, planner):
    a_year()

    pack = packed(signed_in(planner))

    assert cells(index(pack, "I2.1")[1])[-7:] == [
        "2026-02-10", "蜀光讲坛", "党校报告厅", "省知识产权促进中心", "第一中学", "83", ""]
    assert cells(index(pack, "E3.1")[1])[0::6] == ["申报", "评审"]
    assert cells(index(pack, "S1.3")[1])[-15:-8] == [
        "第一中学", "成都市", "", "川知〔2026〕1号", "2026-02-02", "2026-02-20", ""]
    assert cells(index(pack, "N2.4")[1])[-6:] == [
        "远程教育平台", "四川省", "2026-02", "2026-02-28", "12345 人", "累计"]
    ledger, outside = book(pack, "I2.1")["活动台账"], book(pack, "N2.4")["外部数字"]
    assert [row[2] for row in ledger.iter_rows(min_row=3, values_only=True)] == ["蜀光讲坛"]
    assert [(row[1], row[5]) for row in outside.iter_rows(min_row=3, values_only=True)] == [("远程教育平台", 12345)]


def test_every_month_of_a_figure_from_elsewhere_is_in_its_tasks_folder(app, signed_in, planner):
    a_year()
    figure = db.session.scalars(select(OutsideFigure)).one()
    OutsideFigure.record(figure.indicator, AS_OF, planner, month=date(2026, 1, 1), region=figure.region,
                         source=figure.source, true_on=date(2026, 1, 31), amount=7000)
    db.session.commit()

    outside = book(packed(signed_in(planner)), "N2.4")["外部数字"]

    assert [(row[3], row[5], row[8]) for row in outside.iter_rows(min_row=3, values_only=True)] == [
        ("2026-01", 7000, "Planner"), ("2026-02", 12345, None)]


def people_of(pack):
    sheet = openpyxl.load_workbook(io.BytesIO(pack.read("台账登记/师资.xlsx"))).active
    return [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)]


def named():
    return [(row.what, json.loads(row.after)["count"]) for row in db.session.scalars(
        select(AuditRow).where(AuditRow.what == "names_packed"))]


def test_who_may_see_names_on_the_registers_page_has_them_in_the_pack_which_says_so(app, signed_in, planner):
    a_year()

    pack = packed(signed_in(planner))

    assert people_of(pack) == ["师某0", "师某1"]
    assert "师某1" in cells(index(pack, "S3.2")[1])
    assert "登记名单里有 2 人的完整姓名" in pack.read("封面.html").decode()
    assert named() == [("names_packed", 2)]


@pytest.mark.parametrize("role", [Role.LEADER, Role.REVIEWER])
def test_who_may_not_see_names_has_them_masked_and_nothing_is_recorded(app, signed_in, role):
    a_year()
    zhou = a_person("Zhou", role, an_office())
    db.session.commit()

    pack = packed(signed_in(zhou))

    assert people_of(pack) == ["师*", "师*"]
    assert [name for name in pack.namelist()
            if "师某" in name or "师某" in pack.read(name).decode(errors="ignore")] == []
    assert "登记名单里的 2 人只写姓氏" in pack.read("封面.html").decode()
    assert named() == []


def test_a_keeper_of_one_city_who_looks_at_the_whole_sees_the_names_of_that_city_alone(app, signed_in):
    a_year()
    city = a_city_office()
    chengdu = db.session.scalars(select(RegisterEntry).where(RegisterEntry.name == "师某1")).one()
    chengdu.organization = city
    zhou = a_person("Zhou", Role.LEADER, an_office())
    zhou.grants.append(type(zhou.grants[0])(role=Role.ORGANIZER.value, organization=city))
    db.session.commit()

    pack = packed(signed_in(zhou), f"/console/reports/2026/evidence?office={an_office().id}")

    assert people_of(pack) == ["师*", "师某1"]
    assert named() == [("names_packed", 1)]


def test_wang_of_another_city_gets_nothing_of_the_office(app, signed_in):
    a_year()
    wang = a_person("Wang", Role.PLANNER, a_city_office("绵阳"))
    db.session.commit()
    browser = signed_in(wang)

    answer = browser.post(f"/console/reports/2026/evidence?office={an_office().id}")
    own = packed(browser)

    assert answer.status_code == 404
    assert [name for name in own.namelist() if name.startswith("台账登记/")] == []


def test_a_file_that_is_lost_is_said_to_be_missing_and_the_pack_is_made(app, signed_in, planner):
    a_year()
    evidence_of(db.session.scalars(select(Milestone).order_by(Milestone.id)).first())
    db.session.scalars(select(StoredFile)).one().path.unlink()

    pack = packed(signed_in(planner))

    assert "批复.pdf（文件缺失）" in cells(index(pack, "E3.1")[1])
    assert "文件缺失" in pack.read("清单.csv").decode()


def test_the_pack_asks_the_same_number_of_questions_for_one_and_three_events_of_a_task(app, count_queries, tmp_path):
    a_year(people=1)
    codes = [task.code for category in a_plan().categories for task in category.tasks]

    def write(name):
        plan, office = db.session.scalars(select(Plan)).one(), an_office()
        evidence.write(tmp_path / name, Whose(plan, office, Period.read("2026")), statement_of(
            plan, office, YEAR, AS_OF), lambda done, total: None, by="", as_of=AS_OF)

    for code in codes:
        a_held_event(code)
    db.session.commit()
    write("warm")
    few = count_queries(lambda: write("few"))
    for code in codes:
        for number in range(2):
            a_held_event(code, title=f"第{number}场", regions=[a_region("绵阳")])
    db.session.commit()
    write("warm")

    assert count_queries(lambda: write("many")) == few
