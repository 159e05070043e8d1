import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.models import Role
from app.audit.models import AuditRow
from app.clock import local_day, now
from app.db import db
from app.files import folder
from app.plans.registers import Register, RegisterEntry
from app.plans.standing import Course, Standing
from app.plans.usual_registers import USUAL
from tests.app.events.filling import in_days, kept, mistakes, opened
from tests.app.plans.keeping import PDF, a_picture, a_register, an_entry, approved, upload
from tests.factories import a_city_office, a_person, a_plan, a_region, an_event, an_office, chen, wang

REGISTERS = "/console/plan/registers"


@pytest.fixture
def desk(app, signed_in):
    """Chen looks after what Chengdu keeps."""
    an_office()
    return signed_in(chen(a_city_office()))


@pytest.fixture
def planning(app, signed_in):
    return signed_in(a_person("Ping", Role.PLANNER, an_office()))


@pytest.fixture
def stranger(app, signed_in):
    return signed_in(wang())


def the_entry(**changes):
    return {"name": "演示培训基地", "organization": str(a_city_office().id), "region": "成都"} | changes


def entries():
    db.session.expire_all()
    return list(db.session.scalars(select(RegisterEntry).where(RegisterEntry.deleted_at.is_(None)).order_by(
        RegisterEntry.id)))


def address(entry, more=""):
    return f"{REGISTERS}/entries/{entry.id}{more}"


def audited(what):
    return [row.after for row in db.session.scalars(select(AuditRow).where(AuditRow.what == what))]


# ---------------------------------------------------------------- registers


def test_a_planner_makes_the_usual_registers_with_one_button(planning):
    offered = planning.get(REGISTERS).text

    planning.post(f"{REGISTERS}/usual")

    found = db.session.scalars(Register.in_order()).all()
    assert "建立常用的登记" in offered
    assert [(one.name, one.unit, one.can_host, one.is_personal) for one in found] == [
        (one.name, one.unit, one.can_host, one.is_personal) for one in USUAL]
    assert len(found) == 13


def test_a_planner_adds_renames_and_closes_a_register(planning):
    planning.post(REGISTERS, data={"name": "维权援助站", "unit": "个"})
    [register] = db.session.scalars(Register.in_order())
    planning.post(f"{REGISTERS}/{register.id}/edit", data={"name": "维权援助工作站", "unit": "家", "can_host": "y"})
    planning.post(f"{REGISTERS}/{register.id}/closing")

    db.session.expire_all()
    assert (register.name, register.unit, register.can_host, register.closed_at is None) == (
        "维权援助工作站", "家", True, False)
    assert "已关闭" in planning.get(f"{REGISTERS}/{register.id}").text


def test_a_name_taken_brings_the_form_back_with_the_words(planning):
    a_register()

    answer = planning.post(REGISTERS, data={"name": "培训基地", "unit": "处"})

    assert (answer.status_code, mistakes(answer.text), kept(answer.text, "unit")) == (
        422, ["已有叫“培训基地”的登记，请换一个名称。"], "处")


def test_a_citys_planner_makes_no_register_of_the_province(signed_in, app):
    register = a_register()
    browser = signed_in(a_person("Ping", Role.PLANNER, a_city_office()))

    answers = [browser.post(f"{REGISTERS}/usual"), browser.post(REGISTERS, data={"name": "甲", "unit": "个"}),
               browser.post(f"{REGISTERS}/{register.id}/closing")]

    assert [one.status_code for one in answers] == [404, 404, 404]
    assert [one.name for one in db.session.scalars(Register.in_order())] == ["培训基地"]


# ---------------------------------------------------------------- entries


def test_an_entry_is_added_and_stands_in_the_list(desk):
    register = a_register()

    answer = desk.post(f"{REGISTERS}/{register.id}/entries", data=the_entry(region="成都 · 锦江区", level="省级"))

    [entry] = entries()
    assert answer.location == address(entry)
    assert (entry.name, entry.region_code, entry.level, entry.standing, entry.organization.name) == (
        "演示培训基地", "510104", "省级", "listed", "成都市市场监督管理局")
    assert "演示培训基地" in desk.get(f"{REGISTERS}/{register.id}").text


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"name": ""}, "名称：请填名称。"), ({"region": "火星"}, "地区：没有叫“火星”的地区，请从列表里选。"),
    ({"region": "绵阳"}, "地区：“绵阳市”不在“成都市市场监督管理局”的地区里。"),
    ({"approved_on": "昨天"}, "批复日期：请写成 2026-04-20 这样的日期。"),
    ({"approved_on": "2199-01-01"}, "批复日期：批复的日期还没有到。"),
    ({"applied_on": "2026-02-02", "approved_on": "2026-01-01"}, "批复日期：批复不会早于申报（2026-02-02）。"),
    ({"plaque_on": "2026-01-01"}, "授牌日期：先有批复，才能授牌。请先填批复日期。"),
    ({"name": "甲\u202e乙"}, "名称：含有看不见的控制字符，请删去后再试。")])
def test_a_bad_entry_comes_back_with_a_sentence_and_its_words(desk, changes, sentence):
    register = a_register()

    answer = desk.post(f"{REGISTERS}/{register.id}/entries", data=the_entry(address="演示路 1 号", **changes))

    assert (answer.status_code, mistakes(answer.text), kept(answer.text, "address"), entries()) == (
        422, [sentence], "演示路 1 号", [])


def test_an_office_that_is_not_ones_own_cannot_be_given_an_entry(desk):
    register = a_register()
    other = a_city_office("绵阳")

    answer = desk.post(f"{REGISTERS}/{register.id}/entries", data=the_entry(
        organization=str(other.id), region="绵阳"))

    assert (answer.status_code, entries()) == (422, [])


def test_a_step_is_recorded_with_its_evidence(desk):
    entry, today = an_entry(as_of=now(), course=Course(applied_on=local_day(now()))), local_day(now())

    answer = desk.post(address(entry, "/standing"), data=opened(entry) | {
        "standing": "approved", "on": str(today), "number": "川知促〔2026〕3号",
        "files": [upload(), upload(a_picture(), "授牌.jpg"), upload(PDF, "又一份.pdf")]})

    [entry] = entries()
    assert answer.location == address(entry)
    assert (entry.standing, entry.approved_on, entry.approval_number) == ("approved", today, "川知促〔2026〕3号")
    assert ([one.file.name for one in entry.files], len(list(folder().iterdir()))) == (["批复.pdf", "授牌.jpg"], 2)


def test_a_refused_step_keeps_no_file(desk):
    entry = an_entry(as_of=now(), course=Course(applied_on=local_day(now())))
    earlier = local_day(now()) - timedelta(days=1)

    answer = desk.post(address(entry, "/standing"), data=opened(entry) | {
        "standing": "approved", "on": str(earlier), "number": "3号", "files": [upload()]})

    assert (answer.status_code, kept(answer.text, "number"), entries()[0].files, list(folder().iterdir())) == (
        422, "3号", [], [])


def test_a_withdrawal_wants_a_reason(desk):
    entry = an_entry(course=approved())

    answer = desk.post(address(entry, "/standing"), data=opened(entry) | {
        "standing": "withdrawn", "on": str(local_day(now()))})

    assert (answer.status_code, mistakes(answer.text)) == (422, ["撤销原因：请写为什么撤销。"])


def test_a_form_opened_before_somebody_elses_change_is_refused_once(desk):
    entry = an_entry()
    data = the_entry(level="国家级") | opened(entry)
    entry.correct(now(), level="省级")
    db.session.commit()

    stale = desk.post(address(entry, "/edit"), data=data)
    again = desk.post(address(entry, "/edit"), data=data | {"version": kept(stale.text, "version")})

    assert (stale.status_code, kept(stale.text, "level"), again.status_code, entries()[0].level) == (
        409, "国家级", 302, "国家级")


def test_a_file_is_saved_not_shown_and_can_be_dropped(desk):
    entry = an_entry()
    desk.post(address(entry, "/files"), data={"more": [upload()]})
    file = address(entry, f"/files/{entries()[0].files[0].file_id}")

    with desk.get(file) as answer:
        fetched = answer.data, answer.headers["Content-Disposition"][:10]
    desk.post(f"{file}/removal")

    assert fetched == (PDF, "attachment")
    assert (entries()[0].files, list(folder().iterdir())) == ([], [])
    assert desk.get(file).status_code == 404


def test_a_file_that_is_none_of_the_kinds_is_refused_with_a_sentence(desk):
    entry = an_entry()

    answer = desk.post(address(entry, "/files"), data={"more": [upload(b"<html>", "批复.html")]})

    assert (answer.status_code, mistakes(answer.text)) == (
        422, ["“批复.html”不能作为材料：请用照片、PDF、OFD 或 Word、Excel、PPT 文件。"])


def test_where_events_were_held_an_entry_cannot_be_deleted(desk):
    school = an_entry("演示中学", register=a_register("学校", can_host=True))
    an_event("进校园", hosts=[school], organization=a_city_office())

    page = desk.get(address(school)).text
    refused = desk.post(address(school, "/removal"))

    assert ("进校园" in page, refused.status_code, [one.name for one in entries()]) == (True, 409, ["演示中学"])


def test_a_stranger_finds_nothing_of_another_citys_entries(desk, stranger):
    entry = an_entry(course=approved())
    desk.post(address(entry, "/files"), data={"more": [upload()]})
    [held] = entries()[0].files
    before = (entries()[0].version, db.session.scalars(select(AuditRow.id)).all())

    got = [stranger.get(address(entry, more)).status_code for more in ("", "/edit", f"/files/{held.file_id}")]
    posted = [stranger.post(address(entry, more)).status_code for more in (
        "/edit", "/standing", "/files", f"/files/{held.file_id}/removal", "/name", "/removal")]

    assert (got, posted) == ([404] * 3, [404] * 6)
    assert "演示培训基地" not in stranger.get(f"{REGISTERS}/{entry.register_id}").text
    assert (entries()[0].version, db.session.scalars(select(AuditRow.id)).all()) == before


def test_a_leader_looks_and_changes_nothing(signed_in, app):
    entry = an_entry()
    browser = signed_in(a_person("Lei", Role.LEADER, a_city_office()))

    page = browser.get(address(entry)).text
    answers = [browser.post(address(entry, more)).status_code for more in ("/edit", "/standing", "/removal")]

    assert ("演示培训基地" in page, "记下一步" in page, answers) == (True, False, [403] * 3)


# ---------------------------------------------------------------- lists


def test_the_list_is_narrowed_by_standing_region_and_words(desk):
    register = a_register()
    an_entry("甲基地", course=approved())
    an_entry("乙基地", region=a_region("锦江区"), level="国家级")
    an_entry("丙基地", region=a_region("青羊区"), course=Course(applied_on=approved().applied_on))

    def shown(query):
        page = desk.get(f"{REGISTERS}/{register.id}?{query}").text
        return [name for name in ("甲", "乙", "丙") if f"{name}基地" in page]

    queries = ("", "standing=approved", "region=510104", "region=成都", "q=乙", "q=国家", "standing=nothing",
               "region=x")
    assert {query: shown(query) for query in queries} == {
        "": ["甲", "乙", "丙"], "standing=approved": ["甲"], "region=510104": ["乙"],
        "region=成都": ["甲", "乙", "丙"],
        "q=乙": ["乙"], "q=国家": ["乙"], "standing=nothing": ["甲", "乙", "丙"], "region=x": ["甲", "乙", "丙"]}


def test_the_pages_ask_as_often_for_many_entries_as_for_one(desk, count_queries):
    def grow(names):
        for number, name in enumerate(names):
            city = an_office(f"{name}局", ("锦江区", "青羊区", "金牛区", "武侯区")[number], parent=a_city_office())
            an_entry(name, organization=city, course=approved())
            school = an_entry(f"{name}校", organization=city, register=a_register("学校", can_host=True))
            an_event(f"{name}课", organization=city, hosts=[first] if first else [school], starts_at=in_days(3))
        db.session.commit()

    first = None
    grow(["甲"])
    first = entries()[1]
    addresses = (REGISTERS, f"{REGISTERS}/{a_register().id}", address(first))
    for one in addresses:
        desk.get(one)
    once = [count_queries(lambda one=one: desk.get(one)) for one in addresses]

    grow(["乙", "丙", "丁"])

    assert [count_queries(lambda one=one: desk.get(one)) for one in addresses] == once


def test_an_export_is_defused_and_recorded(desk):
    register = a_register()
    an_entry("=cmd|' /C calc'!A0", course=approved())
    an_entry("乙基地")

    answer = desk.post(f"{REGISTERS}/{register.id}/export", data={"standing": "approved"})

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[:6] for row in rows[1:]] == [
        ["'=cmd|' /C calc'!A0", "成都", "成都市市场监督管理局", "", Standing.APPROVED.label, ""]]
    assert audited("exported") == ['{"count": 1, "standing": "approved"}']


def test_names_of_people_are_masked_and_seeing_them_is_recorded(desk, stranger):
    teachers = a_register("涉外培训教育师资", unit="人", is_personal=True)
    entry = an_entry("张演示", register=teachers)
    listed = f"{REGISTERS}/{teachers.id}"

    masked = [desk.get(listed).text, desk.get(address(entry)).text, desk.get(address(entry, "/edit")).text,
              desk.post(f"{listed}/export").data.decode()]
    shown = [desk.post(f"{listed}/names", data={"reason": "填报材料"}).text, desk.post(address(entry, "/name")).text]

    assert [("张*" in page, "张演示" in page) for page in masked] == [(True, False)] * 4
    assert ["张演示" in page for page in shown] == [True, True]
    assert (audited("names_shown"), audited("name_shown")) == (['{"count": 1, "reason": "填报材料"}'], ["{}"])
    assert "张演示" not in stranger.post(f"{listed}/names", data={"reason": "填报材料"}).text


def test_a_person_is_found_by_the_whole_name_only(desk):
    teachers = a_register("涉外培训教育师资", unit="人", is_personal=True)
    an_entry("张演示", register=teachers)

    found = {word: "张*" in desk.get(f"{REGISTERS}/{teachers.id}?q={word}").text for word in ("张", "演示", "张演示")}

    assert found == {"张": False, "演示": False, "张演示": True}


def test_correcting_a_person_without_a_name_keeps_it(desk):
    teachers = a_register("涉外培训教育师资", unit="人", is_personal=True)
    entry = an_entry("张演示", register=teachers)

    desk.post(address(entry, "/edit"), data=opened(entry) | the_entry(name="", level="国家级"))

    assert [(one.name, one.level) for one in entries()] == [("张演示", "国家级")]


def test_the_plan_leads_to_the_registers(desk):
    a_plan(now().year)

    assert f'href="{REGISTERS}"' in desk.get("/console/plan").text
